import { describe, expect, it } from 'vitest'
import { runDocumentSchema } from '../../../contract/documents'
import { makeFinding } from '../../../electron/core/errors'
import { recordCall } from '../../../electron/cli/call-record'
import { runDocument } from '../../../electron/cli/documents'
import { artifact, earlierRun, row } from './run-fixture'

describe('the document of a call on a run', () => {
  it('shows nothing of an earlier call where this one reached nothing', () => {
    const { handle } = earlierRun()
    const document = runDocument(handle, recordCall(handle, null))
    expect(runDocumentSchema.safeParse(document).success).toBe(true)
    expect(Object.values(document.stages)).toEqual(Array(4).fill({ state: 'pending', seconds: 0, cached: false }))
    expect(document).toMatchObject({ verdict: null, comparisons: [], artifacts: [], requested: null, findings: [] })
  })

  it('shows what this call reused, made and failed at, and drops what comes after', () => {
    const { state, handle } = earlierRun()
    const record = recordCall(handle, null)
    state.move('load', 'reuse', { seconds: 0.01, cached: true })
    state.move('convert', 'start', { artifacts: [], findings: [] })
    state.move('convert', 'complete', { seconds: 2, artifacts: [artifact('onnx', 'artifacts/new')] })
    state.move('build', 'start', { artifacts: [], findings: [] })
    state.move('build', 'refuse', { seconds: 1, findings: [makeFinding('BUILD_FAILED', 'error', 'no', 'r')] })
    const document = runDocument(handle, record)
    expect(document.stages).toEqual({
      load: { state: 'cached', seconds: 0.01, cached: true },
      convert: { state: 'completed', seconds: 2, cached: false },
      build: { state: 'failed', seconds: 1, cached: false },
      validate: { state: 'pending', seconds: 0, cached: false },
    })
    expect(document.comparisons).toEqual([row])
    expect(document.artifacts.map(({ path }) => path)).toEqual(['/run/artifacts/load', '/run/artifacts/new'])
    expect(document.findings.map(({ code, message }) => `${code} ${message}`)).toEqual(['BACKEND_CHOSEN load', 'BUILD_FAILED no'])
    expect(document.requested?.backend).toBe('onnxruntime')
    expect(document.requested?.options).not.toHaveProperty('backend')
    expect(document).toMatchObject({ verdict: null, achieved: null })
  })

  it('counts a report that is filed under a stage as no work of that stage', () => {
    const { state, handle } = earlierRun()
    const record = recordCall(handle, null)
    state.patchStage('validate', { artifacts: [artifact('report', 'report.html')] })
    expect(runDocument(handle, record).stages.validate.state).toBe('pending')
  })

  it('takes the stages before a lone Validate as reused', () => {
    const { state, handle } = earlierRun()
    const record = recordCall(handle, 'validate')
    state.move('validate', 'start', { artifacts: [] })
    state.move('validate', 'complete', { seconds: 3 })
    const document = runDocument(handle, record)
    expect(document.stages.build).toEqual({ state: 'cached', seconds: 0, cached: true })
    expect(document.stages.validate).toEqual({ state: 'completed', seconds: 3, cached: false })
    expect(document.verdict).toBe('pass')
    expect(document.comparisons).toHaveLength(2)
  })
})
