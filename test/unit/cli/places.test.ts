import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { absolute, dataFolder, programPath, startFolder } from '../../../electron/cli/places'

describe('start folder', () => {
  it('is where npm was called, in a clone', () => expect(startFolder({ INIT_CWD: '/home/me' }, '/clone', false)).toBe('/home/me'))
  it('is the working folder without npm', () => expect(startFolder({}, '/here', false)).toBe('/here'))
  it("is not another program's INIT_CWD, in an installation", () => expect(startFolder({ INIT_CWD: '/home/me' }, '/here', true)).toBe('/here'))
  it('makes relative paths absolute and leaves absolute ones', () => {
    expect(absolute('/home/me', 'models/a b.pt')).toBe('/home/me/models/a b.pt')
    expect(absolute('/home/me', '/x/../y')).toBe('/y')
  })
})

describe('data folder', () => {
  it("is the app's own on every system", () => {
    expect(dataFolder({}, 'linux', '/home/me')).toBe('/home/me/.config/Enginesmith')
    expect(dataFolder({ XDG_CONFIG_HOME: '/cfg' }, 'linux', '/home/me')).toBe('/cfg/Enginesmith')
    expect(dataFolder({ XDG_CONFIG_HOME: '' }, 'linux', '/home/me')).toBe('/home/me/.config/Enginesmith')
    expect(dataFolder({}, 'darwin', '/Users/me')).toBe('/Users/me/Library/Application Support/Enginesmith')
    expect(dataFolder({ APPDATA: 'C:\\Users\\me\\AppData\\Roaming' }, 'win32', 'C:\\Users\\me')).toBe('C:\\Users\\me\\AppData\\Roaming\\Enginesmith')
    expect(dataFolder({}, 'win32', 'C:\\Users\\me')).toBe('C:\\Users\\me\\AppData\\Roaming\\Enginesmith')
  })
  it('is the one that the environment names', () =>
    expect(dataFolder({ ENGINESMITH_DATA: '/data', XDG_CONFIG_HOME: '/cfg' }, 'linux', '/home/me')).toBe('/data'))
})

describe('program path', () => {
  const folder = path.dirname(process.execPath)
  const name = path.basename(process.execPath)
  it('looks a bare name up along PATH', () => expect(programPath('/tmp', name, { PATH: `/nowhere${path.delimiter}${folder}` })).toBe(process.execPath))
  it('takes a path from where the person stands', () => expect(programPath('/tmp', './bin/python', { PATH: folder })).toBe('/tmp/bin/python'))
  it('leaves a name that is nowhere to be refused by its path', () =>
    expect(programPath('/tmp', 'no-such-python', { PATH: folder })).toBe('/tmp/no-such-python'))
})
