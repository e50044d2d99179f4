import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { tell, tellPhase } from '../../../contract/words'
import { makeFinding } from '../../../electron/core/errors'

const root = path.resolve(import.meta.dirname, '..', '..', '..')
const sources = (folder: string, ending: string): string =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(path.join(root, folder, file), 'utf8'))
    .join('\n')

/** Phases as the stages and the Python worker word them, with `7001` for what run time fills in. */
const phases = [
  ...['pipeline', 'engines'].flatMap((folder) => [...sources(`electron/core/${folder}`, '.ts').matchAll(/\bphase: (?:'([^']+)'|`([^`]+)`)/g)]),
  ...sources('resources/python/enginesmith_worker', '.py').matchAll(/(?:context\.progress\(|_timed\(\s*phases,\s*)f?'([^']+)'()/g),
].map(([, plain, template]) => (plain || template || '').replaceAll(/\$?\{[^}]+\}/g, '7001'))
const known = [...new Set([...phases, 'load', 'convert', 'build', 'validate'])].sort()

describe('the Chinese of a phase', () => {
  it('finds the phases in the sources', () => {
    for (const phase of ['Running the engine', 'Comparing 7001', 'dry run', 'write .7001', 'Saving', 'Exporting with the 7001 exporter'])
      expect(known).toContain(phase)
  })

  it.each(known)('%s', (phase) => {
    const told = tellPhase(phase, 'zh-CN')
    expect(told).toMatch(/^正在/)
    expect(told).not.toMatch(/\$|undefined/)
    if (phase.includes('7001')) expect(told).toContain('7001')
    expect(tellPhase(phase, 'en')).toBe(phase)
  })

  it("leaves a tool's own phase as the tool says it", () => expect(tellPhase('Building engine from subgraph', 'zh-CN')).toBe('Building engine from subgraph'))

  it('reaches a finding that names it, and a verdict has its word there too', () => {
    const of = (code: 'WORKER_CRASHED' | 'VERDICT_KEPT', evidence: Record<string, string>): string =>
      tell(makeFinding(code, 'error', 'm', 'r', evidence), 'zh-CN').message
    expect(of('WORKER_CRASHED', { phase: 'Loading the model' })).toBe('Python 进程在“正在加载模型”期间停止。')
    expect(of('VERDICT_KEPT', { at: 'today', where: 'H100', verdict: 'pass' })).toMatch(/：通过。$/)
  })
})
