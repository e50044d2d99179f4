import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { incompatible, type EngineSubject } from '../../../electron/core/engine-work/open'
import { noCallTrust } from '../../../electron/core/trust/names'
import { isHostCodeReason } from '../../../electron/core/trust/host-code'
import { createTrustStore } from '../../../electron/core/trust/store'

const folder = mkdtempSync(join(tmpdir(), 'enginesmith-host-code-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const [one, other] = ['1'.repeat(64), '2'.repeat(64)] as [string, string]
const nothing = noCallTrust()

describe('consent to the code for the CPU that an engine carries', () => {
  it('is nobody’s until it is given, and holds for one content', () => {
    const trust = createTrustStore(join(folder, 'call'), false)
    expect(trust.hostCode(one)).toBe(false)
    trust.forCall({ ...nothing, hostCode: [one] })
    expect([trust.hostCode(one), trust.hostCode(other)]).toEqual([true, false])
    trust.forCall(nothing)
    expect(trust.hostCode(one)).toBe(false)
  })

  it('is not needed for what this very program built', () => {
    const trust = createTrustStore(join(folder, 'built'), false)
    trust.noteBuilt(one)
    expect([trust.hostCode(one), trust.hostCode(other)]).toEqual([true, false])
  })

  it('is remembered by the window, taken back there, and does not reach a script', async () => {
    const data = join(folder, 'window')
    const window = createTrustStore(data, true)
    await window.allowHostCode(one, '/data/net.engine')
    expect(createTrustStore(data, true).hostCode(one)).toBe(true)
    expect(createTrustStore(data, false).hostCode(one)).toBe(false)
    expect(window.list()).toMatchObject([{ kind: 'host-code', file: 'net.engine', sha256: one }])
    await window.revoke(one)
    expect(window.hostCode(one)).toBe(false)
    expect(readFileSync(join(data, 'trust.json'), 'utf8')).not.toContain(one)
  })

  it('gives no names to a pickle of the same content', async () => {
    const trust = createTrustStore(join(folder, 'names'), true)
    await trust.allowHostCode(one, 'x')
    const file = { path: '/x', sha256: one, pickle: { globals: ['a.b'], unsafe: ['a.b'], verdict: 'suspicious' } }
    expect(trust.granted(file as unknown as Parameters<typeof trust.granted>[0], '/run')).toEqual({ names: [], once: false })
  })
})

describe('a library that refuses such an engine', () => {
  const subject = { file: { path: '/data/net.engine', sha256: one, bytes: 1 } } as EngineSubject

  it('is told from one that refuses an engine for another reason', () => {
    expect(
      isHostCodeReason(
        'IRuntime::deserializeCudaEngine: Error Code 4: API Usage Error (Cannot deserialize engine with lean runtime since IRuntime::getEngineHostCodeAllowed() is false.)',
      ),
    ).toBe(true)
    expect(isHostCodeReason('the engine carries host code, which is not allowed')).toBe(true)
    expect(isHostCodeReason('The engine plan file is not compatible with this version of TensorRT')).toBe(false)
  })

  it('ends in a finding that names the flag with the hash, and the button', () => {
    const error = incompatible(subject, 'engine host code is not allowed')
    expect(error).toMatchObject({ code: 'ENGINE_HOST_CODE', evidence: { sha256: one } })
    expect(error.remedy).toContain(`--allow-host-code ${one}`)
    expect(error.actions).toMatchObject([{ kind: 'allow-host-code' }])
    expect(incompatible(subject, 'another GPU').code).toBe('ENGINE_INCOMPATIBLE')
  })
})
