/** What a reason is about where that is a phrase of its own: `{what}` of a reason. */
export const subjects: ReadonlyArray<readonly [RegExp, string]> = [
  [/^Making a builder of (.+)$/, '创建 $1 的构建器'],
  [/^A stripped engine of (.+)$/, '构建 $1 的无权重引擎'],
  [/^A refittable engine of (.+)$/, '构建 $1 的可重新填充引擎'],
]

/**
 * Reasons as the core and the native module word them, and their Chinese. `{name}` stands for the group of that name;
 * `{why}` is itself a reason and told in Chinese where it is known; `{what}` is one of the subjects. Tried from the top, so the closer pattern comes first.
 */
export const reasons: ReadonlyArray<readonly [RegExp, string]> = [
  // A row of a comparison.
  [/^The reference is (?<a>\S+), the candidate (?<b>\S+)\.$/, '参考的类型为 {a}，待测为 {b}。'],
  [/^The reference has shape (?<a>\S+), the candidate (?<b>\S+)\.$/, '参考的形状为 {a}，待测为 {b}。'],
  [/^The output has no elements\.$/, '该输出没有元素。'],
  [/^(?<n>\d+) elements are NaN or infinite where the reference is not\.$/, '有 {n} 个元素为 NaN 或无穷大，而参考并非如此。'],
  [/^The reference is NaN everywhere\.$/, '参考处处为 NaN。'],
  [/^The reference is zero everywhere\.$/, '参考处处为零。'],
  [/^The reference is the same number everywhere\.$/, '参考处处为同一个数。'],
  [/^The output is zero everywhere and the reference is not\.$/, '该输出处处为零，而参考并非如此。'],
  [/^The output is the same number everywhere and the reference is not\.$/, '该输出处处为同一个数，而参考并非如此。'],
  [/^(?<n>\d+) of (?<all>\d+) elements are outside atol (?<atol>\S+), rtol (?<rtol>\S+)\.$/, '{all} 个元素中有 {n} 个超出容差（atol {atol}，rtol {rtol}）。'],
  [/^The candidate has no output of this name\.$/, '待测中没有同名输出。'],
  [/^The reference has no output of this name\.$/, '参考中没有同名输出。'],
  [/^Only at the second input(?<sizes>[^:]*): (?<why>.+)$/s, '仅在第二组输入{sizes}上：{why}'],
  [/^It does not take the second input(?<sizes>[^:]*): (?<why>.+)$/s, '它不接受第二组输入{sizes}：{why}'],
  [/^A fresh process does not know (?<names>.+)\.$/, '新进程不认识 {names}。'],
  [/^one side was not run$/, '有一侧没有运行'],

  // ONNX Runtime.
  [/^ONNX Runtime does not accept the file\.$/, 'ONNX Runtime 不接受该文件。'],
  [
    /^ONNX Runtime could not read the weights that (?<path>.+?) keeps in other files: (?<said>.+)$/s,
    'ONNX Runtime 无法读取 {path} 存放在其他文件中的权重：{said}',
  ],
  [/^ONNX Runtime does not accept (?<path>.+?): (?<said>.+)$/s, 'ONNX Runtime 不接受 {path}：{said}'],
  [/^ONNX Runtime could not run (?<path>.+?): (?<said>.+)$/s, 'ONNX Runtime 无法运行 {path}：{said}'],
  [/^(?<name>\S+) of (?<path>.+) is of type (?<type>.+), which is not a tensor of numbers\.$/, '{path} 的 {name} 类型为 {type}，不是数值张量。'],
  [/^The model wants (?<name>.+) as (?<a>\S+), the inputs hold (?<b>\S+)\.$/, '模型要求 {name} 为 {a}，而输入为 {b}。'],
  [/^(?<name>.+) is (?<type>\S+), which ONNX Runtime cannot take from here\.$/, '{name} 的类型为 {type}，ONNX Runtime 无法从此处接收。'],

  // How an engine is run.
  [/^the library refused it without a reason$/, '库未说明原因便拒绝'],

  // Whether an engine runs here.
  [/^It was built on a GPU of this machine\.$/, '它是在本机的 GPU 上构建的。'],
  [/^No GPU here can run it: (?<why>.+)\.$/s, '本机没有能运行它的 GPU：{why}。'],
  [/^No GPU here can run it\.$/, '本机没有能运行它的 GPU。'],
  [/^Its header does not say for which GPU it was built\.$/, '文件头没有说明它面向哪种 GPU 构建。'],
  [/^It was built for (?<targets>.+), and a GPU here is (?<gpu>.+)\.$/, '它面向 {targets} 构建，本机有 {gpu}。'],
  [
    /^It was built for (?<targets>.+) and for others whose names are not known; the GPU here is (?<gpus>.+)\.$/,
    '它面向 {targets} 以及其他名称未知的目标构建；本机的 GPU 是 {gpus}。',
  ],
  [/^It was built for (?<targets>.+); the GPU here is (?<gpus>.+)\.$/, '它面向 {targets} 构建；本机的 GPU 是 {gpus}。'],
  [
    /^It was built on (?<built>.+); the GPU here, (?<gpus>.+), runs it only if it was built hardware compatible\.$/,
    '它在 {built} 上构建；本机的 GPU（{gpus}）仅在其构建时开启了硬件兼容才能运行它。',
  ],
  [/^It needs (?<library>.+), which was not found here\.$/, '它需要 {library}，本机没有找到。'],
  [/^It was built by (?<a>.+); the (?<b>.+) here, (?<v>.+), is older\.$/, '它由 {a} 构建；本机的 {b} {v} 版本更旧。'],
  [/^It was built by (?<a>.+); (?<b>.+) runs it only if it was built version compatible\.$/, '它由 {a} 构建；{b} 仅在其构建时开启了版本兼容才能运行它。'],
  [
    /^There is no NVIDIA driver here: engines can be built for a stated target by TensorRT-RTX, but not run\.$/,
    '本机没有 NVIDIA 驱动：TensorRT-RTX 可面向指定目标构建引擎，但不能运行。',
  ],
  [/^(?<what>.+) needs an NVIDIA driver, and (?<why>.+)\.$/s, '{what}需要 NVIDIA 驱动，而{why}。'],
  [/^(?<what>.+) needs an NVIDIA driver that works, and (?<why>.+)\.$/s, '{what}需要可用的 NVIDIA 驱动，而{why}。'],
  [/^(?<what>.+) needs a GPU, and (?<why>.+)\.$/s, '{what}需要 GPU，而{why}。'],
  [/^There is no GPU (?<n>\d+) here\. There are: (?<gpus>.+)\.$/, '本机没有第 {n} 号 GPU。现有：{gpus}。'],
  [/^The settings of this machine choose GPU (?<n>\d+), which is not here\. There are: (?<gpus>.+)\.$/, '本机设置选定的第 {n} 号 GPU 不在此处。现有：{gpus}。'],
  [/^The engine does not run here: (?<why>.+)$/s, '该引擎不能在本机运行：{why}'],
  [/^a step before it was not done$/, '之前的步骤没有完成'],
  [/^the library gave no reason$/, '该库没有说明原因'],
  [/^the engine was not refitted$/, '引擎没有重新装入权重'],
  [/^The GPUs of this machine could not be asked for\.$/, '无法查询本机的 GPU。'],
  [/^there is no GPU (?<n>\d+) on this machine$/, '本机没有第 {n} 号 GPU'],
  [/^the engine was built by (?<a>.+), the library is (?<b>.+)$/, '引擎由 {a} 构建，而该库是 {b}'],
  [/^the engine host gave no reason$/, '引擎进程没有说明原因'],
  [/^The engine could not be made ready to run: (?<why>.+)\.$/s, '无法让引擎准备好运行：{why}。'],
  [/^the library could not make a runtime here$/, '该库无法在此创建运行时'],
  [/^the library refused the engine without a reason$/, '该库拒绝了引擎，没有说明原因'],
  [/^the library could not make an execution context$/, '该库无法创建执行上下文'],
  [/^it does not begin like an engine$/, '文件开头不像引擎'],
  [/^the file is truncated: an engine's header has (?<n>\d+) bytes$/, '文件不完整：引擎的文件头有 {n} 字节'],
  [/^the file is truncated within its metadata$/, '文件在元数据处中断，不完整'],

  // The driver.
  [/^there is no NVIDIA driver \((?<file>\S+) was not found\)$/, '没有 NVIDIA 驱动（未找到 {file}）'],
  [/^the NVIDIA driver could not be loaded: (?<why>.+)$/s, '无法加载 NVIDIA 驱动：{why}'],
  [/^the NVIDIA driver is too old for the CUDA that asks for it$/, 'NVIDIA 驱动太旧，不支持所需的 CUDA'],
  [/^the NVIDIA driver sees no GPU$/, 'NVIDIA 驱动没有看到 GPU'],
  [/^the NVIDIA driver's library and kernel module have different versions \(restart the machine\)$/, 'NVIDIA 驱动的库与内核模块版本不同（请重启机器）'],
  [/^the NVIDIA driver could not start \(CUDA error (?<n>-?\d+)\)$/, 'NVIDIA 驱动无法启动（CUDA 错误 {n}）'],
  [/^The NVIDIA driver has no (?<name>\S+)\.$/, 'NVIDIA 驱动没有 {name}。'],

  // Finding and opening a library.
  [
    /^(?<name>.+) was not found or does not open on this machine\. First attempt: (?<path>.+?): (?<why>.+)$/s,
    '{name} 在本机未找到或无法打开。首次尝试：{path}：{why}',
  ],
  [/^(?<name>.+) was not found or does not open on this machine\.$/, '{name} 在本机未找到或无法打开。'],
  [/^The library (?<path>.+?) cannot be used: (?<why>.+)\.$/s, '库 {path} 无法使用：{why}。'],
  [/^there is no such file or folder \((?<source>.+)\)$/, '没有这样的文件或文件夹（{source}）'],
  [/^there is no (?<name>\S+) in this folder \((?<source>.+)\)$/, '此文件夹中没有 {name}（{source}）'],
  [/^there is no ONNX parser beside it$/, '旁边没有 ONNX 解析器'],
  [/^its ONNX parser (?<path>.+?) could not be opened: (?<why>.+)$/s, '无法打开其 ONNX 解析器 {path}：{why}'],
  [/^its ONNX parser (?<path>.+) lacks the symbol (?<name>\S+)$/, '其 ONNX 解析器 {path} 缺少符号 {name}'],
  [/^it lacks the symbol (?<name>\S+)$/, '缺少符号 {name}'],
  [/^it is (?<name>.+), which is another library$/, '它是 {name}，属于另一种库'],
  [
    /^(?<name>.+) is newer than what this program knows \(up to (?<to>.+)\); its interface may have moved$/,
    '{name} 比本程序所知的版本（至 {to}）更新，其接口可能已改变',
  ],
  [/^(?<name>.+) is newer than what this program knows$/, '{name} 比本程序所知的版本更新'],
  [/^(?<name>.+) is older than what this program knows$/, '{name} 比本程序所知的版本更旧'],
  [/^the system could not load it \(error (?<n>\d+)\)$/, '系统无法加载它（错误 {n}）'],
  [/^the system could not load it$/, '系统无法加载它'],
  [/^the file is truncated: its headers speak of (?<n>\d+) bytes, it has (?<has>\d+)$/, '文件不完整：文件头称有 {n} 字节，实际为 {has} 字节'],
  [/^the file is empty$/, '文件为空'],
  [/^it is not a 64-bit little-endian library$/, '它不是 64 位小端库'],
  [/^it is an ELF file, but not a shared library$/, '它是 ELF 文件，但不是共享库'],
  [/^it is made for another kind of processor$/, '它面向另一种处理器'],
  [/^its program headers make no sense$/, '其程序头无法解读'],
  [/^it is not a Windows library$/, '它不是 Windows 库'],
  [/^it is a Windows library$/, '它是 Windows 库'],
  [/^it is not a shared library \(no ELF header\)$/, '它不是共享库（没有 ELF 文件头）'],
  [/^it was not found there$/, '未在该处找到'],
  [/^it was not found there \((?<source>.+)\)$/, '未在该处找到（{source}）'],
  [
    /^Torch-TensorRT is not installed in the Python of this machine, so the compiled program cannot be loaded\.$/,
    '本机的 Python 没有安装 Torch-TensorRT，因此无法加载编译后的程序',
  ],
  [/^torch-tensorrt is not installed there$/, '该处没有安装 torch-tensorrt'],
  [/^it has torch-tensorrt, but is not the Python in use$/, '装有 torch-tensorrt，但不是正在使用的 Python'],
  [/^no Python was found$/, '未找到 Python'],

  // The ONNX parser, asked before a build.
  [/^The parser does not import (?<op>.+)\.$/, '解析器不支持导入 {op}。'],
  [/^The parser knows no operator (?<op>.+), and no plugin of this name is loaded\.$/, '解析器没有算子 {op}，也没有加载同名插件。'],
  [/^(?<op>.+) is done by a plugin that this library does not come with\.$/, '{op} 由插件实现，而该库不附带此插件。'],
  [/^The parser cannot hold the type of its constant (?<name>.+)\.$/, '解析器不支持其常量 {name} 的类型。'],
  [
    /^Name the library with its plugin in Settings or by --plugin, or replace the operator in the model\.$/,
    '请在设置中或用 --plugin 指定含该插件的库，或在模型中替换该算子。',
  ],
  [
    /^Replace the operator in the model by others that do the same, export with the other exporter or another opset, or load a plugin library that has it\.$/,
    '请在模型中用等效的其他算子替换，用另一导出器或另一 opset 导出，或加载含该算子的插件库。',
  ],
  [
    /^Cast its inputs in the model to a type that the library computes this operator with, such as float32 or int32\.$/,
    '请在模型中把其输入转换为该库支持此算子的类型，如 float32 或 int32。',
  ],
  [/^State the size that it depends on as a number in the inputs, and convert again\.$/, '请在输入中把它所依赖的尺寸写成数字，然后重新转换。'],
  [/^Change the shape that the reason names, in the model or in its inputs\.$/, '请在模型或其输入中更改原因所指的形状。'],
  [
    /^Change the attribute that the reason names in the model, or convert with the other exporter, which may write the node in another way\.$/,
    '请在模型中更改原因所指的属性，或用另一导出器转换：它写出的节点可能不同。',
  ],
  [
    /^Make the input that the reason names a constant: simplify the graph, which folds constants, or write the value into the model\.$/,
    '请把原因所指的输入变为常量：简化图可折叠常量，或把该值写入模型。',
  ],
  [
    /^Cast this constant in the model to a type that the library holds, such as float32 or int32\.$/,
    '请在模型中把此常量转换为该库支持的类型，如 float32 或 int32。',
  ],
  [/^neither TensorRT nor TensorRT-RTX is on this machine$/, '本机既没有 TensorRT 也没有 TensorRT-RTX'],
  [/^(?<name>\S+) has no ONNX parser of TensorRT$/, '{name} 没有 TensorRT 的 ONNX 解析器'],
  [/^the file is (?<format>\S+), and the parser reads ONNX alone$/, '文件是 {format}，而解析器只读取 ONNX'],
]
