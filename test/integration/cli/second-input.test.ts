import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { python, story, temporary, told, type Told } from './harness'

/** What is frozen to the sample shows at a second input alone: said where the model takes none. */
const folder = temporary()
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
beforeAll(() => {
  fs.writeFileSync(
    path.join(folder, 'choosy.py'),
    `import torch
class Choosy(torch.nn.Linear):
    def forward(self, x):
        if not torch.jit.is_tracing() and x.shape[0] != 4:
            raise ValueError('only four at a time')
        return super().forward(x)
class Nothing(torch.nn.Linear):
    def forward(self, x):
        return torch.sqrt(super().forward(x) - 1e6)
class Partly(torch.nn.Linear):
    def forward(self, x):
        return torch.cat([torch.sqrt(x[:, :1] - 1e6), super().forward(x)], 1)
`,
  )
  execFileSync(python, ['-c', 'import sys, torch; torch.save(torch.nn.Linear(3, 2).state_dict(), sys.argv[1])', path.join(folder, 'w.pt')])
})

const convert = (model: string): Promise<Told> =>
  told([
    ...['convert', path.join(folder, 'w.pt'), '--to', 'onnx', '-o', path.join(folder, `${model.replace(':', '-')}.onnx`), '--exporter', 'torchscript'],
    ...['--model', model, '--project', folder, '--input', 'x:float32:Nx3', '--model-args', '[3, 2]'],
  ])

describe.runIf(fs.existsSync(python))('the second input of Convert', { timeout: 120_000 }, () => {
  it('is said to be missing where the model takes none of those that are tried', async () => {
    const run = await convert('choosy:Choosy')
    expect(run.code, story(run)).toBe(0)
    const found = run.document.findings.find(({ code }) => code === 'CONVERT_SECOND_UNCHECKED')
    expect(found?.severity).toBe('info')
    expect(found?.evidence['reason']).toContain('only four at a time')
    expect(run.document.comparisons?.[0]?.verdict).toBe('pass')
  })
  it.each([
    ['NaN alone', 'Nothing', 'not-judged'],
    ['some NaN', 'Partly', 'pass'],
  ])('says that %s was compared with the same', async (_what, model, verdict) => {
    const run = await convert(`choosy:${model}`)
    expect(run.code, story(run)).toBe(0)
    expect(run.document.comparisons?.[0]?.verdict).toBe(verdict)
    expect(run.document.findings.find(({ code }) => code === 'REFERENCE_NAN')?.severity).toBe('warning')
  })
  it('is not spoken of where it was compared', async () => {
    const run = await convert('torch.nn:Linear')
    expect(run.code, story(run)).toBe(0)
    expect(run.codes).not.toContain('CONVERT_SECOND_UNCHECKED')
  })
})
