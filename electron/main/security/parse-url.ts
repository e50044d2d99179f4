/** Null where it is no URL; Node 20 has no `URL.parse`. */
export function parseUrl(address: string): URL | null {
  try {
    return new URL(address)
  } catch {
    return null
  }
}
