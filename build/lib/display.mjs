// A display to draw on: the machine's own, or a virtual one for as long as it is needed.
import { spawn } from 'node:child_process'

/** Whether this machine shows windows without help. */
export const hasDisplay = () => process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

/**
 * Starts Xvfb on a free number, which it chooses itself.
 * @param {{ width?: number, height?: number }} [size]
 * @returns {Promise<{ env: Record<string, string>, stop: () => void }>}
 */
export function virtualDisplay({ width = 1600, height = 1000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp', '-dpi', '96'], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    let complaint = ''
    child.stderr?.on('data', (text) => (complaint = (complaint + text).slice(-2000)))
    const stop = () => {
      child.kill('SIGTERM')
    }
    process.once('exit', stop)
    child.on('error', () => reject(new Error('There is no display, and Xvfb is not installed. On Debian run: sudo apt-get install xvfb')))
    child.on('exit', (code) => reject(new Error(`Xvfb ended with ${code}: ${complaint.trim()}`)))
    let number = ''
    child.stdio[3]?.on('data', (text) => {
      number += text
      if (!number.includes('\n')) return
      child.unref()
      resolve({ env: { DISPLAY: `:${number.trim()}`, WAYLAND_DISPLAY: '' }, stop })
    })
  })
}

/**
 * @template T
 * @param {(env: Record<string, string>) => Promise<T>} work gets the variables that name the display
 * @returns {Promise<T>}
 */
export async function withDisplay(work) {
  if (hasDisplay()) return work({})
  const display = await virtualDisplay()
  try {
    return await work(display.env)
  } finally {
    display.stop()
  }
}
