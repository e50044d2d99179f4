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

/** Resident memory of every process over time as a drawing. */
export function memorySvg(samples: readonly Sample[], title: string): string {
  const names = [...new Set(samples.flatMap((sample) => Object.keys(sample.processes)))].filter(
    (name) => samples.filter((sample) => name in sample.processes).length > 10,
  )
  const [width, height, left, bottom] = [720, 320, 56, 40]
  const end = samples.at(-1)?.at ?? 1
  const top = Math.ceil(Math.max(1, ...samples.flatMap((sample) => Object.values(sample.processes))) / 100) * 100
  const colours = ['#3758C9', '#1B7045', '#835500', '#B92D27', '#656B78']
  const x = (at: number): string => (left + (at / end) * (width - left - 16)).toFixed(1)
  const y = (value: number): string => (height - bottom - (value / top) * (height - bottom - 40)).toFixed(1)
  const lines = names.map((name, index) => {
    const points = samples.flatMap(({ at, processes }) => (processes[name] === undefined ? [] : [`${x(at)},${y(processes[name])}`]))
    const colour = colours[index % colours.length] ?? '#000'
    const label = `${name.replace(/ \d+$/, '')} ${index + 1}`
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${points.join(' ')}"/><text x="${left + 8 + index * 130}" y="34" fill="${colour}">${label}</text>`
  })
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (part) =>
      `<line x1="${left}" x2="${width - 16}" y1="${y(part * top)}" y2="${y(part * top)}" stroke="#E2E4E9"/><text x="${left - 6}" y="${y(part * top)}" text-anchor="end" dy="4" fill="#505662">${Math.round(part * top)}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11"><rect width="${width}" height="${height}" fill="#fff"/><text x="${left}" y="16" font-size="13" fill="#1A1D23">${title}</text>${grid.join('')}${lines.join('')}<text x="${width - 16}" y="${height - 14}" text-anchor="end" fill="#505662">${Math.round(end)} s</text><text x="8" y="34" fill="#505662">MiB</text></svg>\n`
}

export const folderOf = (file: string): string => path.basename(path.dirname(file))
