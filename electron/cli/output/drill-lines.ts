import type { DrillDocument, DrillStep } from '../../../contract/engine-sheet'
import { flavourNames } from '../../core/engines/library'
import type { Text } from '../text'
import { comparisonLines } from './human'

const ms = (value: number): string => `${value.toPrecision(4)} ms`
const mib = (value: number): string => `${(value / 1024 / 1024).toFixed(2)} MiB`
const share = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`

/** The steps one below the other, each number with its ratio to the engine that was built with its weights. */
export function drillLines(document: DrillDocument, text: Text): string[] {
  const { drill, words } = text
  const { backend, version, device } = document
  return [
    ...(backend === null ? [] : [[flavourNames[backend], version, device].filter((part) => part !== null).join('  ')]),
    ...document.steps.flatMap((step) => [drill.steps[step.step], ...facts(step, text).map((line) => `    ${line}`)]),
    ...(document.verdict === null ? [] : [`${words.verdict}: ${words.verdicts[document.verdict]}`]),
  ]
}

function facts(step: DrillStep, text: Text): string[] {
  const { drill } = text
  const { ofFull } = step
  const beside = (ratio: number | null, say: (ratio: number) => string): string => (ratio === null || step.step === 'full' ? '' : ` (${say(ratio)})`)
  const size = (name: string, bytes: number | null, ratio: number | null): string[] =>
    bytes === null ? [] : [`${name} ${mib(bytes)}${beside(ratio, (of) => drill.ofFull(share(of)))}`]
  const time = (name: string, value: number | null, ratio: number | null): string[] =>
    value === null ? [] : [`${name} ${ms(value)}${beside(ratio, (of) => drill.times(of.toFixed(2)))}`]
  const work = step.step === 'full' || step.step === 'stripped' ? drill.build : drill.refit
  const flags = (names: readonly string[]): string => (names.length === 0 ? drill.noFlags : names.join(' '))
  const lines = [
    [
      ...(step.seconds === null ? [] : [`${work} ${text.seconds(step.seconds)}${beside(ofFull.seconds, (of) => drill.ofBuild(share(of)))}`]),
      ...(step.weights === null ? [] : [`${drill.weights} ${step.weights.set}/${step.weights.total}`]),
    ],
    [...size(drill.with, step.bytesWith, ofFull.bytesWith), ...size(drill.without, step.bytesWithout, ofFull.bytesWithout)],
    [...time('GPU', step.gpuMs, ofFull.gpuMs), ...time(drill.latency, step.latencyMs, ofFull.latencyMs)],
    step.flagsWith.length + step.flagsWithout.length === 0 ? [] : [`${drill.flags} ${flags(step.flagsWith)} / ${flags(step.flagsWithout)}`],
  ]
  return [
    ...(step.reason === null ? [] : [`${step.engine === null ? drill.notDone : drill.notRun}: ${text.reason(step.reason)}`]),
    ...lines.filter((parts) => parts.length > 0).map((parts) => parts.join('  ')),
    ...(step.zeros === true ? [step.step === 'stripped' ? drill.zeros : drill.zerosBad] : comparisonLines(step.comparisons, text)),
  ]
}
