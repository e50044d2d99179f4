import { Eta } from 'eta'
import type { BatchSnapshot } from '../../../contract/batch'
import type { Settings } from '../../../contract/settings'
import { stageNames } from '../../../contract/run'
import { worstFinding } from './batch-finding'
import { batchWords, type BatchWords } from './batch-words'
import { shortNumber } from './numbers'
import { reportStyle } from './style'
import { reportWords } from './words'

/** The whole batch as one file: opens offline, with nothing to fetch and no script in it; each row links to its run's own report. */
export function renderBatchHtml(snapshot: BatchSnapshot, language: Settings['language']): string {
  const words = reportWords(language)
  const own = batchWords(words.lang)
  const rows = snapshot.rows.map((row) => {
    const worst = worstFinding(row)
    const told = worst === null ? null : words.told(worst)
    const { result } = row
    const label = result?.verdict == null ? own.states[row.state] : words.verdict[result.verdict]
    return {
      ...row,
      label,
      tone: row.state === 'error' ? 'fail' : (result?.verdict ?? 'none'),
      code: worst?.code ?? '',
      said: told?.message ?? '',
      latencyOf: result?.latencyOf == null ? '' : own.latencyOf[result.latencyOf],
      link: result?.run == null ? null : `runs/${encodeURIComponent(result.run)}/report.html`,
    }
  })
  const view = {
    words,
    own,
    style: `${reportStyle}${style}`,
    snapshot,
    rows,
    number: shortNumber,
    verdicts: verdictsSvg(snapshot, own),
    stages: stagesSvg(snapshot, words),
    sizes: sizesSvg(snapshot),
  }
  return new Eta({ autoEscape: true, autoTrim: false }).renderString(template, view)
}

const style = `
svg .pass { fill: var(--pass); } svg .fail, svg .error { fill: var(--fail); } svg .error { fill-opacity: 0.6; } svg .notJudged { fill: var(--open); } svg .skipped { fill: var(--line); }
.counts { display: flex; gap: 20px; flex-wrap: wrap; margin: 16px 0; font-size: 16px; }
`

const width = 480
const bar = 22

/** Bars, longest as wide as there is room; a label to the left and the number at the end. */
function bars(items: ReadonlyArray<{ label: string; value: number; text: string; tone: string }>): string {
  const most = Math.max(1e-9, ...items.map((item) => item.value))
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const lines = items.map(({ label, value, text, tone }, index) => {
    const y = index * bar
    const long = Math.max(value > 0 ? 1 : 0, (value / most) * (width - 170))
    return `<text x="0" y="${y + 15}">${escape(label)}</text><rect class="${tone}" x="90" y="${y + 4}" width="${long.toFixed(1)}" height="14" rx="2"/><text x="${(96 + long).toFixed(1)}" y="${y + 15}">${text}</text>`
  })
  return `<svg viewBox="0 0 ${width} ${items.length * bar + 4}" role="img">${lines.join('')}</svg>`
}

function verdictsSvg({ counts }: BatchSnapshot, words: BatchWords): string {
  const names = ['pass', 'fail', 'notJudged', 'error', 'skipped'] as const
  return bars(names.map((name) => ({ label: words.counts[name], value: counts[name], text: String(counts[name]), tone: name })))
}

function stagesSvg({ rows }: BatchSnapshot, words: ReturnType<typeof reportWords>): string {
  return bars(
    stageNames.map((name) => {
      const seconds = rows.reduce((sum, row) => sum + (row.result?.stageSeconds[name] ?? 0), 0)
      return { label: words.stage[name], value: seconds, text: seconds.toFixed(1), tone: 'bar' }
    }),
  )
}

/** One dot a model, both axes by powers of ten. */
function sizesSvg({ rows }: BatchSnapshot): string | null {
  const points = rows.flatMap((row) => (row.result !== null && row.result.seconds > 0 && row.bytes > 0 ? [{ x: row.bytes, y: row.result.seconds, row }] : []))
  if (points.length < 2) return null
  const height = 180
  const span = (values: number[]): { low: number; high: number } => {
    const logs = values.map((value) => Math.log10(value))
    const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))]
    return { low, high: high === low ? low + 1 : high }
  }
  const xs = span(points.map((point) => point.x))
  const ys = span(points.map((point) => point.y))
  const place = (value: number, { low, high }: { low: number; high: number }, room: number): number => ((Math.log10(value) - low) / (high - low)) * room
  const dots = points.map(({ x, y, row }) => {
    const tone = row.state === 'error' ? 'error' : row.result?.verdict === 'not-judged' ? 'notJudged' : (row.result?.verdict ?? 'skipped')
    return `<circle class="${tone}" cx="${(50 + place(x, xs, width - 70)).toFixed(1)}" cy="${(height - 24 - place(y, ys, height - 40)).toFixed(1)}" r="3" fill-opacity="0.7"/>`
  })
  const label = (power: number, unit: string): string => `1e${power} ${unit}`
  return `<svg viewBox="0 0 ${width} ${height}" role="img"><line class="axis" x1="50" y1="${height - 24}" x2="${width - 20}" y2="${height - 24}"/><line class="axis" x1="50" y1="16" x2="50" y2="${height - 24}"/><text x="50" y="${height - 8}">${label(xs.low, 'B')}</text><text x="${width - 20}" y="${height - 8}" text-anchor="end">${label(xs.high, 'B')}</text><text x="46" y="${height - 24}" text-anchor="end">${label(ys.low, 's')}</text><text x="46" y="20" text-anchor="end">${label(ys.high, 's')}</text>${dots.join('')}</svg>`
}

const template = `<!doctype html>
<html lang="<%= it.words.lang %>">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title><%= it.own.title %> · <%= it.snapshot.name %></title>
<style><%~ it.style %></style>
</head>
<body>
<main>
<header>
<p class="soft"><%= it.own.title %></p>
<h1><%= it.snapshot.name %></h1>
<div class="counts"><% for (const name of ['pass', 'fail', 'notJudged', 'error', 'skipped']) { %><span class="<%= name === 'notJudged' ? 'not-judged' : name === 'error' ? 'fail' : name === 'skipped' ? 'none' : name %>"><strong><%= it.snapshot.counts[name] %></strong> <%= it.own.counts[name] %></span><% } %></div>
</header>
<section>
<div class="charts"><figure><figcaption><%= it.own.verdictsChart %></figcaption><%~ it.verdicts %></figure><figure><figcaption><%= it.own.stagesChart %></figcaption><%~ it.stages %></figure><% if (it.sizes !== null) { %><figure><figcaption><%= it.own.sizesChart %></figcaption><%~ it.sizes %></figure><% } %></div>
</section>
<section>
<h2><%= it.own.rows %></h2>
<div class="scroll"><table>
<thead><tr><th><%= it.own.columns.file %></th><th><%= it.own.columns.kind %></th><th><%= it.own.columns.verdict %></th><th><%= it.own.columns.finding %></th><th class="n"><%= it.own.columns.seconds %></th><th class="n"><%= it.own.columns.bytes %></th><th class="n"><%= it.own.columns.engine %></th><th class="n"><%= it.own.columns.latency %></th><th><%= it.own.columns.backend %></th></tr></thead>
<tbody>
<% for (const row of it.rows) { %><tr>
<td class="mono"><% if (row.link !== null) { %><a href="<%= row.link %>"><%= row.name %></a><% } else { %><%= row.name %><% } %><% for (const twin of row.duplicates) { %><br><span class="soft"><%= twin %> (<%= it.own.sameContent %>)</span><% } %></td>
<td><%= row.format %></td><td class="<%= row.tone %>"><strong><%= row.label %></strong></td>
<td><% if (row.code !== '') { %><code><%= row.code %></code> <span class="soft"><%= row.said %></span><% } %></td>
<td class="n"><%= it.number(row.result === null ? null : row.result.seconds) %></td><td class="n"><%= it.number(row.bytes) %></td><td class="n"><%= it.number(row.result === null ? null : row.result.engineBytes) %></td><td class="n"><%= it.number(row.result === null ? null : row.result.latencyMs) %><% if (row.latencyOf !== '') { %> <span class="soft"><%= row.latencyOf %></span><% } %></td><td><%= row.result === null || row.result.backend === null ? '–' : row.result.backend %></td>
</tr><% } %>
</tbody></table></div>
</section>
<footer><%= it.words.made %> · <%= it.snapshot.createdAt %> · <%= it.snapshot.id %></footer>
</main>
</body>
</html>
`
