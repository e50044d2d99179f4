import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { python, told as tell } from './harness'

/** Every target of `convert --to` as a person calls it: real torch, the real command line. */
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-targets-'))
const file = (name: string): string => path.join(folder, name)

const models = `
import torch
class Branch(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.l = torch.nn.Linear(4, 4)
    def forward(self, x):
        y = self.l(x)
        return y * 2 if x.shape[0] > 3 else y
class Counting(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.l = torch.nn.Linear(4, 4)
        self.register_buffer('calls', torch.zeros(1))
    def forward(self, x):
        self.calls += 1
        return self.l(x) + self.calls
class Conv(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.c = torch.nn.Conv2d(3, 8, 3)
        self.b = torch.nn.BatchNorm2d(8)
        self.l = torch.nn.Linear(8, 5)
    def forward(self, x):
        return self.l(torch.relu(self.b(self.c(x))).mean((2, 3)))
`
const convModel = ['--model', 'target_nets:Conv', '--project', folder, '--input', 'x:float32:Nx3x8x8']
const branchModel = ['--model', 'target_nets:Branch', '--project', folder, '--input', 'x:float32:Nx4']

beforeAll(() => {
  fs.writeFileSync(file('target_nets.py'), models)
  const save = `import torch, target_nets as n; torch.manual_seed(0)
torch.save({'epoch': 1, 'model': n.Conv().state_dict()}, 'conv.pt'); torch.save(n.Branch().state_dict(), 'branch.pt')
torch.save(n.Counting().state_dict(), 'counting.pt')`
  execFileSync(python, ['-c', save], { cwd: folder })
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

describe('convert --to', () => {
  it('writes .wts and back, with the name map, and needs no class', async () => {
    const wts = await tell(['convert', file('conv.pt'), '--to', 'wts', '-o', file('a.wts'), '--name-map', file('names.json')])
    expect(wts.code, wts.stderr).toBe(0)
    expect(wts.document.artifacts?.map(({ kind }) => kind)).toEqual(['wts'])
    expect(wts.codes.sort()).toEqual(['CONVERT_WEIGHTS_CHOSEN', 'CONVERT_WTS_FLOAT32'])
    expect(fs.readFileSync(file('a.wts'), 'utf8').split('\n', 2)[1]).toMatch(/^c\.weight 216 {2}[0-9a-f]{8} /)
    const seen = await tell(['inspect', file('a.wts')])
    expect([seen.code, seen.document.format, seen.document.tensors?.length]).toEqual([0, 'wts', 9])
    const back = await tell(['convert', file('a.wts'), '--to', 'safetensors', '-o', file('a.safetensors'), '--name-map', file('names.json')])
    expect(back.code, back.stderr).toBe(0)
    const shapes = await tell(['inspect', file('a.safetensors')])
    expect(shapes.document.tensors?.find(({ name }) => name === 'c.weight')?.shape).toEqual([8, 3, 3, 3])
    expect(fs.readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('writes TorchScript and an exported program, held against the model in a fresh process', async () => {
    const script = await tell(['convert', file('conv.pt'), '--to', 'torchscript', '-o', file('conv.ts.pt'), '--variant', 'frozen', ...convModel])
    expect(script.code, script.stderr).toBe(0)
    expect(script.document.comparisons?.map(({ hop, verdict }) => [hop, verdict])).toEqual([['pytorch-torchscript', 'pass']])
    const program = await tell(['convert', file('conv.pt'), '--to', 'exported-program', '-o', file('conv.pt2'), ...convModel])
    expect(program.code, program.stderr).toBe(0)
    expect(program.document.comparisons?.map(({ hop, verdict }) => [hop, verdict])).toEqual([['pytorch-exported-program', 'pass']])
    expect((await tell(['inspect', file('conv.pt2')])).document.format).toBe('exported-program')
    const none = await tell(['convert', file('conv.ts.pt'), '--to', 'exported-program', '-o', file('no.pt2'), '--input', 'x:float32:Nx3x8x8'])
    expect([none.code, none.codes.includes('CONVERT_FAILED'), fs.existsSync(file('no.pt2'))]).toEqual([2, true, false])
  })

  it('finds a frozen branch at a second shape, keeps the file, and exits 1', async () => {
    for (const to of ['torchscript', 'onnx']) {
      const out = file(`branch.${to}`)
      const frozen = await tell(['convert', file('branch.pt'), '--to', to, '--exporter', 'torchscript', '-o', out, ...branchModel])
      expect([frozen.code, fs.existsSync(out)], frozen.stderr).toEqual([1, true])
      expect(frozen.document.comparisons?.[0]).toMatchObject({
        verdict: 'fail',
        reason: expect.stringMatching(/^Only at the second input \(N=\d+\)/) as string,
      })
      expect(frozen.codes).toEqual(expect.arrayContaining(['CONVERT_TRACE_CONSTANT', 'CONVERT_MISMATCH']))
      const mismatch = frozen.document.findings.find(({ code }) => code === 'CONVERT_MISMATCH')
      expect(mismatch?.actions?.[0]?.path).toBe(to === 'onnx' ? 'convert.exporter' : 'convert.script')
    }
    const scripted = await tell(['convert', file('branch.pt'), '--to', 'torchscript', '--script', 'script', '-o', file('branch.s.pt'), ...branchModel])
    expect(scripted.code, scripted.stderr).toBe(0)
  })

  it('says of a model that keeps a state that it differs from itself', async () => {
    const counting = ['--model', 'target_nets:Counting', '--project', folder, '--input', 'x:float32:2x4']
    for (const how of [
      ['--to', 'torchscript', '--script', 'script'],
      ['--to', 'onnx', '--exporter', 'torchscript'],
    ]) {
      const { code, document, stderr } = await tell(['convert', file('counting.pt'), ...how, '-o', file('counting.out'), '--force', ...counting])
      expect(code, stderr).toBe(1)
      const finding = document.findings.find((one) => one.code === 'CONVERT_MISMATCH')
      expect(finding?.message).toContain('keeps a state')
      expect(finding?.evidence['keepsState']).toBe(true)
    }
  })

  it('refuses what cannot be made, before any work', async () => {
    expect((await tell(['convert', file('branch.onnx'), '--to', 'wts', '-o', file('x.wts')])).codes).toContain('CONVERT_TARGET_UNSUPPORTED')
    const unused = await tell(['convert', file('conv.pt'), '--to', 'onnx', '-o', file('x.onnx'), '--name-map', file('n.json')])
    expect([unused.code, unused.codes]).toEqual([2, ['USAGE']])
  })
})
