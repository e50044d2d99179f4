import { createHash } from 'node:crypto'
import { basename, dirname, resolve } from 'node:path'
import type { PlanRow, RowNeed, RowTrust, SheetRow } from '../../../contract/batch'
import type { Recipe } from '../../../contract/recipe'
import type { ModelFile } from '../../../contract/run'
import type { Core } from '../api'
import { throwIfCancelled } from '../cancelled'
import { findingOf, isAbort, makeFinding } from '../errors'
import { sha256File } from '../files/hash'
import { inputsDigest } from '../inputs'
import { tensorsDigest } from '../tensors'
import { stillRefused } from '../trust/names'
import type { TrustStore } from '../trust/store'
import { companionsOf, isArrayCompanion, isTestData, shardsOf, type Companions } from './companions'
import type { Discovery, FoundFile } from './discover'
import type { Estimates } from './estimate'

export interface SheetContext {
  describe: Core['describeFile']
  trust: TrustStore
  estimates: Estimates
  /** The backend that a recipe comes to on this machine. */
  backend(recipe: Recipe): string
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

/** Files that are looked at side by side. */
const sideBySide = 8
/** Formats that hold weights and no model: a class has to be named for them. */
const weightsOnly: ReadonlySet<ModelFile['format']> = new Set(['state-dict', 'checkpoint', 'safetensors'])
/** Formats that no class is imported for, whatever the recipe names. */
const withoutPython: ReadonlySet<ModelFile['format']> = new Set(['onnx', 'engine'])

/**
 * The rows of everything that was found: one for each model with what belongs to it, those of the same content once, and
 * one for each file that is none, with the reason.
 */
export async function makeSheet(discovery: Discovery, recipe: Recipe, context: SheetContext): Promise<SheetRow[]> {
  const described = new Map<string, ModelFile | null>()
  const failed = new Map<string, SheetRow['findings']>()
  let done = 0
  await inParallel(discovery.files, async (file) => {
    throwIfCancelled(context.signal)
    try {
      described.set(file.path, isTestData(file.path) ? null : await context.describe(file.path, { signal: context.signal, hash: 'none' }))
    } catch (error) {
      if (isAbort(error)) throw error
      described.set(file.path, null)
      failed.set(file.path, [findingOf(error)])
    }
    context.onProgress?.(++done, discovery.files.length)
  })
  const models = discovery.files.flatMap((file) => {
    const model = described.get(file.path) ?? null
    return model === null || model.format === 'unknown' ? [] : [{ file, model }]
  })
  const grouped = await group(discovery.files, models, described)
  const rows: SheetRow[] = []
  const ids = new Set<string>()
  const byContent = new Map<string, SheetRow>()
  for (const file of discovery.files) {
    const model = described.get(file.path) ?? null
    if (grouped.companions.has(resolve(file.path)) || isTestData(file.path)) continue
    if (model === null || model.format === 'unknown') {
      rows.push(strangerRow(file, model?.findings ?? failed.get(file.path) ?? [], failed.has(file.path), ids))
      continue
    }
    const companions = grouped.of.get(file.path) ?? { weights: [], inputs: null, expect: null }
    const sha256 = await sha256File(file.path, context.signal)
    const content = await contentOf(sha256, companions, context.signal)
    const twin = byContent.get(content)
    if (twin !== undefined) {
      twin.duplicates.push(file.path)
      continue
    }
    const row = modelRow(file, { ...model, sha256 }, companions, { recipe: null, excluded: false, minutes: null }, recipe, context, ids)
    byContent.set(content, row)
    rows.push(row)
  }
  for (const passed of discovery.passed) {
    const finding = makeFinding('BATCH_PASSED_OVER', 'info', `${passed.path} was passed over: ${passed.reason}.`, 'Give the file itself, if it is a model.', {
      path: passed.path,
      reason: passed.reason,
    })
    rows.push(strangerRow({ ...passed, bytes: 0 }, [finding], false, ids))
  }
  return rows
}

/** The rows of a plan file: what it states, and what a look at the files adds. */
export async function sheetOfPlan(rows: readonly PlanRow[], recipe: Recipe, context: SheetContext): Promise<SheetRow[]> {
  const ids = new Set<string>()
  const looked: Array<{ row: PlanRow; file: ModelFile | null; fault: SheetRow['findings'] }> = []
  await inParallel(
    rows.map((row, index) => ({ row, index })),
    async ({ row, index }) => {
      throwIfCancelled(context.signal)
      try {
        looked[index] = { row, file: await context.describe(row.path, { signal: context.signal, hash: 'wait' }), fault: [] }
      } catch (error) {
        if (isAbort(error)) throw error
        looked[index] = { row, file: null, fault: [findingOf(error)] }
      }
    },
  )
  const sheet: SheetRow[] = []
  for (const { row, file, fault } of looked) {
    const found: FoundFile = { path: row.path, name: basename(row.path), bytes: file?.bytes ?? 0 }
    if (file === null || file.format === 'unknown') {
      sheet.push({ ...strangerRow(found, file?.findings ?? fault, file === null, ids), excluded: row.excluded, minutes: row.minutes })
      continue
    }
    const { weights } = await companionsOf(file, new Map<string, ModelFile | null>())
    sheet.push(modelRow(found, file, { weights, inputs: row.inputs, expect: row.expect }, row, recipe, context, ids))
  }
  return sheet
}

/** Which files belong to which model. */
async function group(
  files: readonly FoundFile[],
  models: ReadonlyArray<{ file: FoundFile; model: ModelFile }>,
  described: ReadonlyMap<string, ModelFile | null>,
): Promise<{ of: Map<string, Companions>; companions: Set<string> }> {
  const of = new Map<string, Companions>()
  const companions = new Set<string>()
  const stems = new Set(models.map(({ file }) => file.path.replace(/\.[^./\\]+$/, '')))
  for (const { path } of files) if (isArrayCompanion(path, stems)) companions.add(resolve(path))
  const folders = new Map<string, Map<string, ModelFile | null>>()
  for (const [path, model] of described) {
    const folder = dirname(path)
    folders.set(folder, (folders.get(folder) ?? new Map<string, ModelFile | null>()).set(path, model))
  }
  for (const { file, model } of models) {
    const found = await companionsOf(model, folders.get(dirname(file.path)) ?? new Map<string, ModelFile | null>())
    of.set(file.path, found)
    for (const path of found.weights) companions.add(resolve(path))
  }
  for (const file of files) {
    const shards = await shardsOf(file)
    if (shards === null || !shards.every((shard) => described.has(shard))) continue
    // An index that can be loaded itself stands for its shards; else the first of them does.
    const whole = described.get(file.path)?.format
    const head = whole !== undefined && whole !== 'unknown' ? file.path : (shards[0] ?? file.path)
    const others = [...shards, file.path].filter((path) => path !== head)
    for (const path of others) companions.add(resolve(path))
    const own = of.get(head) ?? { weights: [], inputs: null, expect: null }
    of.set(head, { ...own, weights: [...own.weights, ...others] })
  }
  // A model is no companion of itself, whatever it says.
  for (const { file, model } of models) if (model.format === 'onnx') companions.delete(resolve(file.path))
  return { of, companions }
}

/** What two rows must have in common to be the same work. */
async function contentOf(sha256: string, { weights, inputs, expect }: Companions, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256').update(sha256)
  for (const path of weights) hash.update(`\n${await sha256File(path, signal).catch(() => 'missing')}`)
  if (inputs !== null) hash.update(`\ninputs ${await inputsDigest(inputs).catch(() => 'missing')}`)
  if (expect !== null) hash.update(`\nexpect ${await tensorsDigest(expect, 'output').catch(() => 'missing')}`)
  return hash.digest('hex')
}

function modelRow(
  file: FoundFile,
  model: ModelFile,
  companions: Companions,
  stated: Pick<PlanRow, 'recipe' | 'excluded' | 'minutes'>,
  recipe: Recipe,
  context: SheetContext,
  ids: Set<string>,
): SheetRow {
  const row: SheetRow = {
    id: takeId(ids, `${slug(file.path)}-${(model.sha256 ?? '').slice(0, 8)}`),
    path: file.path,
    name: file.name,
    format: model.format,
    bytes: model.bytes,
    sha256: model.sha256,
    files: companions.weights,
    duplicates: [],
    recipe: stated.recipe,
    inputs: companions.inputs,
    expect: companions.expect,
    excluded: stated.excluded,
    minutes: stated.minutes,
    trust: trustOf(model, context.trust),
    signature: model.signature?.inputs ?? null,
    needs: [],
    estimate: null,
    findings: model.findings,
    model: true,
  }
  return settle(row, recipe, context)
}

/** What hangs on the recipe and on this machine: what a person has to say first, and how long it will take. */
export function settle(row: SheetRow, recipe: Recipe, context: Pick<SheetContext, 'trust' | 'estimates' | 'backend'>): SheetRow {
  if (!row.model) return row
  const own = row.recipe ?? recipe
  const needs: RowNeed[] = []
  if (row.trust.kind === 'refused') needs.push('trust')
  if (weightsOnly.has(row.format) && own.load.model === null) needs.push('class')
  if (!withoutPython.has(row.format) && !context.trust.classConfirmed(own.load)) needs.push('confirm')
  const said = own.load.inputs.length > 0 || own.load.inputsFile !== null || row.inputs !== null
  if (row.signature === null && row.format !== 'onnx' && !said) needs.push('inputs')
  return { ...row, needs, estimate: context.estimates.of({ sha256: row.sha256, format: row.format, bytes: row.bytes, backend: context.backend(own) }) }
}

export function trustOf(model: ModelFile, trust: TrustStore): RowTrust {
  const { pickle } = model
  if (pickle === null) return { kind: 'no-pickle', names: 0 }
  if (pickle.verdict === 'dangerous' || pickle.verdict === 'scan-failed') return { kind: 'dangerous', names: pickle.unsafe.length }
  if (pickle.unsafe.length === 0) return { kind: 'tensors-only', names: 0 }
  const granted = trust.granted(model, model.path)
  const refused = granted.once ? [] : stillRefused(pickle, granted)
  return refused.length > 0 ? { kind: 'refused', names: refused.length } : { kind: 'allowed', names: pickle.unsafe.length }
}

/** A row of what is no model; `unread` where that could not even be found out. */
function strangerRow(file: FoundFile, findings: SheetRow['findings'], unread: boolean, ids: Set<string>): SheetRow {
  return {
    id: takeId(ids, `${slug(file.path)}-${createHash('sha256').update(file.path).digest('hex').slice(0, 8)}`),
    path: file.path,
    name: file.name,
    format: 'unknown',
    bytes: file.bytes,
    sha256: null,
    files: [],
    duplicates: [],
    recipe: null,
    inputs: null,
    expect: null,
    excluded: false,
    minutes: null,
    trust: { kind: 'no-pickle', names: 0 },
    signature: null,
    needs: [],
    estimate: null,
    findings,
    model: unread,
  }
}

/** A name for a row's folder that every file system takes. */
function slug(path: string): string {
  const parent = /^(model|pytorch_model|net|weights|best|last|checkpoint)\.[^.]*$/i.test(basename(path)) ? `${basename(resolve(path, '..'))}-` : ''
  const name = `${parent}${basename(path)}`
    .replace(/\.[^.]*$/, '')
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_.-]+/g, '_')
    .replace(/^[._-]+|[._-]+$/g, '')
  return (name === '' ? 'model' : name).slice(0, 48)
}

function takeId(ids: Set<string>, wanted: string): string {
  let id = wanted
  for (let n = 2; ids.has(id); n++) id = `${wanted}-${n}`
  ids.add(id)
  return id
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  await Promise.all(
    Array.from({ length: sideBySide }, async () => {
      for (const item of queue) await work(item)
    }),
  )
}
