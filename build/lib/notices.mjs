// The licences of what the bundles contain, as those licences ask.
import fs from 'node:fs'
import path from 'node:path'
import { at, root } from './paths.mjs'

/** @returns {string} one section a package */
export function thirdPartyNotices() {
  /** @type {Record<string, { dev?: boolean, version?: string, license?: string }>} */
  const packages = JSON.parse(fs.readFileSync(at('package-lock.json'), 'utf8')).packages
  const sections = []
  for (const [place, { dev, version, license }] of Object.entries(packages)) {
    const folder = path.join(root, place)
    if (place === '' || dev || !fs.existsSync(folder)) continue
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const file = fs.readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$|-)/i.test(entry))
    const text = file ? fs.readFileSync(path.join(folder, file), 'utf8').trim() : 'The package carries no text of its licence.'
    sections.push(`${name} ${version ?? ''} (${license ?? 'see below'})\n\n${text}`)
  }
  return `Enginesmith contains the following software.\n\n${sections.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
