import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAppHandler, fileOfUrl, registerAppScheme } from '../../../../electron/main/security/app-protocol'
import { contentPolicy } from '../../../../electron/main/security/content-policy'

const root = path.join(tmpdir(), 'app-root')

describe('fileOfUrl', () => {
  it('finds files of the folder', () => {
    expect(fileOfUrl(root, 'app://enginesmith/index.html')).toBe(path.join(root, 'index.html'))
    expect(fileOfUrl(root, 'app://enginesmith/assets/a%20b.js')).toBe(path.join(root, 'assets', 'a b.js'))
    expect(fileOfUrl(root, 'app://enginesmith/index.html?x=1#y')).toBe(path.join(root, 'index.html'))
  })
  it.each([
    ['another host', 'app://evil/index.html'],
    ['another scheme', 'https://enginesmith/index.html'],
    ['the folder itself', 'app://enginesmith/'],
    ['a way out, encoded', 'app://enginesmith/..%2f..%2fetc/passwd.json'],
    ['a way out, encoded twice over', 'app://enginesmith/%2e%2e%2f%2e%2e%2fsecret.json'],
    ['a neighbour with the same start', 'app://enginesmith/..%2fapp-root-other/x.js'],
    ['a zero byte', 'app://enginesmith/index.html%00.js'],
    ['a broken escape', 'app://enginesmith/%zz.js'],
    ['a kind of file that the app does not have', 'app://enginesmith/settings.node'],
    ['no address', 'nonsense'],
  ])('refuses %s', (_what, address) => {
    expect(fileOfUrl(root, address)).toBeNull()
  })
})

describe('createAppHandler', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'app-protocol-'))
    writeFileSync(path.join(folder, 'index.html'), '<p>here</p>')
    mkdirSync(path.join(folder, 'assets'))
    writeFileSync(path.join(folder, 'assets', 'font.woff2'), 'wOF2')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('answers a file with its type and the policy', async () => {
    const response = await createAppHandler(folder)({ url: 'app://enginesmith/index.html', method: 'GET' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('<p>here</p>')
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('Content-Security-Policy')).toBe(contentPolicy)
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
  })
  it('answers a font as a font', async () => {
    const response = await createAppHandler(folder)({ url: 'app://enginesmith/assets/font.woff2', method: 'GET' })
    expect(response.headers.get('Content-Type')).toBe('font/woff2')
  })
  it.each([
    ['a missing file', { url: 'app://enginesmith/none.js', method: 'GET' }],
    ['another method', { url: 'app://enginesmith/index.html', method: 'POST' }],
    ['a path outside', { url: 'app://enginesmith/..%2fx.js', method: 'GET' }],
  ])('answers %s with 404, still under the policy', async (_what, request) => {
    const response = await createAppHandler(folder)(request)
    expect(response.status).toBe(404)
    expect(response.headers.get('Content-Security-Policy')).toBe(contentPolicy)
  })
})

describe('registerAppScheme', () => {
  it('asks for a standard, secure scheme and never to pass the policy by', () => {
    const given: unknown[] = []
    registerAppScheme({ registerSchemesAsPrivileged: (schemes) => void given.push(...schemes) })
    expect(given).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }])
  })
})
