import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { extractFile, listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { driveStages } from '../../build/lib/wizard.mjs'
import { manifestDiffers, type Manifest } from '../../build/lib/manifest.mjs'
import { root } from '../../build/lib/paths.mjs'
import { filesUnder } from '../../build/lib/stamp.mjs'
import { doctorDocumentSchema } from '../../contract/environment'
import { runFileSchema } from '../../contract/run'
import { apt, canInstall, home, loginEnvironment, ordinaryHome, resources, runAs, startByMenu, type RunningApp } from './installed'

const asar = path.join(resources, 'app.asar')
const owned = () =>
  execFileSync('dpkg-query', ['-L', 'enginesmith'], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => file.startsWith('/') && fs.existsSync(file) && fs.lstatSync(file).isFile())

describe.skipIf(!canInstall)('the Debian package (needs root and apt)', () => {
  let user: string

  beforeAll(() => {
    execFileSync(process.execPath, [path.join(root, 'build', 'dist.mjs')], { stdio: ['ignore', 'inherit', 'inherit'], cwd: root })
    const deb = fs.readdirSync(path.join(root, 'dist')).find((name) => name.endsWith('.deb'))
    if (!deb) throw new Error('npm run dist left no .deb')
    // apt reads the file as a user of its own, who cannot look into every folder.
    const copy = path.join(fs.mkdtempSync('/tmp/enginesmith-deb-'), deb)
    fs.copyFileSync(path.join(root, 'dist', deb), copy)
    fs.chmodSync(path.dirname(copy), 0o755)
    try {
      apt('install', '--no-install-recommends', '--reinstall', copy)
    } finally {
      fs.rmSync(path.dirname(copy), { recursive: true, force: true })
    }
    user = ordinaryHome()
  }, 300_000)

  afterAll(() => {
    fs.rmSync(user, { recursive: true, force: true })
  })

  describe('what is installed', () => {
    it('is one asar with the bundles, ONNX Runtime and the list of hashes, and no other package', () => {
      const files = listPackage(asar, { isPack: false })
      for (const wanted of [
        '/manifest.json',
        '/package.json',
        '/out/main/index.js',
        '/out/main/engine-host.js',
        '/out/preload/index.cjs',
        '/out/renderer/index.html',
      ]) {
        expect(files).toContain(wanted)
      }
      const packages = new Set(files.flatMap((file) => /^\/node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(file)?.[1] ?? []))
      expect([...packages].sort()).toEqual(['onnxruntime-common', 'onnxruntime-node'])
      expect(files.filter((file) => /\.(map|ts|vue)$|\/out\/cli\//.test(file))).toEqual([])
    })

    it('carries the ONNX Runtime of this system alone', () => {
      const binaries = path.join(resources, 'app.asar.unpacked', 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6')
      expect(fs.readdirSync(binaries)).toEqual([process.platform])
      expect(fs.readdirSync(path.join(binaries, process.platform))).toEqual([process.arch])
    })

    it('is what the manifest says, and everything that is run from outside the asar is in it', () => {
      const manifest = JSON.parse(extractFile(asar, 'manifest.json').toString()) as Manifest
      expect(manifestDiffers(manifest, resources)).toEqual([])
      const listed = new Set(Object.keys(manifest.files))
      const outside = ['native', 'python', 'samples', 'app.asar.unpacked'].flatMap((name) => filesUnder([path.join(resources, name)]))
      expect(outside.map((file) => path.relative(resources, file)).filter((file) => !listed.has(file))).toEqual([])
      expect(listed.has('native/enginesmith.node')).toBe(true)
      expect(listed.has('python/enginesmith_worker/__main__.py')).toBe(true)
    })

    it('belongs to root, may be written by nobody else, and holds no cache of Python', () => {
      const files = owned()
      expect(files.length).toBeGreaterThan(50)
      const loose = files.filter((file) => fs.statSync(file).uid !== 0 || (fs.statSync(file).mode & 0o022) !== 0)
      expect(loose).toEqual([])
      expect(files.filter((file) => /__pycache__|\.pyc$|default_app/.test(file))).toEqual([])
    })

    it('has its fuses set', async () => {
      const wire = await getCurrentFuseWire(path.join(home, 'enginesmith'))
      const on = '1'.charCodeAt(0)
      const state = (fuse: FuseV1Options) => wire[fuse] === on
      expect({
        runAsNode: state(FuseV1Options.RunAsNode),
        nodeOptions: state(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
        inspect: state(FuseV1Options.EnableNodeCliInspectArguments),
        cookies: state(FuseV1Options.EnableCookieEncryption),
        onlyAsar: state(FuseV1Options.OnlyLoadAppFromAsar),
        fileRights: state(FuseV1Options.GrantFileProtocolExtraPrivileges),
      }).toEqual({ runAsNode: false, nodeOptions: false, inspect: false, cookies: true, onlyAsar: true, fileRights: false })
    })

    it('is no Node interpreter for who sets a variable', async () => {
      const env = loginEnvironment(user, { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--require /nonexistent/module.js' })
      const { stdout } = await runAs('ordinary', '/usr/bin/enginesmith', ['-e', 'console.log("ran as node")'], env, user)
      expect(stdout).not.toContain('ran as node')
    })

    it('has a menu entry without a switch that weakens it, and icons of every size', () => {
      const desktop = fs.readFileSync('/usr/share/applications/enginesmith.desktop', 'utf8')
      expect(desktop).toMatch(/^Exec=\/opt\/Enginesmith\/enginesmith %U$/m)
      expect(desktop).not.toContain('--no-sandbox')
      for (const size of [16, 32, 48, 128, 256, 512]) expect(fs.existsSync(`/usr/share/icons/hicolor/${size}x${size}/apps/enginesmith.png`)).toBe(true)
    })
  })

  describe('the command line, without a display', () => {
    it.each(['ordinary', 'root'] as const)('answers `doctor --json` for %s user', async (who) => {
      const folder = who === 'ordinary' ? user : fs.mkdtempSync('/tmp/root-home-')
      const { code, stdout, stderr } = await runAs(who, '/usr/bin/enginesmith', ['doctor', '--json'], loginEnvironment(folder), folder)
      const document = doctorDocumentSchema.parse(JSON.parse(stdout))
      expect(document.engines.onnxruntime.available).toBe(true)
      // No Python with torch is what a fresh user has: the environment lacks something, and that is all.
      expect([0, 3]).toContain(code)
      if (code === 3) expect(document.findings.length).toBeGreaterThan(0)
      expect(stderr).not.toMatch(/at .*\.js:\d+/)
    })

    it('hands flags on that Chromium has too, and keeps its own exit code', async () => {
      const { code, stdout } = await runAs(
        'ordinary',
        '/usr/bin/enginesmith',
        ['inspect', '--lang', 'zh-CN', '--json', '/nonexistent/a b.onnx'],
        loginEnvironment(user),
        user,
      )
      const document = JSON.parse(stdout) as { findings: Array<{ code: string }> }
      expect([code, document.findings.map((finding) => finding.code)]).toEqual([2, ['FILE_NOT_FOUND']])
    })

    it('carries an ONNX file to a run folder with no Python at all', async () => {
      const args = ['run', path.join(resources, 'samples', 'shapes.onnx'), '--backend', 'onnxruntime', '--out', path.join(user, 'cli run'), '--json']
      const { code, stdout } = await runAs('ordinary', '/usr/bin/enginesmith', args, loginEnvironment(user), user)
      const document = JSON.parse(stdout) as { stages: Record<string, { state: string }>; findings: unknown[] }
      expect(Object.values(document.stages).map(({ state }) => state)).toEqual(['completed', 'completed', 'completed', 'completed'])
      // Nothing but ONNX Runtime itself is there to be compared with, unless right answers are given.
      expect(code).toBe(6)
    })
  })

  describe('the window, started by the menu entry as an ordinary user', () => {
    let app: RunningApp

    beforeAll(async () => {
      app = await startByMenu([path.join(resources, 'samples', 'shapes.onnx')], user)
    }, 90_000)
    afterAll(async () => {
      await app?.stop()
    })

    it('has the sandbox on', () => {
      const lines = app.commandLines()
      expect(lines.filter((line) => line.includes('--type=renderer')).length).toBeGreaterThan(0)
      // The network and utility services may run without one by design; a page never does.
      expect(lines.filter((line) => line.includes('--no-sandbox'))).toEqual([])
      expect(lines.filter((line) => line.includes('--type=renderer') && line.includes('sandbox-type=none'))).toEqual([])
    })

    it('has a page of its own scheme without Node', async () => {
      expect(app.page.url()).toMatch(/^app:\/\//)
      expect(
        await app.page.evaluate(() => [typeof (globalThis as { process?: unknown }).process, typeof (globalThis as { require?: unknown }).require]),
      ).toEqual(['undefined', 'undefined'])
    })

    it('does one run', async () => {
      const said: string[] = []
      const { folder, run } = await driveStages(app.page, { scratch: path.join(user, 'pictures'), log: (line: string) => said.push(line), limit: 120_000 })
      expect(folder.startsWith(user)).toBe(true)
      const file = runFileSchema.parse(run)
      // The wizard goes stage by stage: what an earlier press made is reused by the next.
      for (const { state } of Object.values(file.stages)) expect(['completed', 'cached']).toContain(state)
      expect(file.verdict).toBe('not-judged')
    }, 180_000)
  })

  describe('purged', () => {
    beforeAll(() => {
      apt('purge', 'enginesmith')
    })

    it('leaves nothing of itself', () => {
      const left = [
        home,
        '/usr/bin/enginesmith',
        '/usr/share/applications/enginesmith.desktop',
        '/etc/apparmor.d/enginesmith',
        '/etc/alternatives/enginesmith',
      ].filter((file) => fs.existsSync(file) || fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined)
      expect(left).toEqual([])
      expect(filesUnder(['/usr/share/icons/hicolor']).filter((file) => file.includes('enginesmith'))).toEqual([])
    })

    it('leaves the runs, which are the person’s', () => {
      expect(fs.existsSync(path.join(user, 'cli run', 'run.json'))).toBe(true)
    })
  })
})
