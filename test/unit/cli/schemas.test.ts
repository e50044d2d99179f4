import fs from 'node:fs'
import path from 'node:path'
import Ajv from 'ajv/dist/2020'
import { describe, expect, it } from 'vitest'
import { jsonSchemas } from '../../../contract/schemas'
import { recipeSchema } from '../../../contract/recipe'
import { commands } from '../../../electron/cli/commands'
import { textOf } from '../../../electron/cli/text'
import { emptyDocument } from '../../../build/lib/empty-documents.mjs'

const folder = path.resolve(__dirname, '../../../docs/schemas')
const wanted: Record<string, Record<string, unknown>> = jsonSchemas()
const files = {
  doctor: 'doctor',
  inspect: 'inspect',
  convert: 'make',
  build: 'make',
  run: 'run',
  validate: 'run',
  batch: 'batch',
  compare: 'compare',
  time: 'time',
  layers: 'layers',
  diff: 'diff',
  refit: 'refit',
  sheet: 'sheet',
  drill: 'drill',
  export: 'export',
  open: 'plain',
} as const
const ajv = new Ajv({ strict: true, allowUnionTypes: true })

describe('docs/schemas', () => {
  it('holds exactly what contract/ publishes (else: node build/schemas.mjs)', () => {
    expect(fs.readdirSync(folder).sort()).toEqual(
      Object.keys(wanted)
        .map((name) => `${name}.json`)
        .sort(),
    )
    for (const [name, schema] of Object.entries(wanted)) expect(JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8')), name).toEqual(schema)
  })

  it.each(commands.map((command) => [command.name, command] as const))('takes the empty document of %s and no other', (name, command) => {
    const check = ajv.compile({ ...wanted[files[name]], $id: `test:${name}` })
    const empty = command.empty(textOf('en'))
    expect(check(empty), JSON.stringify(check.errors)).toBe(true)
    expect(check({ ...empty, stray: 1 })).toBe(false)
    expect(check({ ...empty, findings: [{ code: 'USAGE', severity: 'error', message: 'm', remedy: '', evidence: {} }] })).toBe(false)
  })

  it('is kept by what the wrapper prints before set-up', () => {
    for (const command of commands) expect(emptyDocument(['--lang', 'en', command.name, '--json'])).toEqual(command.empty(textOf('en')))
    expect(emptyDocument(['--json'])).toEqual({ findings: [] })
    expect(emptyDocument(['constructor'])).toEqual({ findings: [] })
  })

  it('takes every recipe that the program takes: none of its options has to be there', () => {
    const check = ajv.compile({ ...wanted['recipe'], $id: 'test:recipe' })
    expect(check({}), JSON.stringify(check.errors)).toBe(true)
    expect(check(recipeSchema.parse({}))).toBe(true)
    expect(check({ build: { optLevel: 9 } })).toBe(false)
    expect(check({ python: '/usr/bin/python3' })).toBe(false)
  })
})
