import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Protocol } from 'electron'
import { contentPolicy } from './content-policy'
import { parseUrl } from './parse-url'

export const appScheme = 'app'
export const appHost = 'enginesmith'
export const appOrigin = `${appScheme}://${appHost}`
export const indexUrl = `${appOrigin}/index.html`

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** Must be called once, before the app is ready. Standard and secure: it has an origin of its own, unlike `file:`. */
export function registerAppScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([{ scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }])
}

/**
 * The file under `root` that an address names, or null where it names none: another host, a path that leaves the
 * folder, a kind of file that the app does not have. `path.join`, since `path.resolve` would take `/x` as absolute.
 */
export function fileOfUrl(root: string, address: string): string | null {
  const url = parseUrl(address)
  if (!url || url.protocol !== `${appScheme}:` || url.host !== appHost) return null
  let pathname: string
  try {
    pathname = decodeURIComponent(url.pathname)
  } catch {
    return null
  }
  if (pathname.includes('\0')) return null
  const file = path.join(root, pathname)
  const relative = path.relative(root, file)
  if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return null
  return path.extname(file) in types ? file : null
}

/** Answers the app's scheme from the renderer's folder, each answer under the content policy. */
export function createAppHandler(root: string): (request: Pick<Request, 'url' | 'method'>) => Promise<Response> {
  const headers = { 'Content-Security-Policy': contentPolicy, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-cache' }
  return async (request) => {
    const file = request.method === 'GET' ? fileOfUrl(root, request.url) : null
    if (file === null) return new Response(null, { status: 404, headers })
    try {
      const body = await readFile(file)
      return new Response(new Uint8Array(body), { headers: { ...headers, 'Content-Type': types[path.extname(file)] ?? 'application/octet-stream' } })
    } catch {
      return new Response(null, { status: 404, headers })
    }
  }
}
