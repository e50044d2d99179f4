import type { RunSnapshot, StageName } from '../../contract/run'
import { t } from '../i18n'

const stages: StageName[] = ['load', 'convert', 'build', 'validate']

/** Puts a stage's new state and a new verdict into words, once, for the live region. */
export function announceChanges(before: RunSnapshot | null, after: RunSnapshot, announce: (text: string) => void): void {
  if (!before) return
  const changed = stages.filter((stage) => before.stages[stage].state !== after.stages[stage].state && after.stages[stage].state !== 'pending')
  const words = changed.map((stage) => t('shell.announceStage', { stage: t(`common.stage.${stage}`), state: t(`common.state.${after.stages[stage].state}`) }))
  if (after.verdict && after.verdict !== before.verdict) words.push(t('shell.announceVerdict', { verdict: t(`common.state.${after.verdict}`) }))
  if (words.length > 0) announce(words.join('. '))
}
