import {
  Box,
  Cpu,
  FileDown,
  FlaskConical,
  FolderOpen,
  History,
  House,
  Languages,
  Layers,
  Moon,
  PanelRight,
  Plus,
  RefreshCw,
  ScrollText,
  Settings,
  Sun,
  Wrench,
} from '@lucide/vue'
import { computed, type Component, type ComputedRef } from 'vue'
import { t, type MessageKey } from '../i18n'
import { runTag, when } from '../i18n/format'
import { runState } from '../parts/run-state'
import { runAction, type ActionName } from '../shell/keys'
import { useEngine } from '../stores/engine'
import { useRuns } from '../stores/runs'
import { useSettings } from '../stores/settings'
import { useUi } from '../stores/ui'

export interface PaletteEntry {
  id: string
  group: 'runs' | 'actions'
  icon: Component
  text: string
  side?: string
  key?: string
  run: () => void
}

/** What Ctrl K offers: the latest runs, then every action with its key. */
export function usePaletteEntries(): ComputedRef<PaletteEntry[]> {
  const ui = useUi()
  const runs = useRuns()
  const settings = useSettings()
  const engine = useEngine()
  const shell = (name: ActionName, icon: Component, text: MessageKey, key?: string): PaletteEntry => ({
    id: name,
    group: 'actions',
    icon,
    text: t(text),
    key,
    run: () => void runAction(name),
  })
  const own = (id: string, icon: Component, text: MessageKey, run: () => Promise<unknown>): PaletteEntry => ({
    id,
    group: 'actions',
    icon,
    text: t(text),
    run: () => void ui.attempt(run),
  })
  return computed(() => [
    ...runs.summaries.map((run) => ({
      id: run.folder,
      group: 'runs' as const,
      icon: Box,
      text: run.name,
      side: `${runTag(run.id)} · ${t(`common.state.${runState(run)}`)} · ${when(run.updatedAt)}`,
      run: () => void runs.openFolder(run.folder),
    })),
    shell('openFile', FileDown, 'palette.openFile', 'Ctrl O'),
    shell('openFolder', FolderOpen, 'palette.openFolder', 'Ctrl Shift O'),
    own('sample', FlaskConical, 'palette.openSample', async () => settings.info && runs.openPath(settings.info.sample)),
    shell('rail1', House, 'palette.goHome', 'Ctrl 1'),
    shell('rail2', Plus, 'palette.goRun', 'Ctrl 2'),
    shell('rail3', Layers, 'palette.goBatch', 'Ctrl 3'),
    shell('rail4', History, 'palette.goHistory', 'Ctrl 4'),
    shell('rail5', Wrench, 'palette.goToolchain', 'Ctrl 5'),
    shell('rail6', Cpu, 'palette.goEngine', 'Ctrl 6'),
    own('engine', Cpu, 'palette.openEngine', () => engine.chooseEngine()),
    shell('settings', Settings, 'palette.goSettings', 'Ctrl ,'),
    shell('lookAgain', RefreshCw, 'palette.lookAgain', 'F5'),
    settings.isDark
      ? own('theme', Sun, 'palette.themeLight', () => settings.save({ theme: 'light' }))
      : own('theme', Moon, 'palette.themeDark', () => settings.save({ theme: 'dark' })),
    own('en', Languages, 'palette.languageEn', () => settings.save({ language: 'en' })),
    own('zh', Languages, 'palette.languageZh', () => settings.save({ language: 'zh-CN' })),
    shell('log', ScrollText, 'palette.toggleLog', 'Ctrl J'),
    shell('inspector', PanelRight, 'palette.toggleInspector', 'Ctrl I'),
  ])
}
