import { EventEmitter } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { contentPolicy } from '../../../../electron/main/security/content-policy'
import { isAllowedLink } from '../../../../electron/main/security/external-links'
import { lockAllNavigation } from '../../../../electron/main/security/navigation'
import { blockNetwork, isOwnUrl } from '../../../../electron/main/security/network'
import { denyPermissions } from '../../../../electron/main/security/permissions'
import { enableSandbox } from '../../../../electron/main/security/sandbox'
import { isTrustedSender } from '../../../../electron/main/security/sender'
import { hardenedPreferences } from '../../../../electron/main/security/web-preferences'

describe('content policy', () => {
  const directives = Object.fromEntries(contentPolicy.split('; ').map((part) => [part.slice(0, part.indexOf(' ')), part.slice(part.indexOf(' ') + 1)]))
  it('says what the design says', () => {
    expect(directives).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' data: blob:",
      'font-src': "'self'",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-src': "'none'",
    })
  })
  it('allows no evaluation and no foreign origin', () => {
    expect(contentPolicy).not.toMatch(/unsafe-eval|https?:|\*/)
    expect(directives['script-src']).not.toContain('unsafe-inline')
  })
})

describe('web preferences', () => {
  it('has every one written down', () => {
    expect(hardenedPreferences('/p.cjs')).toEqual({
      preload: '/p.cjs',
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      disableDialogs: true,
    })
  })
})

describe('sandbox', () => {
  const enabled = (isRoot: boolean, noSandbox: boolean): boolean => {
    const app = { enableSandbox: vi.fn(), commandLine: { hasSwitch: () => noSandbox } }
    const answer = enableSandbox(app, isRoot)
    expect(app.enableSandbox).toHaveBeenCalledTimes(answer ? 1 : 0)
    return answer
  }
  it('is on for every page, even where a switch says otherwise', () => {
    expect(enabled(false, false)).toBe(true)
    expect(enabled(false, true)).toBe(true)
    expect(enabled(true, false)).toBe(true)
  })
  it('is off for root with the switch alone, where Chromium has none', () => {
    expect(enabled(true, true)).toBe(false)
  })
})

describe('permissions', () => {
  it('are all denied', () => {
    const session = {
      setPermissionRequestHandler: vi.fn(),
      setPermissionCheckHandler: vi.fn(),
      setDevicePermissionHandler: vi.fn(),
      setDisplayMediaRequestHandler: vi.fn(),
    }
    denyPermissions(session)
    const request = vi.fn()
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'fullscreen']) {
      session.setPermissionRequestHandler.mock.calls[0]?.[0]({}, permission, request)
      expect(session.setPermissionCheckHandler.mock.calls[0]?.[0]({}, permission)).toBe(false)
    }
    expect(request.mock.calls).toEqual(Array.from({ length: 6 }, () => [false]))
    expect(session.setDevicePermissionHandler.mock.calls[0]?.[0]({})).toBe(false)
    const media = vi.fn()
    session.setDisplayMediaRequestHandler.mock.calls[0]?.[0]({}, media)
    expect(media).toHaveBeenCalledWith({})
  })
})

describe('navigation', () => {
  const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: vi.fn() })
  const app = new EventEmitter()
  lockAllNavigation(app as never)
  app.emit('web-contents-created', {}, contents)
  const emit = (name: string, details: object): boolean => {
    const event = { preventDefault: vi.fn(), ...details }
    contents.emit(name, event)
    return event.preventDefault.mock.calls.length > 0
  }
  it('goes nowhere', () => {
    expect(emit('will-navigate', { url: 'https://example.com/' })).toBe(true)
    expect(emit('will-navigate', { url: 'file:///etc/passwd' })).toBe(true)
    expect(emit('will-navigate', { url: 'app://enginesmith/other.html' })).toBe(true)
    expect(emit('will-frame-navigate', { url: 'app://enginesmith/index.html', isMainFrame: false })).toBe(true)
    expect(emit('will-redirect', { url: 'app://enginesmith/index.html' })).toBe(true)
    expect(emit('will-attach-webview', {})).toBe(true)
  })
  it('may load itself again', () => {
    expect(emit('will-navigate', { url: 'app://enginesmith/index.html' })).toBe(false)
    expect(emit('will-frame-navigate', { url: 'app://enginesmith/index.html', isMainFrame: true })).toBe(false)
  })
  it('opens no window', () => {
    expect(contents.setWindowOpenHandler.mock.calls[0]?.[0]({ url: 'https://pytorch.org' })).toEqual({ action: 'deny' })
  })
})

describe('network', () => {
  it('lets only the app through', () => {
    const onBeforeRequest = vi.fn()
    blockNetwork({ webRequest: { onBeforeRequest } })
    const cancelled = (url: string): boolean => {
      const answer = vi.fn()
      onBeforeRequest.mock.calls[0]?.[0]({ url }, answer)
      return answer.mock.calls[0]?.[0].cancel
    }
    expect(cancelled('https://example.com/x.js')).toBe(true)
    expect(cancelled('http://localhost:5173/')).toBe(true)
    expect(cancelled('file:///etc/passwd')).toBe(true)
    expect(cancelled('app://enginesmith.evil/x.js')).toBe(true)
    expect(cancelled('app://enginesmith/index.html')).toBe(false)
    expect(isOwnUrl('blob:app://enginesmith/1-2')).toBe(true)
    expect(isOwnUrl('blob:https://example.com/1-2')).toBe(false)
  })
})

describe('links', () => {
  it.each(['https://docs.nvidia.com/deeplearning/tensorrt/', 'https://pytorch.org/docs'])('opens %s', (url) => {
    expect(isAllowedLink(url)).toBe(true)
  })
  it.each([
    'http://pytorch.org/',
    'https://pytorch.org.evil.example/',
    'https://evil.example/https://pytorch.org',
    'https://user@pytorch.org/',
    'https://pytorch.org:8443/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://pytorch.org/x',
    'x',
  ])('refuses %s', (url) => {
    expect(isAllowedLink(url)).toBe(false)
  })
})

describe('sender', () => {
  it('is the main frame of the app', () => {
    expect(isTrustedSender({ url: 'app://enginesmith/index.html', parent: null })).toBe(true)
  })
  it.each([
    ['a frame that is gone', null],
    ['a frame inside', { url: 'app://enginesmith/index.html', parent: {} }],
    ['another site', { url: 'https://example.com/', parent: null }],
    ['another host of the scheme', { url: 'app://other/index.html', parent: null }],
    ['one that only starts alike', { url: 'app://enginesmith.evil/index.html', parent: null }],
    ['a file', { url: 'file:///index.html', parent: null }],
    ['nothing', { url: '', parent: null }],
  ])('is not %s', (_what, frame) => {
    expect(isTrustedSender(frame)).toBe(false)
  })
})
