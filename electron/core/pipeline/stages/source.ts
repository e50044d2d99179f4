import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { ModelFile } from '../../../../contract/run'
import type { LoadOptions } from '../../../../contract/recipe'
import type { ModelSource } from '../../../../contract/worker'
import { EnginesmithError } from '../../errors'
import { sha256File } from '../../files/hash'
import { shardFiles } from '../../formats/safetensors'
import type { Granted } from '../../trust/names'
import { refuseUntrusted } from '../../trust/refuse'
import type { StageInputs, StageServices } from '../stage'

/** Formats that hold weights and no code: a class has to be named for them. */
const weightsOnly = new Set<ModelFile['format']>(['state-dict', 'checkpoint', 'safetensors'])
/** Formats that this pipeline cannot begin with at all. */
const noModel: Partial<Record<ModelFile['format'], string>> = {
  wts: 'a .wts file holds weights alone, without the model that they belong to',
  engine: 'it is an engine already; nothing is left to convert',
}

/** How the worker gets at the live model of this run. Trust is this machine's, by the file's hash; never taken from a recipe. */
export function modelSource(inputs: Pick<StageInputs, 'file' | 'recipe' | 'folder'>, services: Pick<StageServices, 'settings' | 'trust'>): ModelSource {
  const { load } = inputs.recipe
  const { names, once } = services.trust.granted(inputs.file, inputs.folder)
  return {
    path: inputs.file.path,
    format: inputs.file.format,
    model: load.model,
    modelArgs: load.modelArgs,
    project: services.settings().project,
    imports: services.settings().operatorLibraries,
    allowGlobals: names,
    trusted: once,
    keyPrefix: load.keyPrefix ?? null,
  }
}

/**
 * Refuses what cannot or must not be loaded, before any Python is started.
 * @throws EnginesmithError LOAD_DANGEROUS_PICKLE, LOAD_UNSAFE_GLOBALS, LOAD_LEGACY_MODULE, LOAD_SCAN_FAILED, LOAD_CLASS_NEEDED, LOAD_FAILED
 */
export function refuseUnloadable(file: ModelFile, load: LoadOptions, granted: Granted): void {
  const why = noModel[file.format]
  if (why !== undefined)
    throw new EnginesmithError(
      'LOAD_FAILED',
      `${file.path} cannot be run through the pipeline: ${why}.`,
      'Choose the PyTorch or ONNX file that it was made from.',
      { format: file.format },
    )
  refuseUntrusted(file, granted)
  if (weightsOnly.has(file.format) && load.model === null) {
    throw new EnginesmithError(
      'LOAD_CLASS_NEEDED',
      `${file.path} holds weights alone (${file.format}): the class that they belong to has to be named.`,
      'Name it as module:Class with --model (and the folder of its code with --project), or in the Load step.',
      { format: file.format },
      [{ kind: 'choose-folder', label: 'Choose the project folder' }],
    )
  }
}

/**
 * The file must still be what it was when the run began.
 * @throws EnginesmithError FILE_NOT_FOUND, FILE_CHANGED
 */
export async function checkUnchanged(file: ModelFile): Promise<void> {
  const bytes = await stat(file.path).then(
    (stats) => stats.size,
    () => null,
  )
  if (bytes === null) {
    throw new EnginesmithError(
      'FILE_NOT_FOUND',
      `${file.path} is not there any more.`,
      'Put the file back, or start a new run with the file where it is now.',
      { path: file.path },
    )
  }
  if (bytes === file.bytes) return
  throw new EnginesmithError(
    'FILE_CHANGED',
    `${file.path} has changed since this run began: ${file.bytes} bytes then, ${bytes} now.`,
    'Start a new run for the changed file.',
    {
      path: file.path,
      before: file.bytes,
      now: bytes,
    },
  )
}

/** The weights that an index of safetensors files stands for: its own hash says nothing of them. What cannot be read, Load will tell. */
export async function shardDigests(file: ModelFile): Promise<string[]> {
  if (file.format !== 'safetensors' || file.facts['files'] === undefined) return []
  const shards = await shardFiles(file.path).catch(() => [])
  return Promise.all(shards.map((shard) => sha256File(shard).catch(() => 'unreadable')))
}

const skippedFolders = new Set(['node_modules', '__pycache__', 'venv', 'site-packages', 'build', 'dist'])
const maxSources = 2000
const maxSourceBytes = 1 << 20

/** One hash over the project's Python sources: the model's class is part of what a result depends on. Null without a project. */
export async function projectDigest(folder: string | null): Promise<string | null> {
  if (folder === null) return null
  const files: string[] = []
  const walk = async (at: string): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true }).catch(() => [])
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= maxSources || entry.name.startsWith('.') || skippedFolders.has(entry.name)) continue
      const path = join(at, entry.name)
      if (entry.isDirectory()) await walk(path)
      else if (entry.name.endsWith('.py')) files.push(path)
    }
  }
  await walk(folder)
  const hash = createHash('sha256')
  for (const path of files) {
    const bytes = await readFile(path).catch(() => Buffer.alloc(0))
    hash.update(`${relative(folder, path).split(sep).join('/')}\0${bytes.length}\0`).update(bytes.subarray(0, maxSourceBytes))
  }
  return hash.digest('hex')
}
