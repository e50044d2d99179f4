#!/usr/bin/env node
// The part of fpm's command line that electron-builder uses (a folder into a deb or an rpm), over dpkg-deb and rpmbuild,
// which a packaging machine has anyway. electron-builder finds it through CUSTOM_FPM_PATH; without that variable it
// fetches fpm itself, with a Ruby of its own.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** Options with one value, by what they are called here. @type {Record<string, string>} */
const valued = {
  '-s': 'source',
  '-t': 'type',
  '--architecture': 'architecture',
  '--after-install': 'postinst',
  '--after-remove': 'postrm',
  '--before-install': 'preinst',
  '--before-remove': 'prerm',
  '--description': 'description',
  '--version': 'version',
  '--package': 'out',
  '--name': 'name',
  '--maintainer': 'maintainer',
  '--vendor': 'vendor',
  '--url': 'url',
  '--deb-priority': 'priority',
  '--license': 'license',
  '--category': 'category',
  '--iteration': 'iteration',
  '--deb-compression': 'compression',
  '--rpm-compression': 'rpmCompression',
  '--rpm-summary': 'summary',
  '--rpm-os': 'rpmOs',
  '--log': 'log',
}

/**
 * @typedef {object} Request
 * @property {Record<string, string>} values
 * @property {string[]} depends
 * @property {string[]} recommends
 * @property {Array<{ from: string, to: string }>} files a source that ends in a slash is a folder's content
 */

/** @param {string[]} argv @returns {Request} @throws for an option that is not known: a silent one would be a wrong package */
export function parse(argv) {
  /** @type {Request} */
  const request = { values: {}, depends: [], recommends: [], files: [] }
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] ?? ''
    const value = () => {
      const next = argv[++i]
      if (next === undefined) throw new Error(`${arg} needs a value`)
      return next
    }
    if (arg === '--force' || arg === '--debug') continue
    else if (arg === '-d') request.depends.push(value())
    else if (arg === '--deb-recommends') request.recommends.push(value())
    else if (arg.startsWith('--rpm-rpmbuild-define')) {
      if (!arg.includes('=')) value()
    } else if (valued[arg]) request.values[valued[arg]] = value()
    else if (arg.startsWith('-')) throw new Error(`unknown option ${arg}`)
    else {
      const cut = arg.lastIndexOf('=')
      if (cut < 1) throw new Error(`${arg} names no place to put it`)
      request.files.push({ from: arg.slice(0, cut), to: arg.slice(cut + 1) })
    }
  }
  return request
}

/** @param {Request} request @param {string} name */
function required({ values }, name) {
  const value = values[name]
  if (!value) throw new Error(`no ${name} was given`)
  return value
}

/** @param {string} command @param {string[]} args */
const run = (command, args) => execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })

/** Lays the files out as they will be installed. @param {Request} request @param {string} root */
function stage(request, root) {
  for (const { from, to } of request.files) {
    const target = path.join(root, to)
    if (from.endsWith('/')) {
      fs.mkdirSync(target, { recursive: true })
      run('cp', ['-a', '--reflink=auto', `${from}.`, target])
    } else {
      fs.mkdirSync(path.dirname(target), { recursive: true })
      fs.copyFileSync(from, target)
      fs.chmodSync(target, 0o644)
    }
  }
  run('chmod', ['-R', 'u+w,go-w,a+rX', root])
}

/** @param {string} folder @returns {string[]} plain files, links left out */
function plainFiles(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name)
    return entry.isDirectory() ? plainFiles(full) : entry.isFile() ? [full] : []
  })
}

/** The text of DEBIAN/control. @param {Request} request @param {number} kilobytes */
export function control(request, kilobytes) {
  const { values } = request
  const [synopsis = '', ...rest] = (values.description ?? '').split('\n').map((line) => line.trim())
  const summary = synopsis || rest.shift() || required(request, 'name')
  const version = values.iteration ? `${required(request, 'version')}-${values.iteration}` : required(request, 'version')
  const fields = [
    `Package: ${required(request, 'name')}`,
    `Version: ${version}`,
    values.license ? `License: ${values.license}` : '',
    values.vendor ? `Vendor: ${values.vendor}` : '',
    `Architecture: ${required(request, 'architecture')}`,
    `Maintainer: ${required(request, 'maintainer')}`,
    `Installed-Size: ${kilobytes}`,
    request.depends.length > 0 ? `Depends: ${request.depends.join(', ')}` : '',
    request.recommends.length > 0 ? `Recommends: ${request.recommends.join(', ')}` : '',
    `Section: ${values.category ?? 'default'}`,
    `Priority: ${values.priority ?? 'optional'}`,
    values.url ? `Homepage: ${values.url}` : '',
    `Description: ${summary}`,
    ...rest.filter(Boolean).map((line) => ` ${line}`),
  ]
  return fields.filter(Boolean).join('\n') + '\n'
}

/** dpkg-deb's names for what electron-builder calls its compressions. @type {Record<string, string>} */
const compressions = { gz: 'gzip', bzip2: 'xz', xz: 'xz', xzmt: 'xz', none: 'none', zst: 'zstd', zstd: 'zstd' }

/** @param {Request} request @param {string} root */
function deb(request, root) {
  const files = plainFiles(root)
  const kilobytes = Math.ceil(files.reduce((sum, file) => sum + fs.statSync(file).size, 0) / 1024)
  const meta = path.join(root, 'DEBIAN')
  fs.mkdirSync(meta)
  fs.writeFileSync(path.join(meta, 'control'), control(request, kilobytes))
  const sums = files.map((file) => `${createHash('md5').update(fs.readFileSync(file)).digest('hex')}  ${path.relative(root, file)}`)
  fs.writeFileSync(path.join(meta, 'md5sums'), sums.sort().join('\n') + '\n')
  for (const script of ['preinst', 'postinst', 'prerm', 'postrm']) {
    const source = request.values[script]
    if (!source) continue
    fs.copyFileSync(source, path.join(meta, script))
    fs.chmodSync(path.join(meta, script), 0o755)
  }
  const compression = process.env.FPM_DEB_COMPRESSION ?? compressions[request.values.compression ?? 'xz'] ?? 'xz'
  const level = process.env.FPM_DEB_LEVEL ? [`-z${process.env.FPM_DEB_LEVEL}`] : []
  run('dpkg-deb', ['--root-owner-group', `-Z${compression}`, ...level, '--build', root, required(request, 'out')])
}

/** @param {Request} request @param {string} root @param {string} scratch */
function rpm(request, root, scratch) {
  const { values } = request
  /** @param {string} section @param {string | undefined} file */
  const script = (section, file) => (file ? `%${section}\n${fs.readFileSync(file, 'utf8').replace(/^#!.*\n/, '')}\n` : '')
  const listed = request.files.flatMap(({ from, to }) => {
    if (!from.endsWith('/')) return [`"${to}"`]
    return [`%dir "${to}"`, ...fs.readdirSync(path.join(root, to)).map((name) => `"${path.posix.join(to, name)}"`)]
  })
  const spec = [
    '%define _build_id_links none',
    '%define __os_install_post %{nil}',
    '%define debug_package %{nil}',
    '%define _binary_payload w6.zstdio',
    'AutoReqProv: no',
    `Name: ${required(request, 'name')}`,
    `Version: ${required(request, 'version').replace(/-/g, '~')}`,
    `Release: ${values.iteration ?? 1}`,
    `Summary: ${values.summary ?? required(request, 'name')}`,
    `License: ${values.license ?? 'unknown'}`,
    `URL: ${values.url ?? ''}`,
    `Vendor: ${values.vendor ?? ''}`,
    ...request.depends.map((name) => `Requires: ${name}`),
    '%description',
    values.description ?? '',
    script('post', values.postinst),
    script('postun', values.postrm),
    '%files',
    '%defattr(-,root,root,-)',
    ...listed,
  ]
  const file = path.join(scratch, 'package.spec')
  fs.writeFileSync(file, spec.join('\n') + '\n')
  const target = { amd64: 'x86_64', arm64: 'aarch64' }[required(request, 'architecture')] ?? required(request, 'architecture')
  const define = (/** @type {string} */ text) => ['--define', text]
  const output = path.join(scratch, 'rpms')
  run('rpmbuild', [
    ...['-bb', '--quiet', '--target', target, '--buildroot', root],
    ...define(`_topdir ${scratch}/rpm`),
    ...define(`_rpmdir ${output}`),
    ...define('_rpmfilename out.rpm'),
    file,
  ])
  fs.copyFileSync(path.join(output, 'out.rpm'), required(request, 'out'))
}

/** @param {string[]} argv */
export function main(argv) {
  const request = parse(argv)
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'fpm-'))
  const root = path.join(scratch, 'root')
  try {
    fs.mkdirSync(root)
    stage(request, root)
    const out = required(request, 'out')
    fs.mkdirSync(path.dirname(out), { recursive: true })
    fs.rmSync(out, { force: true })
    const type = required(request, 'type')
    if (type === 'deb') deb(request, root)
    else if (type === 'rpm') rpm(request, root, scratch)
    else throw new Error(`packages of type ${type} are not made here`)
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    main(process.argv.slice(2))
  } catch (error) {
    console.error(`fpm.mjs: ${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  }
}
