import { describe, expect, it } from 'vitest'
import { commands } from '../../../electron/cli/commands'
import { compareCommand } from '../../../electron/cli/commands/compare'
import { runCommand } from '../../../electron/cli/commands/run'
import { emptyCompare, emptyRun } from '../../../electron/cli/documents'
import { allWell } from '../../../electron/cli/exit-code'
import { finish } from '../../../electron/cli/output/finish'
import { finite } from '../../../electron/cli/output/finite'
import { textOf } from '../../../electron/cli/text'
import { commandDocuments, type CompareDocument, type RunDocument } from '../../../contract/documents'

const text = textOf('en')

describe('finite', () => {
  it('replaces every NaN and Infinity and says where', () => {
    const { value, places } = finite({ a: [1, Number.NaN, { b: Number.POSITIVE_INFINITY }], c: -0, d: null, e: 'NaN', f: { g: Number.NEGATIVE_INFINITY } })
    expect(value).toEqual({ a: [1, null, { b: null }], c: -0, d: null, e: 'NaN', f: { g: null } })
    expect(places).toEqual(['a[1]', 'a[2].b', 'f.g'])
  })
})

describe('finish', () => {
  const row = {
    hop: 'pytorch-onnx',
    output: 'y',
    verdict: 'fail',
    reason: 'NaN',
    compared: 4,
    maxAbs: Number.NaN,
    meanAbs: Number.POSITIVE_INFINITY,
    maxRel: null,
    rmse: 1,
    cosine: 0,
    mismatched: 4,
    requiredAtol: Number.POSITIVE_INFINITY,
    atol: 1e-4,
    rtol: 1e-3,
  } as const

  it('prints a number that is none as null, with a finding', () => {
    const { document, code } = finish(
      compareCommand,
      { document: { ...emptyCompare(), verdict: 'fail', comparisons: [row] }, facts: { ...allWell, fail: true } },
      text,
    )
    const printed = document as CompareDocument
    expect(code).toBe(1)
    expect(printed.comparisons[0]).toMatchObject({ maxAbs: null, meanAbs: null, requiredAtol: null, rmse: 1 })
    expect(printed.findings).toHaveLength(1)
    expect(printed.findings[0]).toMatchObject({
      code: 'NUMBER_NOT_FINITE',
      severity: 'warning',
      evidence: { places: ['comparisons[0].maxAbs', 'comparisons[0].meanAbs', 'comparisons[0].requiredAtol'] },
    })
  })

  it.each([
    ['cancelled', 'CANCELLED'],
    ['crashed', 'INTERNAL'],
    ['fail', 'OUTPUT_MISMATCH'],
    ['notJudged', 'HOP_NOT_JUDGED'],
  ] as const)('never ends without a word: %s', (fact, code) => {
    const { findings } = finish(runCommand, { document: emptyRun(), facts: { ...allWell, [fact]: true } }, text)
    expect(findings.map((finding) => finding.code)).toEqual([code])
    expect(findings[0]?.remedy).not.toBe('')
  })

  it('turns a document of another form into an internal fault that keeps the findings', () => {
    const broken = { ...emptyRun(), verdict: 'maybe', findings: [{ code: 'BACKEND_CHOSEN', severity: 'info', message: 'm', remedy: 'r', evidence: {} }] }
    const { document, code } = finish(runCommand, { document: broken, facts: allWell }, text)
    expect(code).toBe(4)
    expect((document as RunDocument).verdict).toBeNull()
    expect((document as RunDocument).findings.map((finding) => finding.code)).toEqual(['BACKEND_CHOSEN', 'INTERNAL'])
    expect(commandDocuments.run.safeParse(document).success).toBe(true)
  })

  it('drops a finding without a remedy from a broken document, not the rest', () => {
    const findings = [{ code: 'BACKEND_CHOSEN', severity: 'info', message: 'm', remedy: '', evidence: {} }]
    const { document, code } = finish(runCommand, { document: { ...emptyRun(), findings }, facts: allWell }, text)
    expect(code).toBe(4)
    expect(commandDocuments.run.safeParse(document).success).toBe(true)
  })

  it.each(commands.map((command) => [command.name, command] as const))('the empty document of %s has the promised form, in both languages', (name, command) => {
    for (const language of ['en', 'zh-CN'] as const) expect(commandDocuments[name].safeParse(command.empty(textOf(language))).success).toBe(true)
  })
})
