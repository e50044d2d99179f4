import type { Core } from '../../../core/api'
import type { Handlers } from '../register'
import type { SendEvent } from '../send'

/** What the core found on this machine; a fresh look is told to every mirror of it. */
export function toolchainHandlers(core: () => Promise<Core>, send: SendEvent): Pick<Handlers, 'toolchain.get' | 'build.options'> {
  let checkedAt: string | null = null
  return {
    'toolchain.get': async ({ refresh }) => {
      const { toolchain } = await core()
      const doctor = await toolchain.doctor({ refresh })
      const pythons = await toolchain.pythons()
      if (refresh || checkedAt === null) checkedAt = new Date().toISOString()
      const snapshot = { doctor, pythons, checkedAt }
      if (refresh) send('toolchain.changed', snapshot)
      return snapshot
    },
    'build.options': async ({ backend }) => (await core()).buildOptions(backend),
  }
}
