import type { Hop, StageName, Verdict } from '../../run'

export const stages: Record<StageName, string> = { load: '加载', convert: '转换', build: '构建', validate: '验证' }

export const hops: Record<Hop, string> = {
  'pytorch-onnx': 'PyTorch → ONNX',
  'fp32-onnx': 'FP32 → ONNX',
  'onnx-engine': 'ONNX → 引擎',
  'pytorch-engine': 'PyTorch → 引擎',
  'pytorch-compiled': 'PyTorch → 内存中编译',
  'compiled-engine': '内存中编译 → 保存的文件',
  'expected-onnx': '正确答案 → ONNX',
  'expected-engine': '正确答案 → 引擎',
  'pytorch-torchscript': 'PyTorch → TorchScript',
  'pytorch-exported-program': 'PyTorch → 导出程序',
}

const backends = { tensorrt: 'TensorRT', 'tensorrt-rtx': 'TensorRT-RTX', 'torch-tensorrt': 'Torch-TensorRT', onnxruntime: 'ONNX Runtime' }

const verdicts: Record<Verdict, string> = { pass: '通过', fail: '未通过', 'not-judged': '未判定' }

/** Values of evidence that have a word of their own, by the key that holds them. */
export const terms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  stage: stages,
  hop: hops,
  backend: backends,
  flavour: backends,
  verdict: verdicts,
}
