import type { Language } from './tell'

/** Phases that the program words itself and a person has to understand; a tool's own phases keep the tool's words. */
const phases: ReadonlyArray<readonly [RegExp, string]> = [
  [/^Waiting for the GPU \(process (\d+) is building\)$/, '正在等待 GPU（进程 $1 正在构建）'],
  [/^Waiting for the GPU \(process (\d+) is timing an engine\)$/, '正在等待 GPU（进程 $1 正在为引擎计时）'],
  [/^Waiting for the GPU$/, '正在等待 GPU'],
]

/** What a stage does now, in `language`. What is not known stays as it is. */
export function tellPhase(phase: string, language: Language): string {
  const known = language === 'en' ? undefined : phases.find(([pattern]) => pattern.test(phase))
  return known === undefined ? phase : phase.replace(known[0], known[1])
}
