import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { WorkerClient } from '../../../electron/core/python/worker-client'

const root = join(import.meta.dirname, '../../..')
const fakes = join(root, 'test/fixtures/workers')
const managed = join(root, process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python')
const python = existsSync(managed) ? managed : 'python3'

const open: WorkerClient[] = []
function fake(name: string, times: ConstructorParameters<typeof WorkerClient>[1] = {}): WorkerClient {
  const client = new WorkerClient({ python, args: ['-u', join(fakes, `${name}.py`)], importFolder: fakes }, { ready: 10_000, ...times })
  open.push(client)
  return client
}
const real = (): WorkerClient => {
  const client = new WorkerClient({ python, args: ['-u', '-m', 'enginesmith_worker'], importFolder: join(root, 'resources/python') })
  open.push(client)
  return client
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.dispose()))
})

describe('WorkerClient with the real worker', () => {
  it('answers, stays warm, and says what it does not know', async () => {
    const client = real()
    const first = await client.call('versions', {})
    expect(first.python).toMatch(/^3\.\d+/)
    const start = performance.now()
    await client.call('versions', {})
    expect(performance.now() - start).toBeLessThan(500)
  })

  it('is started anew after it was disposed of', async () => {
    const client = real()
    await client.call('versions', {})
    await client.dispose()
    await expect(client.call('versions', {})).resolves.toBeDefined()
  })
})

describe('WorkerClient with a worker that', () => {
  it('dies mid-call: WORKER_CRASHED with the phase and its last words, and a fresh one at the next call', async () => {
    const client = fake('dies_mid_call')
    const phases: string[] = []
    const failure = client.call('versions', {}, { onProgress: (event) => phases.push(event.phase) })
    await expect(failure).rejects.toMatchObject({
      code: 'WORKER_CRASHED',
      message: expect.stringContaining('loading') as string,
      evidence: { phase: 'loading', log: ['last words before the end'] },
    })
    expect(phases).toEqual(['loading'])
    await expect(client.call('versions', {})).rejects.toMatchObject({ code: 'WORKER_CRASHED' })
  })

  it('dies at the start: PYTHON_BROKEN with its reason', async () => {
    await expect(fake('dies_at_start').call('versions', {})).rejects.toMatchObject({
      code: 'PYTHON_BROKEN',
      message: expect.stringContaining('No module named encodings') as string,
    })
  })

  it('never says that it is ready: PYTHON_BROKEN in time', async () => {
    await expect(fake('silent', { ready: 700 }).call('versions', {})).rejects.toMatchObject({
      code: 'PYTHON_BROKEN',
      message: expect.stringContaining('0.7 s') as string,
    })
  })

  it('ignores cancel: ended within 1.5 s, and the next call works', async () => {
    const client = fake('ignores_cancel')
    const stop = new AbortController()
    const stuck = client.call('torch', {}, { signal: stop.signal, onProgress: () => stop.abort() })
    const start = performance.now()
    await expect(stuck).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(performance.now() - start).toBeLessThan(2_000)
    await expect(client.call('versions', {})).resolves.toMatchObject({ packages: {} })
  })

  it('never answers: cancelled all the same; a signal that is already off starts nothing', async () => {
    const stop = new AbortController()
    const call = fake('silent_call', { cancel: 200 }).call('versions', {}, { signal: stop.signal })
    await wait(100)
    stop.abort()
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(fake('silent_call').call('versions', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it.each(['garbage_line', 'huge_line', 'wrong_result'])('breaks the protocol (%s): WORKER_PROTOCOL', async (name) => {
    await expect(fake(name).call('versions', {})).rejects.toMatchObject({ code: 'WORKER_PROTOCOL' })
  })

  it('floods its log: the pipe is drained and the answer arrives', async () => {
    let lines = 0
    await expect(fake('floods_stderr').call('versions', {}, { onLog: () => lines++ })).resolves.toMatchObject({ packages: {} })
    expect(lines).toBeGreaterThan(1_000)
  })

  it('is no Python at all', async () => {
    const client = new WorkerClient({ python: join(fakes, 'none'), args: [], importFolder: fakes })
    await expect(client.call('versions', {})).rejects.toMatchObject({ code: 'PYTHON_BROKEN' })
  })
})
