import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../../../electron/main/app/arguments'
import { openChoice } from '../../../../electron/main/app/open-choices'
import { resolvePaths } from '../../../../electron/main/app/paths'
import { textsFor } from '../../../../electron/main/app/texts'

describe('parseArguments', () => {
  it('takes files of a packed start, without switches', () => {
    expect(parseArguments(['/opt/app/enginesmith', '--no-sandbox', 'a.onnx', '/b.pt'], '/home/me', null)).toEqual({
      paths: ['/home/me/a.onnx', '/b.pt'],
      cli: null,
    })
  })
  it('leaves the clone itself out', () => {
    expect(parseArguments(['/e/electron', '--no-sandbox', '/clone', 'm.pt'], '/home/me', '/clone').paths).toEqual(['/home/me/m.pt'])
    expect(parseArguments(['/e/electron', '.'], '/clone', '/clone').paths).toEqual([])
  })
  it('opens a run by --run FOLDER and by the word open', () => {
    expect(parseArguments(['e', '--run', 'r'], '/w', null).paths).toEqual(['/w/r'])
    expect(parseArguments(['e', 'open', 'r'], '/w', null).paths).toEqual(['/w/r'])
  })
  it('keeps a file that is called open, where another word stands first', () => {
    expect(parseArguments(['e', 'm.onnx', 'open'], '/w', null).paths).toEqual(['/w/m.onnx', '/w/open'])
  })
  it('hands the command line its own arguments untouched', () => {
    expect(parseArguments(['e', '--ozone-platform=headless', '--enginesmith-cli', 'run', 'm.onnx', '--json'], '/w', null)).toEqual({
      paths: [],
      cli: ['run', 'm.onnx', '--json'],
    })
    expect(parseArguments(['e', '--enginesmith-cli', '--', 'doctor', '--', 'x'], '/w', null).cli).toEqual(['doctor', '--', 'x'])
  })
})

describe('resolvePaths', () => {
  const facts = { appPath: '/clone', resourcesPath: '/electron/resources', dataFolder: '/data', platform: 'linux' as const }
  it('finds everything of a clone in the clone', () => {
    const paths = resolvePaths({ ...facts, packaged: false })
    expect(paths.manifest).toBeNull()
    expect(paths.installation).toEqual({
      pythonResources: path.join('/clone', 'resources', 'python'),
      addon: path.join('/clone', 'native', 'build', 'enginesmith.node'),
      managedPython: path.join('/clone', '.venv', 'bin', 'python'),
      samples: path.join('/clone', 'resources', 'samples'),
    })
  })
  it('takes what runs as code from beside the asar, and its hashes from inside', () => {
    const paths = resolvePaths({ ...facts, packaged: true, appPath: '/opt/E/resources/app.asar', resourcesPath: '/opt/E/resources' })
    expect(paths.manifest).toEqual({ file: '/opt/E/resources/app.asar/manifest.json', root: '/opt/E/resources' })
    expect(paths.installation.addon).toBe('/opt/E/resources/native/enginesmith.node')
    expect(paths.installation.pythonResources).toBe('/opt/E/resources/python')
    expect(paths.installation.managedPython).toBe('/data/python/bin/python')
    expect(paths.renderer).toBe('/opt/E/resources/app.asar/out/renderer')
  })
  it('knows where Windows keeps an interpreter', () => {
    expect(resolvePaths({ ...facts, packaged: false, platform: 'win32' }).installation.managedPython).toMatch(/Scripts.python\.exe$/)
  })
})

describe('textsFor', () => {
  it('speaks the language of the setting, or the nearest to the system', () => {
    expect(textsFor('zh-CN', 'en-US').close.stay).toBe('继续运行')
    expect(textsFor('system', 'zh-Hans-CN').close.stay).toBe('继续运行')
    expect(textsFor('system', 'de-DE').close.stay).toBe('Keep running')
    expect(textsFor('en', 'zh-CN').close.stay).toBe('Keep running')
  })
})

describe('openChoice', () => {
  const texts = textsFor('en', 'en')
  it('never hides a file: formats are told by content', () => {
    for (const kind of ['model', 'npz', 'recipe', 'library'] as const) {
      expect(openChoice(kind, texts, 'linux').filters?.at(-1)).toEqual({ name: 'All files', extensions: ['*'] })
    }
  })
  it('asks for a folder as a folder', () => {
    expect(openChoice('folder', texts, 'win32').properties).toEqual(['openDirectory'])
  })
})
