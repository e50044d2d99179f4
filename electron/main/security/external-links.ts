import { parseUrl } from './parse-url'

/** Hosts whose pages the app links to; each is opened in the system's browser, over https alone. */
const hosts = new Set(['developer.nvidia.com', 'docs.nvidia.com', 'docs.pytorch.org', 'pytorch.org', 'onnx.ai', 'onnxruntime.ai', 'github.com'])

/** Compared as parsed URLs, never as text: `https://pytorch.org.evil.example` starts like a good one. */
export function isAllowedLink(address: string): boolean {
  const url = parseUrl(address)
  return url !== null && url.protocol === 'https:' && url.username === '' && url.password === '' && url.port === '' && hosts.has(url.hostname)
}
