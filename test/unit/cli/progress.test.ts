import { describe, expect, it } from 'vitest'
import type { RunHandle } from '../../../electron/core/api'
import { createReporter } from '../../../electron/cli/output/progress'
import { textOf } from '../../../electron/cli/text'
import { earlierRun } from './run-fixture'
import { sink } from './sink'

const line = (level: 'info' | 'warning') => ({ at: 0, level, source: 'builder', text: `${level} text` })
const phase = (fraction: number, name = 'Tactics') => ({ phase: name, parent: 'Building', fraction, secondsLeft: 61, elapsed: 1 })

function followed(options: { tty: boolean; quiet?: boolean; columns?: number }) {
  const out = sink(options)
  let clock = 0
  const { state, handle } = earlierRun()
  const reporter = createReporter({ stream: out.stream, text: textOf('en'), quiet: options.quiet === true, verbose: false, now: () => clock })
  const end = reporter.follow({ ...handle, onLog: () => () => undefined } as unknown as RunHandle)
  return { state, out, end, pass: (milliseconds: number) => (clock += milliseconds) }
}

describe('the log', () => {
  it('keeps to warnings, unless the whole of it is asked for, or nothing', () => {
    const quiet = sink()
    const plain = sink()
    const verbose = sink()
    for (const [out, options] of [
      [quiet, { quiet: true, verbose: true }],
      [plain, { quiet: false, verbose: false }],
      [verbose, { quiet: false, verbose: true }],
    ] as const) {
      const reporter = createReporter({ stream: out.stream, text: textOf('en'), ...options })
      reporter.log(line('info'))
      reporter.log(line('warning'))
    }
    expect(quiet.text()).toBe('')
    expect(plain.text()).toBe('[builder] warning text\n')
    expect(verbose.text()).toBe('[builder] info text\n[builder] warning text\n')
  })
})

describe('progress', () => {
  it('is a few lines where there is no terminal', () => {
    const { state, out, end, pass } = followed({ tty: false })
    state.move('load', 'reuse', { seconds: 0 })
    state.move('build', 'start')
    state.patchStage('build', { progress: phase(0.1) })
    state.patchStage('build', { progress: phase(0.2) })
    pass(10_000)
    state.patchStage('build', { progress: phase(0.345) })
    state.move('build', 'complete', { seconds: 75, progress: null })
    end()
    expect(out.text()).toBe(
      'Load  reused\nBuild …\nBuild  Building / Tactics  10 %  1:01 left\nBuild  Building / Tactics  34 %  1:01 left\nBuild  done  1:15\n',
    )
  })

  it('is one line that is rewritten on a terminal, never wider than it, and gone in the end', () => {
    const { state, out, end } = followed({ tty: true, columns: 24 })
    state.move('build', 'start')
    state.patchStage('build', { progress: phase(0.1, '很长的阶段名称很长的阶段名称') })
    state.patchStage('build', { progress: phase(0.2) })
    end()
    const [first, second, last] = out.text().split('\r\u001b[2K')
    expect(first).toBe('Build  Building / 很长…')
    expect(second).toBe('Build  Building / Tacti…')
    expect(last).toBe('')
  })

  it('is nothing when quiet', () => {
    const { state, out } = followed({ tty: true, quiet: true })
    state.move('build', 'start')
    state.patchStage('build', { progress: phase(0.1) })
    state.move('build', 'complete')
    expect(out.text()).toBe('')
  })
})
