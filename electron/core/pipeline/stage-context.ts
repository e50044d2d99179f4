import type { Finding } from '../../../contract/finding'
import type { LogLine } from '../../../contract/run'
import { PhaseTree } from './progress'
import type { StageContext, StageProgress, StageServices } from './stage'

export interface ContextParts {
  services: StageServices
  signal: AbortSignal
  scratch: string
  device?: number | null
  progress: (event: StageProgress) => void
  report: (finding: Finding) => void
  log: (line: LogLine) => void
}

/** What a piece of work of a run works with: the services, and ways to stop, to tell and to be heard. */
export function makeContext({ services, signal, scratch, device = null, progress, report, log }: ContextParts): StageContext {
  const say: StageContext['log'] = (level, source, text) => log({ at: Date.now(), level, source, text })
  return {
    ...services,
    signal,
    scratch,
    device,
    progress,
    log: say,
    report,
    call: { signal, onProgress: progress, onLog: (line) => say(line.level, line.source, line.text) },
    native: (method, params) => {
      const phases = new PhaseTree()
      return services.host.call(method, params, {
        signal,
        onEvent: (event) => {
          if (event.kind === 'phase') progress(phases.take(event))
          else say(event.level, event.source, event.text)
        },
      })
    },
  }
}
