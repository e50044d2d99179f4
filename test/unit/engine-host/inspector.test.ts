import { describe, expect, it } from 'vitest'
import { layersOf } from '../../../electron/core/engine-host/inspector'

const detailed = {
  Layers: [
    {
      Name: 'conv1 + relu1',
      LayerType: 'CaskConvolution',
      Inputs: [{ Name: 'image', Location: 'Device', Dimensions: [1, 3, 16, 16], 'Format/Datatype': 'Row major linear FP32' }],
      Outputs: [{ Name: 'r1', Location: 'Device', Dimensions: [1, 8, 8, 8], 'Format/Datatype': 'Row major linear FP16' }],
      TacticName: 'sm80_xmma_fprop',
      Metadata: '[ONNX Layer: conv1]\u001e[ONNX Layer: relu1]',
    },
    { Name: 'head', LayerType: 'gemm', Outputs: [{ Name: 'y', Datatype: 'Float', Format: 'Row major linear' }], TacticValue: '0x12', Metadata: '' },
  ],
  Bindings: ['image', 'y'],
}

describe('layers from the inspector', () => {
  it('reads both places of the element type, tactics, the ONNX nodes of a fused layer, and what it reads and writes', () => {
    expect(layersOf(JSON.stringify(detailed))).toEqual([
      {
        name: 'conv1 + relu1',
        type: 'CaskConvolution',
        precision: 'Row major linear FP16',
        tactic: 'sm80_xmma_fprop',
        onnxNodes: ['conv1', 'relu1'],
        inputs: ['image'],
        outputs: ['r1'],
      },
      { name: 'head', type: 'gemm', precision: 'Float', tactic: '0x12', onnxNodes: [], outputs: ['y'] },
    ])
  })

  it('reads an engine that keeps names only', () => {
    expect(layersOf('{"Layers": ["conv1 + relu1"], "Bindings": []}')).toEqual([
      { name: 'conv1 + relu1', type: 'unknown', precision: null, tactic: null, onnxNodes: [] },
    ])
  })

  it.each([null, '', 'not json', '[]', '{"Layers": 7}'])('gives null for %j', (text) => {
    expect(layersOf(text)).toBeNull()
  })
})
