import { call } from '../api'
import { t } from '../i18n'
import { useUi } from '../stores/ui'

/** Asks where, saves the report there, and says where it went. */
export async function saveReport(id: string, format: 'html' | 'json' | 'junit'): Promise<void> {
  const ui = useUi()
  const answer = await ui.attempt(() => call('run.saveReport', { id, format }))
  if (!answer?.path) return
  const text = t('wizard.saved', { path: answer.path })
  ui.notify({ severity: 'info', text })
  ui.announce(text)
}
