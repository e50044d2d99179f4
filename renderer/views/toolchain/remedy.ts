import type { RemedyAction } from '../../../contract/finding'
import type { Settings } from '../../../contract/settings'
import { call } from '../../api'
import { useSettings } from '../../stores/settings'
import { useToolchain } from '../../stores/toolchain'
import { useUi } from '../../stores/ui'

/** Asks for a path by the system's dialog, keeps it as a setting, then looks at the machine again. */
export function usePathSetting(): (
  kind: 'python' | 'library' | 'folder',
  key: 'python' | 'project' | 'tensorrtPath' | 'tensorrtRtxPath' | 'runsFolder',
) => Promise<void> {
  const ui = useUi()
  const settings = useSettings()
  const toolchain = useToolchain()
  return async (kind, key) => {
    await ui.attempt(async () => {
      const { path } = await call('dialog.open', { kind })
      if (path === null) return
      const patch: Partial<Settings> = {}
      patch[key] = path
      await settings.save(patch)
      if (kind !== 'folder') await toolchain.look(true)
    })
  }
}

/** Carries out the remedies of a finding about the machine. */
export function useRemedy(): (action: RemedyAction) => void {
  const ui = useUi()
  const choose = usePathSetting()
  const toolchain = useToolchain()
  return (action) => {
    if (action.kind === 'choose-python') void choose('python', 'python')
    else if (action.kind === 'open-settings') ui.go('settings')
    else if (action.kind === 'open-toolchain') ui.go('toolchain')
    else if (action.kind === 'run-again') void toolchain.look(true)
    else if (action.kind === 'copy') void ui.attempt(() => call('clipboard.write', { text: String(action.value ?? '') }))
  }
}
