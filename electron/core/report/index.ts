import { writeAtomic } from '../files/write'
import type { ComparisonDetail, RunSnapshot } from '../../../contract/run'
import type { Settings } from '../../../contract/settings'
import { renderHtml } from './html'
import { renderJunit } from './junit'

export interface ReportData {
  snapshot: RunSnapshot
  details: ComparisonDetail[]
  language: Settings['language']
}
export type ReportFormat = 'html' | 'json' | 'junit'

/** The report of a run as text: a web page, the run with the details of its comparisons, or JUnit XML. */
export function renderReport(format: ReportFormat, data: ReportData): string {
  switch (format) {
    case 'html':
      return renderHtml(data)
    case 'junit':
      return renderJunit(data)
    case 'json': {
      const { folder: _folder, revision: _revision, running: _running, ...run } = data.snapshot
      return `${JSON.stringify({ ...run, details: data.details }, null, 2)}\n`
    }
  }
}

export function writeHtmlReport(path: string, data: ReportData): Promise<void> {
  return writeAtomic(path, [Buffer.from(renderHtml(data), 'utf8')])
}
