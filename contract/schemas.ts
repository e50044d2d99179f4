import { z } from 'zod'
import { batchPlanSchema } from './batch'
import { batchDocumentSchema, compareDocumentSchema, inspectDocumentSchema, makeDocumentSchema, plainDocumentSchema, runDocumentSchema } from './documents'
import { drillDocumentSchema, sheetDocumentSchema } from './engine-sheet'
import { diffDocumentSchema, layersDocumentSchema, refitDocumentSchema, timeDocumentSchema } from './engine-work'
import { doctorDocumentSchema } from './environment'
import { exportDocumentSchema, exportMetadataSchema } from './export'
import { recipeSchema } from './recipe'
import { runFileSchema } from './run'

/** Everything of the contract that people write or read as JSON files or on stdout: the name of its schema file, and the schema. */
const published = {
  recipe: { schema: recipeSchema, io: 'input', title: 'A recipe: every option of every stage' },
  'run-file': { schema: runFileSchema, io: 'output', title: 'run.json of a run folder' },
  doctor: { schema: doctorDocumentSchema, io: 'output', title: 'What `doctor --json` prints' },
  inspect: { schema: inspectDocumentSchema, io: 'output', title: 'What `inspect --json` prints' },
  make: { schema: makeDocumentSchema, io: 'output', title: 'What `convert --json` and `build --json` print' },
  run: { schema: runDocumentSchema, io: 'output', title: 'What `run --json` and `validate --json` print' },
  batch: { schema: batchDocumentSchema, io: 'output', title: 'What `batch --json` prints' },
  plan: { schema: batchPlanSchema, io: 'input', title: 'A plan: models, and how each is to be treated' },
  compare: { schema: compareDocumentSchema, io: 'output', title: 'What `compare --json` prints' },
  time: { schema: timeDocumentSchema, io: 'output', title: 'What `time --json` prints' },
  layers: { schema: layersDocumentSchema, io: 'output', title: 'What `layers --json` prints' },
  diff: { schema: diffDocumentSchema, io: 'output', title: 'What `diff --json` prints' },
  refit: { schema: refitDocumentSchema, io: 'output', title: 'What `refit --json` prints' },
  sheet: { schema: sheetDocumentSchema, io: 'output', title: 'What `sheet --json` prints' },
  drill: { schema: drillDocumentSchema, io: 'output', title: 'What `drill --json` prints' },
  export: { schema: exportDocumentSchema, io: 'output', title: 'What `export --json` prints' },
  'export-metadata': { schema: exportMetadataSchema, io: 'output', title: 'enginesmith.json of an exported folder' },
  plain: { schema: plainDocumentSchema, io: 'output', title: 'What `open --json` prints, and every call whose command could not be told' },
} as const satisfies Record<string, { schema: z.ZodType; io: 'input' | 'output'; title: string }>

export type PublishedName = keyof typeof published

/** JSON Schema (draft 2020-12) of every published document, by file name without `.json`. */
export function jsonSchemas(): Record<PublishedName, Record<string, unknown>> {
  const entries = Object.entries(published).map(([name, { schema, io, title }]) => {
    const { $schema, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' })
    return [name, { $schema, $id: `enginesmith:${name}`, title, ...rest }]
  })
  return Object.fromEntries(entries) as Record<PublishedName, Record<string, unknown>>
}
