/**
 * Reads the slot tables and resolves what the addon uses of them: per method one C++ signature and one row a table,
 * per enum the union of its values. Every contradiction in the tables is an error here, not a surprise at run time.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `10.13.2` to 101302, as getInferLibVersion() counts. */
export function versionNumber(text) {
  const [major, minor = 0, patch = 0] = text.split('.').map(Number)
  return major * 10000 + minor * 100 + patch
}

const plainTypes = new Map([
  ['void', 'void'],
  ['bool', 'bool'],
  ['float', 'float'],
  ['int', 'std::int32_t'],
  ['int32_t', 'std::int32_t'],
  ['int64_t', 'std::int64_t'],
  ['uint64_t', 'std::uint64_t'],
  ['const int64_t', 'std::int64_t'],
  ['size_t', 'std::size_t'],
  ['std::size_t', 'std::size_t'],
  ['const void *', 'const void*'],
  ['void *', 'void*'],
  ['const char *', 'const char*'],
  ['const AsciiChar *', 'const char*'],
  ['const char **', 'const char**'],
  ['const char *const *', 'const char* const*'],
  ['int64_t *', 'std::int64_t*'],
  ['int64_t &', 'std::int64_t*'],
  ['uint64_t *', 'std::uint64_t*'],
  ['const int32_t *', 'const std::int32_t*'],
  ['const int64_t *', 'const std::int64_t*'],
  ['Dims', 'Dims64'],
  ['Weights', 'Weights'],
  ['const Weights', 'Weights'],
  ['const Dims &', 'const Dims64*'],
  ['cudaStream_t', 'void*'],
  ['ErrorDesc', 'const char*'],
  ['RefCount', 'std::int32_t'],
  ['InterfaceInfo', 'InterfaceInfo'],
  ['APILanguage', 'std::int32_t'],
  ['NetworkDefinitionCreationFlags', 'std::uint32_t'],
])

/** Splits `RET name(A, B) const` of a table row. */
function splitSignature(signature) {
  const match = /^(.*?)\s*(\w+)\((.*)\)(?: const)?$/.exec(signature)
  if (!match) throw new Error(`cannot read the signature: ${signature}`)
  const [, result, name, inner] = match
  return { result: result.trim(), name, parameters: inner === '' ? [] : inner.split(',').map((part) => part.trim()) }
}

/** A setter that says since a later version whether it took the value: called as it always was, and read back like all others. */
function withoutNewResult(rows) {
  if (!rows.some((row) => row.sig.startsWith('void '))) return
  for (const row of rows) row.sig = row.sig.replace(/^bool /, 'void ')
}

export class AbiModel {
  constructor(folder) {
    this.used = JSON.parse(readFileSync(join(folder, 'used.json'), 'utf8'))
    this.tables = this.used.tables.map((name) => ({ name, ...JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) }))
    for (const table of this.tables) {
      const range = /(\d+)\.\.(\d+)/.exec(table.applies_to)
      if (!range) throw new Error(`${table.name}: no version range`)
      table.from = Number(range[1])
      table.to = Number(range[2])
    }
    this.enums = Object.entries(this.used.enums).map(([key, name]) => this.#enumOf(key, name))
    this.wrapped = new Map(Object.keys(this.used.classes).map((name) => [name.replace(/^V/, 'I'), name.replace(/^[VI](?=[A-Z])/, '')]))
    this.classes = Object.entries(this.used.classes).map(([key, methods]) => this.#classOf(key, methods))
    this.methods = this.classes.flatMap((entry) => entry.methods)
  }

  #enumOf(key, name) {
    const names = []
    for (const table of this.tables) for (const value of Object.keys(table.enums[key]?.values ?? {})) if (!names.includes(value)) names.push(value)
    if (names.length === 0) throw new Error(`enum ${key} is in no table`)
    const rows = this.tables.map((table) =>
      names.map((value) => {
        const row = table.enums[key]?.values[value]
        return row ? { value: row.value, since: versionNumber(row.since) } : null
      }),
    )
    return { key, name, names, rows }
  }

  /** What a C++ type of a signature becomes: `{kind, cpp}`; `direct` tells parser classes from nvinfer1's. */
  type(text, direct) {
    const plain = plainTypes.get(text)
    if (plain) return { kind: 'plain', cpp: plain }
    const key = text === 'ErrorCode' ? (direct ? 'nvonnxparser::ErrorCode' : 'nvinfer1::ErrorCode') : text === 'Severity' ? 'ILogger::Severity' : text
    const enumeration = this.enums.find((entry) => entry.key === key)
    if (enumeration) return { kind: 'enum', cpp: enumeration.name }
    const object = /^(?:const )?(I\w+) [*&](?:const)?$/.exec(text)
    if (object && this.wrapped.has(object[1])) return { kind: 'object', cpp: this.wrapped.get(object[1]) }
    if (object) return { kind: 'plain', cpp: 'void*' }
    throw new Error(`unknown type in a signature: ${text}`)
  }

  #classOf(key, methods) {
    const name = key.replace(/^[VI](?=[A-Z])/, '')
    // A class may be of one flavour alone.
    const kind = this.tables.find((table) => table.classes[key])?.classes[key].kind
    if (kind === undefined) throw new Error(`class ${key} is in no table`)
    const direct = kind === 'direct'
    const entry = { key, name, direct, methods: methods.map((spec) => this.#methodOf(key, name, direct, spec)) }
    if (direct && (key === 'IParser' || key === 'IParserRefitter')) entry.methods.push(this.#destructorOf(key, name))
    return entry
  }

  #rows(key, pick) {
    return this.tables.map((table) => {
      const rows = (table.classes[key]?.methods ?? []).filter(pick)
      if (rows.length > 1) throw new Error(`${table.name} ${key}: ${rows.length} rows for one name; give the parameters in used.json`)
      return rows.length === 0 ? null : { slot: rows[0].slot, msvc: rows[0].slot_msvc, since: versionNumber(rows[0].since), sig: rows[0].sig }
    })
  }

  #destructorOf(key, name) {
    return { id: `${name}_destroy`, name: '~', rows: this.#rows(key, (row) => row.name === '~'), exceptions: [] }
  }

  #methodOf(key, name, direct, spec) {
    const [method, parameters] = spec.includes('(') ? [spec.slice(0, spec.indexOf('(')), spec.slice(spec.indexOf('('))] : [spec, null]
    const rows = this.#rows(key, (row) => row.name === method && (parameters === null || row.sig.includes(`${method}${parameters}`)))
    const present = rows.filter((row) => row !== null)
    if (present.length === 0) throw new Error(`${key}.${spec} is in no table`)
    withoutNewResult(present)
    const shapes = new Set(present.map((row) => JSON.stringify(this.#shape(row.sig, direct))))
    if (shapes.size !== 1) throw new Error(`${key}.${spec} has different signatures: ${[...shapes].join(' | ')}`)
    const signature = splitSignature(present[0].sig)
    return {
      id: `${name}_${method}`,
      name: method,
      rows,
      result: this.type(signature.result, direct),
      parameters: signature.parameters.map((text) => this.type(text, direct)),
      documentation: present[0].sig,
      exceptions: this.#exceptionsOf(key, method),
    }
  }

  #shape(signature, direct) {
    const { result, parameters } = splitSignature(signature)
    return [result, ...parameters].map((text) => this.type(text, direct))
  }

  /** Slots that one exact version has elsewhere. */
  #exceptionsOf(key, method) {
    return this.tables.flatMap((table) =>
      Object.entries(table.exceptions ?? {}).flatMap(([version, classes]) =>
        (classes[key]?.methods ?? [])
          .filter((row) => row.name === method)
          .map((row) => ({ version: versionNumber(version), slot: row.slot, msvc: row.slot_msvc })),
      ),
    )
  }

  /** One interface that the client implements, in one table: its virtual functions in the order in which they are declared. */
  interfaceOf(table, name) {
    const entry = table.client_interfaces[name]
    if (!entry) throw new Error(`${table.name}: no interface ${name}`)
    const rows = [...entry.vtable].sort((a, b) => a.slot - b.slot)
    let slot = 0
    rows.forEach((row, index) => {
      if (row.slot !== slot || row.slot_msvc !== index) throw new Error(`${table.name} ${name}: slots are not in the order of declaration`)
      slot += row.name === '~' ? 2 : 1
    })
    const version = /v_(\d+)_(\d+)::/.exec(entry.qualified)
    const functions = rows.map((row) => {
      if (row.name === '~') return { name: '~' }
      const { result, parameters } = splitSignature(row.sig)
      const cpp = (text) => {
        const type = this.type(text, false)
        return type.kind === 'enum' ? 'std::int32_t' : type.cpp
      }
      return { name: row.name, result: cpp(result), parameters: parameters.map(cpp), constant: / const$/.test(row.sig) }
    })
    return { name, version: version ? [Number(version[1]), Number(version[2])] : [1, 0], functions }
  }
}
