import type { ModelFormat } from '../run'
import type { Language } from './tell'

/** What a kind of file is good for, in words for people. */
export interface Advice {
  /** What it is, in one sentence. */
  is: string
  can: string
  cannot: string
  /** Where this kind is the right one, and which is better for what. */
  advised: string
  /** What to do with it here. */
  next: string
}

const en: Record<ModelFormat, Advice> = {
  'state-dict': {
    is: 'Weights by name, without the code that computes with them.',
    can: 'It is read safely, goes on with training, and becomes .safetensors or .wts without its class.',
    cannot: 'It cannot run by itself: the class that it belongs to has to be named.',
    advised: 'Right for training and for keeping weights. For deployment make an exported program or TorchScript of it, for TensorRT an ONNX.',
    next: 'Name the class as module:Class and the folder of its code, then load.',
  },
  checkpoint: {
    is: 'A dictionary of a training run: weights, often beside the optimizer, the epoch and averages.',
    can: 'Its weights are found wherever they lie in it, and training goes on from it.',
    cannot: 'It cannot run by itself, and it is larger than what running needs.',
    advised: 'Right for going on with training. For deployment keep the weights alone, or export the model.',
    next: 'Name the class as module:Class and the folder of its code, then load.',
  },
  'pickled-module': {
    is: 'A whole model, saved with the names of its Python classes.',
    can: 'It runs with no class to be named, where its classes can be imported in the very versions that it was saved with.',
    cannot: 'It cannot be read safely without allowing its names, and breaks when its code moves or changes.',
    advised: 'For keeping, save the state_dict instead; for deployment an exported program or TorchScript; for TensorRT an ONNX.',
    next: 'Look at the refused names, allow them for this file if you know where it comes from, then load.',
  },
  torchscript: {
    is: 'TorchScript: the code and the weights in one archive, run by torch without Python classes.',
    can: 'It runs in C++ and in Python with no class, and becomes ONNX by the TorchScript exporter.',
    cannot: 'It cannot be trained on with ease, torch.export and the dynamo exporter do not take it, and traced branches are frozen.',
    advised: 'Right for deployment with LibTorch. For TensorRT convert it to ONNX; where the Python class is at hand, export from that.',
    next: 'State the inputs where the file does not, load, then convert with the TorchScript exporter.',
  },
  'exported-program': {
    is: 'An exported program: the graph of one forward as torch.export captured it, with its weights and its signature.',
    can: 'It runs with no class, states its inputs and which sizes may vary, and becomes ONNX by the dynamo exporter.',
    cannot: 'It cannot take sizes outside of those that it was exported with, and another torch version may refuse it.',
    advised: 'Right for deployment with PyTorch 2. For TensorRT convert it to ONNX.',
    next: 'Load it: the inputs are known.',
  },
  safetensors: {
    is: 'Weights by name in a format that holds numbers alone.',
    can: 'It is read safely and quickly, piece by piece, and becomes .wts without its class.',
    cannot: 'It cannot run by itself: the class that it belongs to has to be named.',
    advised: 'Right for keeping and passing on weights. For deployment export the model, for TensorRT make an ONNX.',
    next: 'Name the class as module:Class and the folder of its code, then load.',
  },
  onnx: {
    is: 'A graph of standard operators with its weights.',
    can: 'It runs on ONNX Runtime and is what TensorRT builds engines from.',
    cannot: 'It cannot be trained on, nor turned back into a PyTorch model here.',
    advised: 'Right for TensorRT. To judge it against PyTorch, begin with the PyTorch file.',
    next: 'Load it, then build an engine.',
  },
  wts: {
    is: 'Weights as text, float32 in hexadecimal, in the order of the state_dict.',
    can: 'TensorRTX-style C++ code builds a network with it, and it becomes .safetensors.',
    cannot: 'It cannot run by itself, and it knows neither shapes nor other types.',
    advised: 'Right only for C++ code that defines the network layer by layer. Else go from PyTorch to ONNX.',
    next: 'Choose the PyTorch file that it was made from, or convert it to .safetensors.',
  },
  engine: {
    is: 'An engine: what TensorRT compiled for one kind of GPU and one version of the library.',
    can: 'It runs on the GPU that it was built for.',
    cannot: 'It cannot be converted back, and mostly does not run with another version or on another GPU.',
    advised: 'Right for running. Keep the ONNX that it was made from, to build it again.',
    next: 'See whether it runs here; else build anew from the ONNX.',
  },
  unknown: {
    is: 'No model that is known here.',
    can: 'Nothing can be done with it here.',
    cannot: 'It cannot be loaded.',
    advised: 'PyTorch, TorchScript, torch.export, safetensors, ONNX, .wts and engine files are known.',
    next: 'Choose another file.',
  },
}

const zhCN: Record<ModelFormat, Advice> = {
  'state-dict': {
    is: '按名称保存的权重，不含计算用的代码。',
    can: '可安全读取，可继续训练，无需类即可转为 .safetensors 或 .wts。',
    cannot: '不能独立运行：必须指定它所属的类。',
    advised: '适合训练和保存权重。部署请转为导出程序或 TorchScript，用于 TensorRT 请转为 ONNX。',
    next: '以 module:Class 指定类及其代码文件夹，然后加载。',
  },
  checkpoint: {
    is: '训练过程的字典：权重，常与优化器、轮次和滑动平均放在一起。',
    can: '无论权重在其中何处都能找到，也可由此继续训练。',
    cannot: '不能独立运行，体积也大于运行所需。',
    advised: '适合继续训练。部署时只保留权重，或导出模型。',
    next: '以 module:Class 指定类及其代码文件夹，然后加载。',
  },
  'pickled-module': {
    is: '整个模型，连同其 Python 类的名称一起保存。',
    can: '能导入保存时那些版本的类时，无需指定类即可运行。',
    cannot: '不允许其名称就无法安全读取；代码移动或改变后即失效。',
    advised: '长期保存请改用 state_dict；部署用导出程序或 TorchScript；用于 TensorRT 请转为 ONNX。',
    next: '查看被拒绝的名称，清楚来源时仅为此文件允许它们，然后加载。',
  },
  torchscript: {
    is: 'TorchScript：代码与权重在同一归档中，torch 无需 Python 类即可运行。',
    can: '可在 C++ 和 Python 中无类运行，并可由 TorchScript 导出器转为 ONNX。',
    cannot: '不便继续训练；torch.export 与 dynamo 导出器不接受它；跟踪得到的分支是固定的。',
    advised: '适合用 LibTorch 部署。用于 TensorRT 请转为 ONNX；若有 Python 类，最好从类导出。',
    next: '若文件没有说明输入，请填写；加载后用 TorchScript 导出器转换。',
  },
  'exported-program': {
    is: '导出程序：torch.export 捕获的一次 forward 的图，带有权重与签名。',
    can: '无需类即可运行，说明了输入以及哪些尺寸可变，可由 dynamo 导出器转为 ONNX。',
    cannot: '不接受导出时范围之外的尺寸；其他版本的 torch 可能拒绝它。',
    advised: '适合用 PyTorch 2 部署。用于 TensorRT 请转为 ONNX。',
    next: '直接加载：输入已知。',
  },
  safetensors: {
    is: '按名称保存的权重，格式中只有数值。',
    can: '可安全、快速、分块读取，无需类即可转为 .wts。',
    cannot: '不能独立运行：必须指定它所属的类。',
    advised: '适合保存和传递权重。部署请导出模型，用于 TensorRT 请转为 ONNX。',
    next: '以 module:Class 指定类及其代码文件夹，然后加载。',
  },
  onnx: {
    is: '由标准算子组成的图，带有权重。',
    can: '可在 ONNX Runtime 上运行，TensorRT 由它构建引擎。',
    cannot: '不能继续训练，在此也不能转回 PyTorch 模型。',
    advised: '适合 TensorRT。若要与 PyTorch 对比，请从 PyTorch 文件开始。',
    next: '加载后构建引擎。',
  },
  wts: {
    is: '文本形式的权重：十六进制 float32，按 state_dict 的顺序。',
    can: 'TensorRTX 风格的 C++ 代码可用它搭建网络，也可转为 .safetensors。',
    cannot: '不能独立运行，不含形状，也不含其他类型。',
    advised: '仅适合逐层定义网络的 C++ 代码；否则请从 PyTorch 转为 ONNX。',
    next: '请选择生成它的 PyTorch 文件，或转为 .safetensors。',
  },
  engine: {
    is: '引擎：TensorRT 为一类 GPU 和一个库版本编译的结果。',
    can: '可在其目标 GPU 上运行。',
    cannot: '不能转回；换了版本或 GPU 大多无法运行。',
    advised: '适合运行。请保留生成它的 ONNX，以便重新构建。',
    next: '查看能否在此运行；否则请由 ONNX 重新构建。',
  },
  unknown: {
    is: '不是此处已知的模型。',
    can: '在此无法对它做任何事。',
    cannot: '无法加载。',
    advised: '已知的有 PyTorch、TorchScript、torch.export、safetensors、ONNX、.wts 和引擎文件。',
    next: '请选择其他文件。',
  },
}

/** What a kind of file is good for, in `language`. */
export const adviceOf = (format: ModelFormat, language: Language): Advice => (language === 'en' ? en : zhCN)[format]
