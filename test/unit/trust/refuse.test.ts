import { describe, expect, it } from 'vitest'
import type { ModelFile } from '../../../contract/run'
import { nothingGranted } from '../../../electron/core/trust/names'
import { notIsolatedFinding, trustFindings } from '../../../electron/core/trust/refuse'

const file: ModelFile = {
  path: '/models/whole.pt',
  bytes: 1,
  sha256: 'a'.repeat(64),
  format: 'pickled-module',
  signature: null,
  tensors: null,
  pickle: { globals: ['nets.Affine'], unsafe: ['nets.Affine'], verdict: 'suspicious' },
  engine: null,
  facts: {},
  findings: [],
}
const codes = (...args: Parameters<typeof trustFindings>): string[] => trustFindings(...args).map(({ code }) => code)

describe('what is said of a file that is trusted once', () => {
  it('names what it could reach where this machine cannot isolate it', () => {
    const reason = 'unshare: Operation not permitted'
    const found = trustFindings(file, { names: [], once: true }, { isolated: false, reason })
    expect(found.map(({ code }) => code)).toEqual(['LOAD_TRUSTED_ONCE', 'LOAD_NOT_ISOLATED'])
    expect(found[1]).toMatchObject({ severity: 'warning', evidence: { reason } })
    expect(found[1]?.message).toContain(reason)
    expect(found[1]?.remedy).not.toBe('')
    expect(notIsolatedFinding({ isolated: false, reason: null }).message).toContain('the network cannot be taken away')
  })
  it('is silent on that where it is isolated, or where the file is not trusted once', () => {
    expect(codes(file, { names: [], once: true }, { isolated: true, reason: null })).toEqual(['LOAD_TRUSTED_ONCE'])
    expect(codes(file, nothingGranted, { isolated: false, reason: 'no' })).toEqual([])
    expect(codes(file, { names: ['nets.Affine'], once: false }, { isolated: false, reason: 'no' })).toEqual(['LOAD_NAMES_ALLOWED'])
  })
})
