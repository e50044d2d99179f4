import { describe, expect, it } from 'vitest'
import { fieldsOf } from '../../../electron/core/formats/onnx/wire'
import { survey } from '../../../electron/core/formats/pickle/tensors'
import { asDict, Call, Global, List, Persistent } from '../../../electron/core/formats/pickle/values'

describe('what other writers leave', () => {
  it('reads a negative size of ten bytes as what it is', () => {
    const bytes = Buffer.from([0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])
    expect(fieldsOf(bytes).map((field) => field.value)).toEqual([-1])
    expect(fieldsOf(Buffer.from([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20])).map((field) => field.value)).toEqual([2 ** 40])
  })

  it("takes Python 2's OrderedDict of pairs for a dict", () => {
    const pairs = new List('list', [new List('list', ['lin0.weight', 1]), new List('list', ['lin1.weight', 2])])
    const dict = asDict(new Call(new Global('collections', 'OrderedDict'), [pairs], false))
    expect(dict?.keys).toEqual(['lin0.weight', 'lin1.weight'])
    expect(dict?.get('lin1.weight')).toBe(2)
    expect(asDict(new Call(new Global('builtins', 'list'), [pairs], false))).toBeNull()
  })

  it('finds the weights in such a dict under their names', () => {
    const storage = new Persistent(new List('tuple', ['storage', new Global('torch', 'FloatStorage'), '1', 'cuda:0', 64]))
    const sizes = new List('tuple', [1, 64, 1, 1])
    const tensor = new Call(new Global('torch._utils', '_rebuild_tensor'), [storage, 0, sizes, sizes], false)
    const root = new Call(new Global('collections', 'OrderedDict'), [new List('list', [new List('list', ['lin0.model.1.weight', tensor])])], false)
    const found = survey(root)
    expect(found.tensors).toEqual([{ name: 'lin0.model.1.weight', dtype: 'float32', shape: [1, 64, 1, 1], bytes: 256 }])
    expect(found).toMatchObject({ flat: true, nested: false, modules: [] })
  })
})
