import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { manifestDiffers, manifestOf } from '../../../build/lib/manifest.mjs'
import { thirdPartyNotices } from '../../../build/lib/notices.mjs'
import { root } from '../../../build/lib/paths.mjs'
import { fuses } from '../../../build/packaging/builder-config.mjs'
import { asarFiles, isShippedPython, leftOutPackages, shippedPackages } from '../../../build/packaging/contents.mjs'
import { control, main, parse } from '../../../build/packaging/fpm.mjs'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'packaging test '))
})
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true })
})

const put = (name: string, content: string) => {
  const file = path.join(folder, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, content)
  return file
}

const arguments_ = (...more: string[]) => [
  ...['-s', 'dir', '-t', 'deb', '--force', '--name', 'demo', '--version', '1.2.3', '--architecture', 'amd64', '--maintainer', 'A <a@b.example>'],
  ...['--description', '\n Does one thing.\n\n And another.', '-d', 'libc6', '-d', 'a | b', '--deb-recommends', 'c'],
  ...more,
]

describe('the packager in fpm’s place', () => {
  it('reads what electron-builder says', () => {
    const request = parse(arguments_('/from/a=b/=/opt/Demo', 'x.png=/usr/share/x.png'))
    expect(request.files).toEqual([
      { from: '/from/a=b/', to: '/opt/Demo' },
      { from: 'x.png', to: '/usr/share/x.png' },
    ])
    expect(request.depends).toEqual(['libc6', 'a | b'])
  })

  it('refuses what it does not know, rather than make another package', () => {
    expect(() => parse(['--deb-systemd', 'x'])).toThrow('unknown option --deb-systemd')
    expect(() => parse(['--name'])).toThrow('--name needs a value')
    expect(() => main(['-t', 'snap', '--package', path.join(folder, 'x')])).toThrow('type snap')
  })

  it('writes the control file', () => {
    expect(control(parse(arguments_()), 42)).toBe(
      [
        'Package: demo',
        'Version: 1.2.3',
        'Architecture: amd64',
        'Maintainer: A <a@b.example>',
        'Installed-Size: 42',
        'Depends: libc6, a | b',
        'Recommends: c',
        'Section: default',
        'Priority: optional',
        'Description: Does one thing.',
        ' And another.',
        '',
      ].join('\n'),
    )
  })

  it.skipIf(spawnSync('dpkg-deb', ['--version']).status !== 0)('makes a package that dpkg reads (needs dpkg-deb)', () => {
    put('app/bin/tool', '#!/bin/sh\n')
    fs.chmodSync(path.join(folder, 'app/bin/tool'), 0o775)
    const script = put('postinst', '#!/bin/bash\nexit 0\n')
    const out = path.join(folder, 'out', 'demo.deb')
    main(
      arguments_(
        '--after-install',
        script,
        '--package',
        out,
        '--deb-compression',
        'gz',
        `${path.join(folder, 'app')}/=/opt/My Demo`,
        `${script}=/usr/share/one`,
      ),
    )
    expect(execFileSync('dpkg-deb', ['-f', out, 'Package', 'Depends'], { encoding: 'utf8' })).toBe('Package: demo\nDepends: libc6, a | b\n')
    const listed = execFileSync('dpkg-deb', ['-c', out], { encoding: 'utf8' })
    expect(listed).toMatch(/^-rwxr-xr-x root\/root .* \.\/opt\/My Demo\/bin\/tool$/m)
    expect(listed).toMatch(/^-rw-r--r-- root\/root .* \.\/usr\/share\/one$/m)
  })
})

describe('the manifest', () => {
  it('names every file by its place, and sees a change, a removal and nothing else', () => {
    const addon = put('addon.node', 'a')
    put('python/worker.py', 'b')
    put('python/__pycache__/worker.pyc', 'c')
    const manifest = manifestOf([
      { from: addon, to: 'native/enginesmith.node' },
      { from: path.join(folder, 'python'), to: 'python', keep: isShippedPython },
    ])
    expect(Object.keys(manifest.files)).toEqual(['native/enginesmith.node', 'python/worker.py'])
    const installed = path.join(folder, 'installed')
    put('installed/native/enginesmith.node', 'a')
    put('installed/python/worker.py', 'b')
    expect(manifestDiffers(manifest, installed)).toEqual([])
    put('installed/native/enginesmith.node', 'A')
    fs.rmSync(path.join(installed, 'python', 'worker.py'))
    expect(manifestDiffers(manifest, installed)).toEqual(['native/enginesmith.node was changed', 'python/worker.py is missing'])
  })
})

describe('the contents', () => {
  it('leave every package out but the one with a native part', () => {
    const { dependencies } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
    const left = leftOutPackages()
    expect(Object.keys(dependencies).filter((name) => !left.includes(name))).toEqual(['onnxruntime-node'])
    expect(left.filter((name) => shippedPackages.includes(name))).toEqual([])
    expect(asarFiles()).toContain('!node_modules/zod/**/*')
  })

  it('have no cache and no test requirement among the Python files', () => {
    expect(['a/b.py', 'requirements.txt', 'a/__pycache__/b.pyc', 'b.pyc', 'requirements-test.txt'].filter(isShippedPython)).toEqual([
      'a/b.py',
      'requirements.txt',
    ])
  })

  it('close every fuse that opens the app to the environment', () => {
    expect(fuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('carry the licences of what is bundled', () => {
    const notices = thirdPartyNotices()
    for (const name of ['vue', 'naive-ui', 'zod', 'onnxruntime-node']) expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'))
    expect(notices).toContain('Permission is hereby granted')
  })
})

describe('the launcher', () => {
  it.skipIf(process.platform !== 'linux')('keeps the sandbox for everybody but root, and every argument as it was (only on Linux)', () => {
    const home = path.join(folder, 'My App')
    fs.mkdirSync(path.join(home, 'resources', 'bin'), { recursive: true })
    fs.copyFileSync(path.join(root, 'resources', 'linux', 'enginesmith'), path.join(home, 'resources', 'bin', 'enginesmith'))
    fs.chmodSync(path.join(home, 'resources', 'bin', 'enginesmith'), 0o755)
    put('My App/enginesmith', '#!/bin/sh\nfor a in "$@"; do echo "[$a]"; done\nexit 6\n')
    fs.chmodSync(path.join(home, 'enginesmith'), 0o755)
    const link = path.join(folder, 'link')
    fs.symlinkSync(path.join(home, 'resources', 'bin', 'enginesmith'), link)
    const { status, stdout } = spawnSync(link, ['run', 'a b', '--lang', 'en', ''], { encoding: 'utf8' })
    expect(status).toBe(6)
    const lines = stdout.trim().split('\n')
    expect(lines.slice(lines.indexOf('[--enginesmith-cli]'))).toEqual(['[--enginesmith-cli]', '[--]', '[run]', '[a b]', '[--lang]', '[en]', '[]'])
    expect(lines.includes('[--no-sandbox]')).toBe(process.getuid?.() === 0)
    expect(lines).toContain('[--ozone-platform=headless]')
  })
})
