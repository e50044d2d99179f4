import type { Language } from './tell'

/** Phases that the program words itself and a person has to understand; a tool's own phases keep the tool's words. */
const phases: ReadonlyArray<readonly [RegExp, string]> = [
  [/^Waiting for the GPU \(process (\d+) is building\)$/, '正在等待 GPU（进程 $1 正在构建）'],
  [/^Waiting for the GPU \(process (\d+) is timing an engine\)$/, '正在等待 GPU（进程 $1 正在为引擎计时）'],
  [/^Waiting for the GPU$/, '正在等待 GPU'],
  // A stage of which nothing more is known yet.
  [/^convert$/, '正在转换'],
  [/^build$/, '正在构建'],
  [/^validate$/, '正在验证'],

  // Load.
  [/^Starting Python$/, '正在启动 Python'],
  [/^Scanning the pickle$|^scan$/, '正在扫描 pickle'],
  [/^Reading the signature$/, '正在读取签名'],
  [/^Loading the model$|^load$/, '正在加载模型'],
  [/^import (torch\w*)$/, '正在导入 $1'],
  [/^Running PyTorch$|^run$/, '正在运行 PyTorch'],
  [/^Running PyTorch on a second input$/, '正在用第二组输入运行 PyTorch'],
  [/^Asking the model twice$/, '正在重复调用模型以作比较'],
  [/^Writing the sample inputs$/, '正在写出样例输入'],
  [/^images$/, '正在读取图像'],
  [/^make the model$/, '正在创建模型'],
  [/^load the program$/, '正在加载程序'],
  [/^read TorchScript$/, '正在读取 TorchScript'],
  [/^read the weights$/, '正在读取权重'],
  [/^read the graph$/, '正在读取计算图'],

  // Convert, and other kinds of file.
  [/^Taking the ONNX file over$/, '正在取用 ONNX 文件'],
  [/^Exporting with the (\S+) exporter$|^(\S+) exporter$/, '正在用 $1$2 导出器导出'],
  [/^run the sample$/, '正在运行样例'],
  [/^read back$/, '正在读回写出的文件'],
  [/^read$/, '正在读取文件'],
  [/^read (.+)$/, '正在读取 $1'],
  [/^check$/, '正在检查'],
  [/^onnxslim$/, '正在用 onnxslim 简化'],
  [/^Checking the ONNX file$/, '正在检查 ONNX 文件'],
  [/^Opening the (?:ONNX file|model) in ONNX Runtime$/, '正在用 ONNX Runtime 打开模型'],
  [/^Running the FP32 graph$/, '正在运行 FP32 计算图'],
  [/^Simplifying the graph$/, '正在简化计算图'],
  [/^Writing (\S+) into the graph$|^(\S+) graph$/, '正在将 $1$2 写入计算图'],
  [/^calibrate$/, '正在校准'],
  [/^round to BF16$/, '正在舍入为 BF16'],
  [/^Reading the weights$/, '正在读取权重'],
  [/^write \.(\S+)$/, '正在写出 .$1'],
  [/^lay weights into the graph$/, '正在将权重写入计算图'],
  [/^script the model$/, '正在用 script 编译模型'],
  [/^trace the model$/, '正在跟踪模型'],
  [/^make the (\S+) variant$/, '正在生成 $1 形式'],
  [/^torch\.export$|^export$/, '正在用 torch.export 导出'],
  [/^Running it in a fresh process$/, '正在新进程中运行'],
  [/^Hashing the file$/, '正在计算文件哈希'],

  // Build and Validate.
  [/^[Dd]ry run(?: of Torch-TensorRT)?$/, '正在试运行 Torch-TensorRT'],
  [/^Compiling(?: with Torch-TensorRT)?$/, '正在用 Torch-TensorRT 编译'],
  [/^Running in memory$/, '正在内存中运行'],
  [/^Saving$|^save$/, '正在保存'],
  [/^Verifying the (\S+) file$/, '正在核对 $1 文件'],
  [/^Running ONNX Runtime$/, '正在运行 ONNX Runtime'],
  [/^Running the engine$/, '正在运行引擎'],
  [/^Comparing (\S+)$/, '正在比较 $1'],
]

/** What a stage does now, in `language`. What is not known stays as it is. */
export function tellPhase(phase: string, language: Language): string {
  const known = language === 'en' ? undefined : phases.find(([pattern]) => pattern.test(phase))
  return known === undefined ? phase : phase.replace(known[0], known[1])
}
