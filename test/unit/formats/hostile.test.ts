import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesSource } from '../../../electron/core/files/random-file'
import { describeFile } from '../../../electron/core/formats'
import { Cursor } from '../../../electron/core/formats/cursor'
import { gradePickles } from '../../../electron/core/formats/pickle/grade'
import { Global } from '../../../electron/core/formats/pickle/values'
import { walkPickle } from '../../../electron/core/formats/pickle/walk'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'es-hostile-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Pickle programs put together by hand; nothing here is ever unpickled. */
const bytes = (...parts: Array<string | number | Buffer>): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))
const short = (text: string): Buffer => bytes(0x8c, Buffer.byteLength(text), Buffer.from(text))
const inZip = (data: Buffer, more: Record<string, Uint8Array> = {}): Buffer =>
  Buffer.from(zipSync({ 'm/data.pkl': data, 'm/version': Buffer.from('3\n'), ...more }, { level: 0 }))
let count = 0
const inspect = async (content: Buffer) => {
  const path = join(folder, `f${count++}.pt`)
  await writeFile(path, content)
  return describeFile(path)
}
const call = "(S'echo hi'\ntR."

describe('an exported program', () => {
  const program = { graph_module: { graph: { nodes: [], tensor_values: {} }, signature: { input_specs: [], output_specs: [] } } }
  const archive = (isPickle: boolean, weight: Buffer): Buffer =>
    Buffer.from(
      zipSync(
        {
          'm/models/model.json': Buffer.from(JSON.stringify(program)),
          'm/data/weights/model_weights_config.json': Buffer.from(
            JSON.stringify({ config: { weight: { path_name: 'weight_0', is_param: true, use_pickle: isPickle } } }),
          ),
          'm/data/weights/weight_0': weight,
        },
        { level: 0 },
      ),
    )

  it('has weights of plain numbers that begin like a pickle by chance', async () => {
    const { format, pickle } = await inspect(archive(false, bytes(0x80, 0x77, 0x12, 0x3f, 0, 0, 0, 0)))
    expect({ format, verdict: pickle?.verdict }).toEqual({ format: 'exported-program', verdict: 'nothing-found' })
  })

  it('has a weight that its own list calls a pickle', async () => {
    const { pickle } = await inspect(archive(true, bytes(0x80, 2, 'cos\nsystem\n', "(S'echo hi'\ntR.")))
    expect(pickle?.verdict).toBe('dangerous')
  })
})

describe('a pickle that would run a command is dangerous', () => {
  it.each<[string, Buffer, string]>([
    ['protocol 0', bytes('cos\nsystem\n', call), 'os.system'],
    ['protocol 2', bytes(0x80, 2, 'cposix\nsystem\n', call), 'posix.system'],
    ['Python 2’s builtins', bytes(0x80, 2, 'c__builtin__\neval\n', call), '__builtin__.eval'],
    ['INST', bytes(0x80, 2, "(S'echo hi'\nisubprocess\nPopen\n."), 'subprocess.Popen'],
    ['OBJ', bytes(0x80, 2, "(cos\nsystem\nS'echo hi'\no."), 'os.system'],
    ['protocol 4 by STACK_GLOBAL', bytes(0x80, 4, short('os'), short('system'), 0x93, 'N', 0x85, 'R.'), 'os.system'],
    ['names from the memo', bytes(0x80, 4, short('os'), 0x94, '0', short('system'), 0x94, '0h', 0, 'h', 1, 0x93, 'N', 0x85, 'R.'), 'os.system'],
    ['names duplicated and shuffled', bytes(0x80, 4, short('system'), 0x94, '0', short('os'), 'h', 0, 0x93, 'N', 0x85, 'R.'), 'os.system'],
    ['names in escapes', bytes(0x80, 4, "S'o\\x73'\n", "S'\\163ystem'\n", 0x93, 'N', 0x85, 'R.'), 'os.system'],
    ['names in unicode escapes', bytes(0x80, 4, 'V\\u006fs\n', 'Vsystem\n', 0x93, 'N', 0x85, 'R.'), 'os.system'],
    ['a name computed by the pickle', bytes(0x80, 4, 'cbuiltins\nstr\n)R', short('system'), 0x93, 'N', 0x85, 'R.'), 'unknown.unknown'],
    ['a path through attributes', bytes(0x80, 4, short('torch'), short('serialization.os.system'), 0x93, 'N', 0x85, 'R.'), 'torch.serialization.os.system'],
    ['before an error that would come too late', bytes(0x80, 2, 'cos\nsystem\n', "(S'echo'\ntR", 0xff), 'os.system'],
    ['after a harmless pickle', bytes(0x80, 2, 'N.', 0x80, 2, 'cos\nsystem\n', call), 'os.system'],
    ['runpy', bytes(0x80, 2, 'crunpy\n_run_code\n', call), 'runpy._run_code'],
  ])('%s', async (_, program, name) => {
    const model = await inspect(program)
    expect(model.pickle?.verdict).toBe('dangerous')
    expect(model.pickle?.unsafe).toContain(name)
    expect(model.findings.find((finding) => finding.code === 'LOAD_DANGEROUS_PICKLE')).toMatchObject({
      severity: 'error',
      message: expect.stringContaining(name) as string,
    })
  })

  it('inside a zip, inside a zip inside it, packed, and beside a harmless one', async () => {
    const evil = bytes(0x80, 2, 'cos\nsystem\n', call)
    const good = bytes(0x80, 2, 'N.')
    expect((await inspect(inZip(evil))).pickle?.verdict).toBe('dangerous')
    expect((await inspect(inZip(good, { 'm/extra.pt': inZip(evil) }))).pickle?.verdict).toBe('dangerous')
    expect((await inspect(inZip(good, { 'm/other.pkl': evil }))).pickle?.verdict).toBe('dangerous')
    expect((await inspect(Buffer.from(zipSync({ 'm/data.pkl': evil }, { level: 9 })))).pickle?.verdict).toBe('dangerous')
  })

  it('is not believed where two members share a name', async () => {
    const zip = inZip(bytes(0x80, 2, 'N.'), { 'm/data.pkX': bytes(0x80, 2, '}.') })
    const twice = Buffer.from(zip.toString('latin1').replaceAll('m/data.pkX', 'm/data.pkl'), 'latin1')
    expect((await inspect(twice)).pickle?.verdict).toBe('scan-failed')
  })
})

describe('a pickle that means to exhaust the reader is given up in time', () => {
  const walk = (program: Buffer) => walkPickle(new Cursor(bytesSource(program, 'p'), 0, program.length), { time: 3_000 })

  it.each<[string, Buffer]>([
    ['claims a text beyond the file', bytes(0x80, 2, 'X', Buffer.from([0xff, 0xff, 0xff, 0x7f]), 'abc')],
    ['claims a text beyond every file', bytes(0x80, 4, 0x8d, Buffer.alloc(8, 0xff), '.')],
    ['takes from an empty stack', bytes(0x80, 2, 'R.')],
    ['ends a group that never began', bytes(0x80, 2, 't.')],
    ['refers to what was never stored', bytes(0x80, 2, 'h', 7, '.')],
    ['has a protocol of the future', bytes(0x80, 9, 'N.')],
    ['takes a name from a table outside', bytes(0x80, 2, 0x82, 1, '.')],
    ['never ends', bytes(0x80, 2, 'N'.repeat(1000))],
  ])('%s', async (_, program) => {
    const start = performance.now()
    expect((await walk(program)).error).not.toBeNull()
    expect(performance.now() - start).toBeLessThan(1_000)
  })

  it('doubles itself thirty times (a billion laughs)', async () => {
    const laughs = bytes(0x80, 4, short('ha'), ...Array.from({ length: 30 }, () => bytes('2', 0x86)), '.')
    expect((await walk(laughs)).error).toBeNull()
    expect((await inspect(laughs)).format).toBe('unknown')
  })

  it('nests a hundred thousand lists, and loops back on itself', async () => {
    expect((await inspect(bytes(0x80, 2, ']'.repeat(100_000), 'a'.repeat(99_999), '.'))).format).toBe('unknown')
    expect((await inspect(bytes(0x80, 2, '}q', 0, 'U', 1, 'ah', 0, 's.'))).format).toBe('unknown')
  })

  it('goes on for ten million instructions', async () => {
    const start = performance.now()
    const walked = await walk(bytes(0x80, 2, Buffer.alloc(10_000_000, 'N'), '.'))
    expect(walked.error).toMatch(/too many values|within/)
    expect(performance.now() - start).toBeLessThan(6_000)
  })

  it('packs a gigabyte of nothing into a megabyte', async () => {
    const zip = Buffer.from(zipSync({ 'm/data.pkl': new Uint8Array(200 * 1024 * 1024) }, { level: 9 }))
    const model = await inspect(zip)
    expect(model).toMatchObject({ format: 'unknown', pickle: { verdict: 'scan-failed' } })
  })

  it('lists every member size as a lie', async () => {
    const zip = Buffer.from(zipSync({ 'm/data.pkl': new Uint8Array(1000) }, { level: 9 }))
    // The size of the unpacked member, in the central directory.
    zip.writeUInt32LE(10, zip.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1')) + 24)
    expect((await inspect(zip)).pickle?.verdict).toBe('scan-failed')
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const path = join(folder, 'long.pt')
    await writeFile(path, bytes(0x80, 2, 'N0'.repeat(3_000_000), '.'))
    const pending = describeFile(path, { signal: stop.signal })
    setTimeout(() => stop.abort(), 20)
    await expect(pending).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

describe('gradePickles', () => {
  const grade = (names: Array<[string, string]>, failed = false) =>
    gradePickles(new Map(names.map(([module, name]) => [`${module}.${name}`, new Global(module, name)])), failed).verdict
  it('nothing-found, suspicious, scan-failed, dangerous, in this order of weight', () => {
    expect(
      grade([
        ['torch._utils', '_rebuild_tensor_v2'],
        ['collections', 'OrderedDict'],
        ['__builtin__', 'set'],
      ]),
    ).toBe('nothing-found')
    expect(grade([['code.model', 'Net']])).toBe('suspicious')
    expect(grade([['code.model', 'Net']], true)).toBe('scan-failed')
    expect(grade([['os', 'getcwd']], true)).toBe('dangerous')
    expect(grade([['code', 'InteractiveInterpreter']])).toBe('dangerous')
    expect(grade([['os.path', 'join']])).toBe('dangerous')
    expect(grade([['oscillator', 'Net']])).toBe('suspicious')
  })
})
