import { execa } from 'execa'
import type { Isolation } from '../../../contract/trust'

/** A program in front of a command that takes the network from it: a namespace of its own that has no device but an idle loopback. */
const unshare = ['unshare', '--user', '--map-root-user', '--net', '--'] as const

let probed: Promise<Isolation> | null = null

/** Whether this system lets an ordinary program take the network from another; tried for real, once. */
export function isolation(): Promise<Isolation> {
  probed ??= probe()
  return probed
}

async function probe(): Promise<Isolation> {
  if (process.platform !== 'linux') return { isolated: false, reason: 'only Linux lets a program take the network from another without an administrator' }
  const [program, ...args] = unshare
  const tried = await execa(program, [...args, 'cat', '/proc/net/dev'], { reject: false, timeout: 5_000 })
  if (tried.failed) {
    const told = tried.code === 'ENOENT' ? 'the program unshare is not installed' : (tried.stderr || tried.shortMessage || 'unshare failed').split('\n')[0]
    return { isolated: false, reason: told ?? 'unshare failed' }
  }
  const devices = [...tried.stdout.matchAll(/^\s*([\w.-]+):/gm)].map((match) => match[1])
  const others = devices.filter((device) => device !== 'lo')
  return others.length === 0 ? { isolated: true, reason: null } : { isolated: false, reason: `the network is still there: ${others.join(', ')}` }
}

/** What stands before the command of a process that is kept from the network. */
export const isolatingPrefix: readonly string[] = unshare
