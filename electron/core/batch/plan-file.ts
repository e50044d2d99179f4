import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { batchPlanSchema, type BatchHead, type BatchPlan, type SheetRow } from '../../../contract/batch'
import type { Recipe } from '../../../contract/recipe'
import { EnginesmithError } from '../errors'
import { readError } from '../files/errors'
import { writeAtomic } from '../files/write'

const remedy = 'Compare the file with docs/schemas/plan.json: it holds a recipe, limits, and rows with a path each.'

/**
 * Reads a plan file; its relative paths start at its own folder, so that a plan and its models can move together.
 * @throws EnginesmithError FILE_NOT_FOUND, PLAN_INVALID that lists every bad field
 */
export async function readPlan(path: string): Promise<BatchPlan> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => Promise.reject(readError(error, path)))
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    throw new EnginesmithError('PLAN_INVALID', `${path} is not JSON: ${error instanceof Error ? error.message : ''}`, remedy, { path })
  }
  const parsed = batchPlanSchema.safeParse(raw)
  if (!parsed.success) {
    throw new EnginesmithError('PLAN_INVALID', `${path} is not a valid plan: ${z.prettifyError(parsed.error)}`, remedy, {
      path,
      issues: parsed.error.issues.map((issue) => ({ field: issue.path.map(String).join('.'), message: issue.message })),
    })
  }
  const at = <T extends string | null>(given: T): T => (given === null ? given : (resolve(dirname(path), given) as T))
  const plan = parsed.data
  return {
    ...plan,
    recipe: recipeAt(plan.recipe, at),
    rows: plan.rows.map((row) => ({
      ...row,
      path: at(row.path),
      inputs: at(row.inputs),
      expect: at(row.expect),
      recipe: row.recipe === null ? null : recipeAt(row.recipe, at),
    })),
  }
}

function recipeAt(recipe: Recipe, at: (given: string | null) => string | null): Recipe {
  const { load, build, validate } = recipe
  return {
    ...recipe,
    load: { ...load, inputsFile: at(load.inputsFile) },
    build: { ...build, timingCache: at(build.timingCache) },
    validate: { ...validate, expect: at(validate.expect), runtimeCache: at(validate.runtimeCache) },
  }
}

/** The plan of a sheet; what is no model is no part of it. Paths below `folder` are written relative to it. */
export function planOf(head: Pick<BatchHead, 'name' | 'recipe' | 'limits'>, rows: readonly SheetRow[], folder: string | null): BatchPlan {
  const short = <T extends string | null>(path: T): T => {
    if (path === null || folder === null) return path
    const below = relative(folder, path)
    return (below === '' || below.startsWith('..') || resolve(below) === below ? path : below.split(sep).join('/')) as T
  }
  return {
    version: 1,
    name: head.name,
    recipe: head.recipe,
    limits: head.limits,
    rows: rows
      .filter((row) => row.model)
      .map((row) => ({
        path: short(row.path),
        recipe: row.recipe,
        inputs: short(row.inputs),
        expect: short(row.expect),
        excluded: row.excluded,
        minutes: row.minutes,
      })),
  }
}

export async function writePlan(path: string, head: Pick<BatchHead, 'name' | 'recipe' | 'limits'>, rows: readonly SheetRow[]): Promise<void> {
  await writeAtomic(path, [Buffer.from(`${JSON.stringify(planOf(head, rows, dirname(path)), null, 2)}\n`, 'utf8')])
}
