import { describe, expect, it } from 'vitest'
import { lineOfDoc, lineOfStack } from '../../../electron/core/formats/onnx/source-lines'

describe('the Python line of a node', () => {
  it('is the innermost of the model in a stack of the dynamo exporter', () => {
    const stack = [
      'File "nets.py", line 31, in forward',
      '    return self.head(x)',
      'File "blocks/head.py", line 12, in forward',
      '    d = torch.linalg.det(y)',
      'File "/opt/py/lib/python3.11/site-packages/torch/functional.py", line 400, in det',
      '    return _det(x)',
    ].join('\n')
    expect(lineOfStack(stack)).toEqual({ file: 'blocks/head.py', line: 12, function: 'forward', code: 'd = torch.linalg.det(y)' })
  })
  it('is the first of the model in a doc_string of the torchscript exporter', () => {
    const doc = 'torch/nn/modules/linear.py(134): forward\nC:\\net (1)\\nets.py(12): forward\nmain.py(3): <module>\n'
    expect(lineOfDoc(doc)).toEqual({ file: 'C:\\net (1)\\nets.py', line: 12, function: 'forward', code: null })
  })
  it('is a library’s where there is no other, and nothing in another text', () => {
    expect(lineOfStack('File "/x/site-packages/timm/a.py", line 3')).toEqual({ file: '/x/site-packages/timm/a.py', line: 3, function: null, code: null })
    expect(lineOfStack('No stack')).toBeNull()
    expect(lineOfDoc('Written by hand.')).toBeNull()
  })
})
