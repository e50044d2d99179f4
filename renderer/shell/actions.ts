import { chooseModel, chooseRunFolder } from './open'
import { useAction } from './keys'
import { useToolchain } from '../stores/toolchain'
import { useUi } from '../stores/ui'

/** The keys that work everywhere; views and the wizard add theirs while they are shown. */
export function useShellActions(): void {
  const ui = useUi()
  const toolchain = useToolchain()
  useAction('search', () => (ui.paletteOpen = !ui.paletteOpen))
  useAction('newRun', () => void chooseModel())
  useAction('openFile', () => void chooseModel())
  useAction('openFolder', () => void chooseRunFolder())
  useAction('rail1', () => ui.go('home'))
  useAction('rail2', () => ui.go('run'))
  useAction('rail3', () => ui.go('batch'))
  useAction('rail4', () => ui.go('history'))
  useAction('rail5', () => ui.go('toolchain'))
  useAction('rail6', () => ui.go('engine'))
  useAction('settings', () => ui.go('settings'))
  useAction('inspector', () => ui.toggleInspector())
  useAction('log', () => ui.toggleLog())
  useAction('lookAgain', () => void toolchain.look(true))
}
