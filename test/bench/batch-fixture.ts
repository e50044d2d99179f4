import { execa } from 'execa'
import fs from 'node:fs'
import path from 'node:path'
import { batchDocumentSchema, type BatchDocument } from '../../contract/documents'

export const python = process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python'

/** Models out of onnx's backend tests, some with a wrong expectation, and junk; the names of the wrong ones. */
export async function makeModels(folder: string, count: number, wrong: number, junk: number): Promise<string[]> {
  const { stdout } = await execa(python, ['test/fixtures/batch/make_batch.py', folder, String(count), String(wrong), String(junk)])
  return JSON.parse(stdout) as string[]
}

export interface Sample {
  at: number
  /** Resident MiB by process. */
  processes: Record<string, number>
}

/** `batch` as a child process, its memory and that of what it starts looked at twice a second. */
export async function runBatch(
  paths: string[],
  out: string,
  data: string,
  flags: string[],
): Promise<{ document: BatchDocument; code: number; seconds: number; samples: Sample[] }> {
  const begin = performance.now()
  const child = execa(process.execPath, ['out/cli/index.js', 'batch', ...paths, '--out', out, '--json', '--quiet', ...flags], {
    reject: false,
    env: { ENGINESMITH_DATA: data },
    maxBuffer: 1 << 30,
  })
  const samples: Sample[] = []
  const timer = setInterval(() => {
    const processes = Object.fromEntries(tree(child.pid ?? 0).map((one) => [`${one.name} ${one.pid}`, one.mebibytes]))
    samples.push({ at: (performance.now() - begin) / 1000, processes })
  }, 500)
  const { stdout, exitCode } = await child
  clearInterval(timer)
  return { document: batchDocumentSchema.parse(JSON.parse(stdout)), code: exitCode ?? -1, seconds: (performance.now() - begin) / 1000, samples }
}

function tree(pid: number): Array<{ pid: number; name: string; mebibytes: number }> {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
    const line = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    const name = line.includes('engine-host') ? 'engine host' : line.includes('enginesmith_worker') ? 'Python' : 'command line'
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
    return [{ pid, name, mebibytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024 }, ...children.flatMap((child) => tree(Number(child)))]
  } catch {
    return []
  }
}

/** A step of 1, 2 or 5 times a power of ten that divides `span` into about `parts`. */
function stepOf(span: number, parts: number): number {
  const power = 10 ** Math.floor(Math.log10(span / parts))
  return ([1, 2, 5].find((step) => span / (step * power) <= parts) ?? 10) * power
}

/** Resident memory of every process over time as a drawing. */
export function memorySvg(samples: readonly Sample[], title: string): string {
  const names = [...new Set(samples.flatMap((sample) => Object.keys(sample.processes)))].filter(
    (name) => samples.filter((sample) => name in sample.processes).length > 10,
  )
  const kindOf = (name: string): string => name.replace(/ \d+$/, '')
  // Of several of one kind each has a number, in the order of their start.
  const labelOf = (name: string): string => {
    const alike = names.filter((one) => kindOf(one) === kindOf(name))
    return alike.length === 1 ? kindOf(name) : `${kindOf(name)} ${alike.indexOf(name) + 1}`
  }
  const [width, height, left, right, above, below] = [720, 320, 52, 20, 64, 40]
  const end = samples.at(-1)?.at ?? 1
  const highest = Math.max(1, ...samples.flatMap((sample) => Object.values(sample.processes)))
  const [step, second] = [stepOf(highest, 5), stepOf(end, 8)]
  const top = Math.ceil(highest / step) * step
  const colours = ['#3758C9', '#1B7045', '#835500', '#B92D27', '#656B78']
  const x = (at: number): string => (left + (at / end) * (width - left - right)).toFixed(1)
  const y = (value: number): string => (height - below - (value / top) * (height - below - above)).toFixed(1)
  const soft = 'fill="#505662"'
  const rows = Array.from({ length: Math.round(top / step) + 1 }, (_, n) => n * step)
  const ticks = Array.from({ length: Math.floor(end / second) + 1 }, (_, n) => n * second)
  const grid = rows.map(
    (value) =>
      `<line x1="${left}" x2="${width - right}" y1="${y(value)}" y2="${y(value)}" stroke="${value === 0 ? '#9AA0AC' : '#E2E4E9'}"/><text x="${left - 8}" y="${y(value)}" text-anchor="end" dy="4" ${soft}>${value}</text>`,
  )
  const times = ticks.map(
    (at) =>
      `<line x1="${x(at)}" x2="${x(at)}" y1="${height - below}" y2="${height - below + 4}" stroke="#9AA0AC"/><text x="${x(at)}" y="${height - below + 17}" text-anchor="middle" ${soft}>${at}</text>`,
  )
  const lines = names.map((name, index) => {
    const points = samples.flatMap(({ at, processes }) => (processes[name] === undefined ? [] : [`${x(at)},${y(processes[name])}`]))
    const colour = colours[index % colours.length] ?? '#000'
    const at = left + index * 128
    const legend = `<line x1="${at}" x2="${at + 18}" y1="38" y2="38" stroke="${colour}" stroke-width="2.5"/><text x="${at + 24}" y="42" fill="#1A1D23">${labelOf(name)}</text>`
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" stroke-linejoin="round" points="${points.join(' ')}"/>${legend}`
  })
  const axes = `<text x="${left - 8}" y="${above - 12}" text-anchor="end" ${soft}>MiB</text><text x="${width - right}" y="${height - 8}" text-anchor="end" ${soft}>seconds</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11"><rect width="${width}" height="${height}" fill="#fff"/><text x="${left}" y="18" font-size="13" fill="#1A1D23">${title}</text>${axes}${grid.join('')}${times.join('')}${lines.join('')}</svg>\n`
}

export const folderOf = (file: string): string => path.basename(path.dirname(file))
