import junitReportBuilder from 'junit-report-builder'
import { stageNames } from '../../../contract/run'
import type { ReportData } from './index'

/** JUnit XML: a suite for the stages and one for each hop; an output that was not judged is skipped, never passed. */
export function renderJunit(data: ReportData): string {
  const { snapshot } = data
  const builder = junitReportBuilder.newBuilder()
  const stages = builder.testSuite().name('stages').timestamp(snapshot.updatedAt)
  for (const name of stageNames) {
    const stage = snapshot.stages[name]
    const test = stages.testCase().className('enginesmith.stages').name(name).time(stage.seconds)
    const errors = stage.findings.filter((finding) => finding.severity === 'error').map((finding) => `${finding.code}: ${finding.message}`)
    if (stage.state === 'crashed') test.error(errors.join('\n') || 'crashed', 'crashed')
    else if (stage.state === 'failed') test.failure(errors.join('\n') || 'failed', 'failed')
    else if (stage.state !== 'completed' && stage.state !== 'cached') test.skipped()
  }
  for (const hop of new Set(snapshot.comparisons.map((row) => row.hop))) {
    const suite = builder.testSuite().name(hop).timestamp(snapshot.updatedAt)
    for (const row of snapshot.comparisons.filter((one) => one.hop === hop)) {
      const test = suite.testCase().className(`enginesmith.${hop}`).name(row.output)
      const numbers = `compared ${row.compared}, max |error| ${row.maxAbs ?? '-'}, mismatched ${row.mismatched ?? '-'}, atol ${row.atol ?? '-'}, rtol ${row.rtol ?? '-'}, required atol ${row.requiredAtol ?? '-'}`
      if (row.verdict === 'fail') test.failure(`${row.reason ?? 'outside the tolerance'} (${numbers})`, 'fail')
      else if (row.verdict === 'not-judged') test.skipped()
      test.standardOutput(row.reason === null ? numbers : `${row.reason} (${numbers})`)
    }
  }
  return builder.build()
}
