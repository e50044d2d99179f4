import { valued } from './types'
import { realNumber } from './values'

/** How long a stage may be silent: a setting of this machine for the length of a call. */
export const timeLimitFlag = valued(
  'time-limit',
  'MINUTES',
  (t) => t.flags.timeLimit,
  (draft, value, { text }) => {
    draft.settings.stageTimeoutMinutes = realNumber('time-limit', value, { least: 0.05 }, text)
  },
)
