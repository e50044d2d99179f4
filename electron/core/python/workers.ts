import type { PythonEnvironment } from '../../../contract/environment'
import type { PythonWorker, PythonWorkers } from '../api'
import { EnginesmithError } from '../errors'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isolatingPrefix, isolation } from '../trust/isolation'
import { WorkerClient, type WorkerTimes } from './worker-client'

export interface WorkersOptions {
  /** Which Pythons to use; asked at every call, since a setting may change. */
  userPython(): Promise<PythonEnvironment | null>
  managedPython(): Promise<PythonEnvironment | null>
  /** The folder that holds `enginesmith_worker`. */
  resources: string
  times?: Partial<WorkerTimes>
}

const choosePython = { kind: 'choose-python', label: 'Choose a Python' } as const

/** The two environments' workers; where both are the same interpreter they share one process. */
export function createPythonWorkers(options: WorkersOptions): PythonWorkers {
  const clients = new Map<string, WorkerClient>()
  const inUse = { user: '', managed: '' }
  const fresh = new Set<WorkerClient>()
  const isolated = new Map<string, { client: WorkerClient; scratch: string }>()

  const endIsolated = async (key: string): Promise<void> => {
    const one = isolated.get(key)
    isolated.delete(key)
    if (one === undefined) return
    await one.client.dispose()
    await rm(one.scratch, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
  }

  const take = async (role: 'user' | 'managed', python: PythonEnvironment): Promise<PythonWorker> => {
    const before = inUse[role]
    inUse[role] = python.path
    if (before !== python.path && before !== '' && !Object.values(inUse).includes(before)) {
      const old = clients.get(before)
      clients.delete(before)
      await old?.dispose()
    }
    let client = clients.get(python.path)
    if (client === undefined) {
      client = new WorkerClient({ python: python.path, args: ['-u', '-m', 'enginesmith_worker'], importFolder: options.resources }, options.times)
      clients.set(python.path, client)
    }
    return client
  }

  const userPython = async (): Promise<PythonEnvironment> => {
    const python = usable(await options.userPython())
    if (python.packages['torch'] === undefined) throw torchMissing(python)
    return python
  }

  return {
    async user() {
      return take('user', await userPython())
    },
    async isolated(key) {
      const known = isolated.get(key)
      if (known !== undefined) return known.client
      const python = await userPython()
      const { isolated: possible } = await isolation()
      const scratch = await mkdtemp(join(tmpdir(), 'enginesmith-trusted-'))
      const command = { python: python.path, args: ['-u', '-m', 'enginesmith_worker'], importFolder: options.resources, scratch }
      const client = new WorkerClient({ ...command, ...(possible ? { prefix: isolatingPrefix } : {}) }, options.times)
      isolated.set(key, { client, scratch })
      return client
    },
    endIsolated,
    async fresh() {
      const { path } = await userPython()
      const client = new WorkerClient({ python: path, args: ['-u', '-m', 'enginesmith_worker'], importFolder: options.resources }, options.times)
      fresh.add(client)
      return {
        call: (method, params, call) => client.call(method, params, call),
        dispose: async () => {
          fresh.delete(client)
          await client.dispose()
        },
      }
    },
    async managed() {
      return take('managed', usable(await options.managedPython()))
    },
    pids: () => [...clients.values(), ...[...isolated.values()].map((one) => one.client)].flatMap((client) => client.pid ?? []),
    async dispose() {
      await Promise.all([...isolated.keys()].map(endIsolated))
      const all = [...clients.values(), ...fresh]
      clients.clear()
      fresh.clear()
      await Promise.all(all.map((client) => client.dispose()))
    },
  }
}

function usable(python: PythonEnvironment | null): PythonEnvironment {
  if (python === null) {
    throw new EnginesmithError(
      'PYTHON_MISSING',
      'No Python was found on this machine; this step needs one with torch. An ONNX file needs none.',
      'Choose a Python in Settings or by --python, or make one with npm run setup.',
      {},
      [choosePython],
    )
  }
  if (python.reason !== null) throw pythonBroken(python)
  return python
}

/** A Python that was asked for and is none, or does not answer. */
export function pythonBroken(python: PythonEnvironment): EnginesmithError {
  return new EnginesmithError(
    'PYTHON_BROKEN',
    `The Python at ${python.path} cannot be used: ${python.reason ?? 'it does not answer'}.`,
    'Choose another Python in Settings or by --python, or make one with npm run setup.',
    { path: python.path, source: python.source, reason: python.reason },
    [choosePython],
  )
}

/** A Python that works but cannot load models. */
export function torchMissing(python: PythonEnvironment): EnginesmithError {
  return new EnginesmithError(
    'TORCH_MISSING',
    `The Python at ${python.path} (${python.version ?? 'unknown version'}) has no torch.`,
    `Install it there (${python.path} -m pip install torch), or choose a Python that has it.`,
    { path: python.path, version: python.version },
    [choosePython],
  )
}
