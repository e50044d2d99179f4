import type { Settings } from '../../../../contract/settings'
import type { Core } from '../../../core/api'
import type { Handlers } from '../register'
import type { SendEvent } from '../send'

export interface SettingsDeps {
  core: () => Promise<Core>
  /** What the window was made with; answers before the core is there. */
  early: () => Settings
  send: SendEvent
  /** Theme and window follow at once. */
  applied: (settings: Settings) => void
}

export function settingsHandlers({ core, early, send, applied }: SettingsDeps): Pick<Handlers, 'settings.get' | 'settings.set'> {
  return {
    'settings.get': () => early(),
    'settings.set': async (patch) => {
      const saved = await (await core()).saveSettings(patch)
      applied(saved)
      send('settings.changed', saved)
      return saved
    },
  }
}
