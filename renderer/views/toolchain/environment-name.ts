/** `/home/me/vision/.venv/bin/python` is known as `vision/.venv`, `/usr/bin/python3` as `/usr/bin/python3`. */
export function environmentName(path: string): string {
  const parts = path.split(/[\\/]/)
  const last = parts.at(-2)?.toLowerCase()
  const root = last === 'bin' || last === 'scripts' ? parts.slice(0, -2) : parts.slice(0, -1)
  if (root.length <= 2) return path
  return root.slice(-2).join('/')
}
