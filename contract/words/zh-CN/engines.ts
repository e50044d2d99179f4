import type { SomeFindings } from '../words'

const bothNames = '请检查两侧输出的名称。'
const otherInputs = '请换用能使该输出可以比较的输入。'

/** Build and Validate. */
export const engines = {
  BACKEND_CHOSEN: {
    title: '已选定后端',
    gist: ['没有指定后端，因此选用了 {backend}。', '没有指定后端，因此自动选用了一个。'],
    remedy: '如需其他后端，请在构建步骤中或用 --backend 选择。',
  },
  BACKEND_MISSING: {
    title: '后端未安装',
    whole: '此版本的 Enginesmith 不支持后端 {backend}；可用的有 {available}。',
    gist: ['{backend} 不可用（查找了 {attempts.length} 个位置）。', '{flavour} 在本机未找到或无法打开。', '库 {path} 无法使用。', '本机没有找到该后端。'],
    remedy: [
      '{?available}请选择 tensorrt、tensorrt-rtx 或 onnxruntime。',
      '{?path}请选择其他库，或重新安装。',
      '请把它安装到 Python 环境中，或在设置中选择其文件夹；ONNX Runtime 不需要它也能工作。',
    ],
  },
  BACKEND_UNSUPPORTED_VERSION: {
    title: '不支持此版本',
    whole: ['库 {library}（{version}）的行为与其声称的版本不符。', '该库（{version}）的行为与其声称的版本不符。'],
    gist: '该库的行为与其声称的版本不符。',
    remedy: '请选择其他库。',
  },
  BUILD_FAILED: {
    title: '构建失败',
    gist: '库未能构建引擎。',
    remedy: [
      '{?workspace}有一层需要的内存多于 {workspace} MiB 的工作区：请增大 --workspace，或不指定它，让构建器使用全部内存。',
      '{?tacticSharedMemory}库需要的共享内存多于 {tacticSharedMemory} KiB：请增大 --tactic-shared-memory（通常为 48），或不指定它。',
      '{?targets}Turing（sm75）不支持以此类型计算该运算：请把 sm75 从目标中去掉，或把 FP16 写入计算图（--graph-precision fp16）。',
      '{?oneName}TensorRT 把同名的尺寸（包括“?”这样的名称）视为同一尺寸：请在 ONNX 文件中为它们各取名称，或为它们声明相同的尺寸。',
      '尺寸是假定的（{assumed}）：请声明模型接受的尺寸，然后重新构建。若尺寸合适，换一个目标或精度可能可行；日志中有库自己的说明。',
      '日志中有库自己的说明；换一个目标、精度或形状可能可行。',
    ],
  },
  BUILD_UNSUPPORTED_OPERATOR: {
    title: '库不支持的算子',
    whole: '库无法接受模型的 {errors.length} 个节点：{operators}。',
    gist: ['ONNX Runtime 没有算子 {nodes.0.operator}。', '库无法接受模型的 {errors.length} 个节点。', '库无法接受模型中的算子。'],
    remedy: '请在模型中替换该算子，用另一导出器或另一 opset 重新导出，或选择其他后端。',
  },
  READY_NOT_JUDGED: {
    title: '未判定 TensorRT 是否接受',
    whole: ['解析器在常量 {constants} 处停止，尚未检查各节点：可能还有其他种类的节点不被接受。', '未判定 TensorRT 是否接受此模型：{reason}。'],
    gist: '未判定 TensorRT 是否接受此模型。',
    remedy: [
      '{?constants}请在模型中转换其类型，重新转换后再检查。',
      '请选择 TensorRT 或 TensorRT-RTX 作为后端（TensorRT-RTX 检查时无需 GPU），并在“工具链”中确认它可用。',
    ],
  },
  BUILD_EMPTY_NETWORK: {
    title: '网络没有任何层',
    whole: '{path} 解析后的网络有 {layers} 层、{outputs} 个输出：没有可构建的内容。',
    gist: '网络没有任何层：没有可构建的内容。',
    remedy: '请确认这是正确的 ONNX 文件，或重新导出。',
  },
  BUILD_NOT_AS_REQUESTED: {
    title: '构建结果与要求不同',
    gist: '引擎与所要求的不同。',
    remedy: '请查看“请求与实得”表；去掉此库或此 GPU 做不到的选项。',
  },
  BACKEND_NEEDS_MODULE: {
    title: '此后端需要 PyTorch 模型',
    gist: 'Torch-TensorRT 只编译 PyTorch 模块或导出的程序。',
    whole: 'Torch-TensorRT 编译 PyTorch 模块或导出的程序，而此文件的格式是 {format}。',
    remedy: '请从生成它的 PyTorch 模型开始，或对此文件选择 tensorrt。',
  },
  TORCH_TENSORRT_BLOCKS: {
    title: 'Torch-TensorRT 的分块',
    gist: ['{operators} 个算子中有 {inEngines} 个进入 TensorRT 引擎。', '模型被分为 TensorRT 引擎和留在 PyTorch 中的块。'],
    remedy: 'PyTorch 与 TensorRT 之间的每次切换都要花时间：增大 --min-block-size 可减少块数，减小它可让更多算子进入 TensorRT，或替换留下的算子。',
  },
  PROFILE_NOT_KEPT: {
    title: '程序保留了自己的形状范围',
    gist: '导出的程序保留自己的尺寸范围，而不是所给的形状范围。',
    remedy: '请按所需的尺寸导出程序，或从 PyTorch 模型开始。',
  },
  BUILD_OPTION_UNSUPPORTED: {
    title: '库不支持此选项',
    whole: ['CPU 上的 ONNX Runtime 不构建引擎，因此没有 {options}。', '{?table}此库（{table}）没有 {value}。'],
    gist: ['此库（{library}）不接受选项 {option} {value}。', '此库（{library}）不接受选项 {option}。', '此库不支持该选项。'],
    remedy: ['{?options}请去掉这些选项，或选择 TensorRT 或 TensorRT-RTX。', '请将该选项保持默认，或选择支持它的库。'],
  },
  TARGET_NOT_THIS_GPU: {
    title: 'TensorRT 只能面向本机 GPU 构建',
    gist: ['此库只能面向所在的 GPU 构建，不能面向 {targets}。', '此库只能面向所在的 GPU 构建。'],
    remedy: '请去掉目标，在有该 GPU 的机器上构建，或选择 TensorRT-RTX。',
  },
  TARGET_UNKNOWN: {
    title: '未知目标',
    whole: ['此库不能面向 {target} 构建。', '{given} 不是计算能力。'],
    gist: '该目标未知。',
    remedy: ['请从中选择：{known}。', '{?given}请写成 sm 加两到三位数字，如 sm86；多个用逗号连接。', '请选择其他目标。'],
  },
  GPU_MISSING: {
    title: '未找到 GPU',
    whole: [
      '驱动（{driver}）没有显示任何 GPU（{reason}）。',
      '驱动（{driver}）没有显示任何 GPU。',
      '{?setting}本机设置选定的第 {device} 号 GPU 不在此处。现有：{gpus}。',
      '本机没有第 {device} 号 GPU。现有：{gpus}。',
    ],
    gist: ['本机没有第 {device} 号 GPU。', '这需要 GPU，而本机没有可用的 GPU。'],
    remedy: [
      '{?driver}请检查 GPU 是否插好、已通电，且没有被 CUDA_VISIBLE_DEVICES 隐藏。',
      '{?setting}请在设置或工具链中选择其他 GPU，或用 --device 为本次调用指定。',
      '{?device}请指定其中一个编号（--device），或不指定。',
      '请在有 NVIDIA GPU 的机器上运行，或选择 TensorRT-RTX 并指定目标，或选择 ONNX Runtime。',
    ],
  },
  DRIVER_MISSING: {
    title: '没有 NVIDIA 驱动',
    whole: [
      '本机没有可用的 NVIDIA 驱动：TensorRT-RTX 可面向指定目标构建引擎，但不能在此运行。原因：{reason}。',
      '本机没有可用的 NVIDIA 驱动：TensorRT-RTX 可面向指定目标构建引擎，但不能在此运行。',
    ],
    remedy: '在有 NVIDIA GPU 的机器上，请安装其驱动。其他机器无需操作：ONNX 一跳仍会判定。',
  },
  DRIVER_TOO_OLD: {
    title: '驱动版本过旧',
    whole: 'NVIDIA 驱动没有 {symbol}。',
    gist: 'NVIDIA 驱动版本过旧。',
    remedy: '请安装更新的 NVIDIA 驱动。',
  },
  OUT_OF_GPU_MEMORY: {
    title: '显存不足',
    gist: ['{?errors}构建期间显存用尽。', '可用显存不足。'],
    remedy: '请关闭其他占用 GPU 的程序，或减小工作区或形状。',
  },
  REFIT_INCOMPLETE: {
    title: '引擎未获得全部权重',
    gist: '权重来源不完整或不匹配，引擎未能重新装入权重，因此没有写出任何文件。',
    remedy: '请提供构建该引擎的同一 ONNX，或名称与之一致的检查点；名称列在依据中。',
  },
  TIMING_UNRELIABLE: {
    title: '计时结果须谨慎看待',
    gist: '测得的时间受启动、传输或时钟波动影响。',
    remedy: '请锁定时钟（nvidia-smi -lgc），停止其他占用 GPU 的程序，或用 --duration 延长计时。',
  },
  TIMING_NOT_AS_ASKED: {
    title: '有些项目无法测量',
    gist: '有些项目无法测量；引擎本身没有问题。',
    remedy: '请查看未使用 CUDA 图的那一行，或用 nvidia-smi 观察时钟。',
  },
  LAYERS_NOT_TIMED: {
    title: '各层没有时间',
    gist: '各层取自运行文件夹，没有时间。',
    remedy: '请在能运行该引擎的 GPU 上再次列出各层。',
  },
  BUILD_NOT_QUANTIZED: {
    title: '模型未量化',
    whole: '要求 {precision}，但 ONNX 文件中没有 QuantizeLinear 或 DequantizeLinear 节点：其中没有任何量化。',
    gist: 'ONNX 文件中没有量化节点。',
    remedy: '请先量化模型（用 TensorRT Model Optimizer，或 onnxruntime.quantization 的 QDQ 格式），或选择其他精度。',
  },
  PLUGIN_NOT_LOADED: {
    title: '插件库无法加载',
    whole: '插件库 {path} 不能使用：{reason}。',
    gist: '插件库不能使用。',
    remedy: '请选择为本系统和此版本 TensorRT 构建的库，或去掉它。',
  },
  TIMING_CACHE_MISS: {
    title: '有策略不在计时缓存中',
    gist: '有策略不在计时缓存中，而构建被要求在此时失败。',
    remedy: '请先不带该选项构建一次以填充缓存，再带该选项构建。',
  },
  TIMING_CACHE_UNUSABLE: {
    title: '未使用计时缓存',
    gist: ['计时缓存 {path} 已损坏，或由其他库或 GPU 生成。', '计时缓存已损坏，或由其他库或 GPU 生成。'],
    remedy: '请指定另一个文件，或不指定以使用本机的缓存。',
  },
  RUN_OPTION_UNSUPPORTED: {
    title: '引擎不能这样运行',
    gist: ['{?backend}{option} 不能用于该引擎（{backend}）。', '{option} 不能用于该引擎或此版本的库。', '该选项不能用于该引擎或此版本的库。'],
    remedy: '权重预算：请以 --weight-streaming 构建引擎（须为强类型网络），或不给预算。运行时缓存：仅 TensorRT-RTX 具备，请不要给出。',
  },
  WEIGHT_BUDGET_CHANGED: {
    title: '实际的权重预算不同',
    whole: '要求的权重预算为 {requestedBytes}，实际为 {budgetBytes}；可流式传输的权重共 {streamableBytes}。',
    gist: '实际的权重预算与要求的不同。',
    remedy: '无需操作；如需流式传输权重，请给出更小的预算。',
  },
  RUNTIME_CACHE_UNUSABLE: {
    title: '运行时缓存未能照原样使用',
    gist: ['运行时缓存 {path} 未能照原样使用。', '运行时缓存未能照原样使用。'],
    remedy: '本机的缓存会重新建立，无需操作；若是自己的文件，请指定另一个，或不指定以使用本机的缓存。',
  },
  TACTICS_SKIPPED: {
    title: '部分策略被跳过',
    whole: '{skipped} 个策略因显存不足被跳过，最大的需要 {largestGB} GB：引擎可能不如应有的快。',
    gist: '构建器跳过了部分策略：引擎可能不如应有的快。',
    remedy: [
      '工作区被限制为 {workspaceMiB} MiB：请增大它。或关闭其他占用 GPU 的程序，使用更小的最大形状，或在显存更大的 GPU 上构建。',
      '请关闭其他占用 GPU 的程序，使用更小的最大形状，或在显存更大的 GPU 上构建。',
    ],
  },
  REFIT_ALL_ZERO: {
    title: '权重全为零',
    whole: '{hop}：输出 {output} 全为零，因为引擎去掉了权重且尚未重新填入。',
    gist: '输出全为零，因为引擎去掉了权重且尚未重新填入。',
    remedy: '请先用 ONNX 文件的权重重新填充引擎再运行，或构建时保留权重。',
  },
  EXPORT_NOT_BUILT: {
    title: '尚无可导出的结果',
    whole: '{folder} 中的运行没有完成构建，因此没有可导出的内容。',
    gist: '该运行没有完成构建，因此没有可导出的内容。',
    remedy: '请先运行到构建步骤。',
  },
  EXPORT_NOT_PROVEN: {
    title: '导出的结果未经证明',
    gist: ['所导出的引擎未通过验证，或尚未判定（结论：{verdict}）。', '所导出的引擎尚未判定：还不知道其输出是否与模型一致。'],
    remedy: '请在能运行该引擎的机器上验证（enginesmith validate RUN），再重新导出。',
  },
  ENGINE_INCOMPATIBLE: {
    title: '引擎与本机不兼容',
    gist: '该引擎不能在本机运行。',
    remedy: '请在构建时面向的 GPU 和库版本上运行，或为本机重新构建。',
  },
  ENGINE_HEADER_INVALID: {
    title: '无法读取的引擎文件',
    gist: ['库写出的 {path} 无法作为引擎读取。', '该文件无法作为引擎读取。'],
    remedy: '请查看日志，并重新构建。',
  },
  ENGINE_PREFIXED: {
    title: '引擎前有元数据',
    whole: '该文件以 {planOffset} 字节的元数据开头（Ultralytics 的写法）；其他工具会以 "magicTag" 拒绝它。',
    gist: '该文件以元数据开头（Ultralytics 的写法）。',
    remedy: '此处无需操作：会使用其后的引擎。供其他工具使用时，请另存为不带前缀的副本（inspect --plain-engine）。',
  },
  ENGINE_HOST_CODE: {
    title: '引擎包含主机代码',
    gist: '该引擎带有会在主机上执行的代码，未经同意不会加载。',
    remedy: [
      '{?path}只有信任其来源时才允许此文件：--allow-host-code {sha256}；否则请用 ONNX 文件自行构建。',
      '只有信任其来源时才加载；否则请用 ONNX 文件自行构建。',
    ],
  },
  ENGINE_NOT_RUN: {
    title: '引擎尚未运行',
    gist: ['引擎没有在本机运行，因此其各跳未判定（构建目标 {builtFor}）。', '引擎没有在本机运行，因此其各跳未判定。'],
    remedy: [
      '{?backend}请把运行文件夹复制到有相应 GPU 的机器上，运行：enginesmith validate RUN。文件夹带回后结果会合并。',
      '{?tensor}请以普通的输入输出类型和线性格式构建引擎。',
      '日志中有库自己的说明；请为此 GPU 重新构建引擎。',
    ],
  },
  VERDICT_KEPT: {
    title: '保留另一台机器的结论',
    whole: '此处无法判定引擎，因此保留 {at} 在 {where} 上得到的结论：{verdict}。',
    gist: '此处无法判定引擎，因此保留在另一台机器上得到的结论。',
    remedy: '无需操作；如需重新判定，请在能运行该引擎的机器上再次验证。',
  },
  VERDICT_MERGED: {
    title: '另一台机器的结论已并入',
    whole: '{from} 的结论已并入此运行：{verdict}，{at} 在 {where} 上判定。',
    gist: '副本的结论没有取代此处的结果，已保存在历史中。',
    remedy: '无需操作：先前的结果保存在运行文件夹的 history 中。',
  },
  HOP_NOT_JUDGED: {
    title: '有一项比较未判定',
    whole: '{name} 的类型为 {dtype}，ONNX Runtime 无法从此处接收。',
    gist: ['{hop}：输出 {output} 未判定。', 'ONNX Runtime 未能运行 {path}，因此该跳未判定。', 'ONNX 文件未能在 ONNX Runtime 上运行，因此该跳未判定。'],
    remedy: [
      '{?dtype}请导出输入和输出为 float32 或 float16 的模型，以便在 ONNX Runtime 上判定。',
      `{?output}${otherInputs}`,
      '请检查输入的形状和类型，或用另一导出器重新导出。',
    ],
  },
  NOTHING_TO_COMPARE: {
    title: '没有可比较的内容',
    whole: ['该运行没有完成的构建，因此没有可验证的内容{?folder}。', '没有比较任何内容：没有可与结果对照的另一侧。'],
    remedy: ['{?folder}请先运行前面的阶段，再验证。', '请从 PyTorch 模型开始，或用 --expect FILE.npz 给出正确答案，或在能运行该引擎的机器上验证。'],
  },
  OUTPUT_MISMATCH: {
    title: '有值超出容差',
    whole: [
      '{hop}：输出 {output} 超出容差；{compared} 个值中有 {mismatched} 个不符，最大绝对误差 {maxAbs}，通过所需的 atol 为 {requiredAtol}。',
      '{hop}：输出 {output} 超出容差；{compared} 个值中有 {mismatched} 个不符。',
    ],
    gist: ['{hop}：输出 {output} 超出容差。', '有输出超出容差。'],
    remedy: '请查看误差产生的阶段及其直方图；换一个导出器或精度，或使用有依据的容差。',
  },
  OUTPUT_NAN: {
    title: '输出包含 NaN 或无穷大',
    gist: ['{hop}：输出 {output} 在参考为数值处含有 NaN 或无穷大。', '有输出在参考为数值处含有 NaN 或无穷大。'],
    remedy: '请查找溢出：用更高的精度构建，或检查产生它的算子。',
  },
  OUTPUT_ZERO: {
    title: '输出全为零',
    gist: ['{hop}：输出 {output} 全为零或同一个数，而参考不是。', '有输出全为零或同一个数，而参考不是。'],
    remedy: '权重可能缺失：请重新填充去掉权重的引擎或保留权重重新构建，并确认输入传到了模型。',
  },
  OUTPUT_MISSING: { title: '缺少输出', whole: '{hop}：缺少输出 {output}。', gist: '缺少一个输出。', remedy: bothNames },
  OUTPUT_EXTRA: { title: '多出的输出', whole: '{hop}：参考中没有输出 {output}。', gist: '有参考中没有的输出。', remedy: bothNames },
  OUTPUT_SHAPE: {
    title: '输出形状不同',
    gist: ['{hop}：输出 {output} 的形状与参考不同。', '有输出的形状与参考不同。'],
    remedy: '请重新导出：某个尺寸可能被固定为样例的值。',
  },
  OUTPUT_DTYPE: {
    title: '输出类型不同',
    gist: ['{hop}：输出 {output} 的类型与参考不同。', '有输出的类型与参考不同。'],
    remedy: '请重新导出，并把该输出转换为参考的类型。',
  },
  REFERENCE_CONSTANT: {
    title: '参考输出为常量',
    gist: ['{hop}：输出 {output} 无法判定：参考本身处处相同。', '输出无法判定：参考本身处处相同。'],
    remedy: '请换用能使该输出变化的输入，例如真实数据。',
  },
  REFERENCE_NAN: {
    title: '参考输出包含 NaN',
    whole: '{hop}：输出 {output} 两侧有 {bothNan} 处同为 NaN，按相等计。',
    gist: ['{hop}：输出 {output} 无法判定：参考只有 NaN。', '输出无法判定：参考只有 NaN。'],
    remedy: ['{?bothNan}请确认模型对这些输入本应给出 NaN。', '请换用能使模型给出数值的输入。'],
  },
  NUMBER_NOT_FINITE: {
    title: '存在非有限数',
    whole: '有 {places.length} 个数为 NaN 或无穷，显示为 null。',
    gist: '有数为 NaN 或无穷，显示为 null。',
    remedy: '具体位置见证据；原因在被比较的值中。',
  },
  EXPECT_INVALID: {
    title: '预期结果不符合要求',
    whole: [
      '正确答案属于一组输入，而该运行有 {sets} 组。',
      '{path} 含有 {arrays}，其中没有一个是模型的输出（{outputs}）。',
      '{path} 含有 {answers} 的正确答案，而该运行的输入不是同样的各组。',
    ],
    gist: ['无法读取正确答案 {path}。', '无法读取正确答案。'],
    remedy: [
      '{?sets}请只用一组输入运行（load.sets 为 1，或用 --inputs）。',
      '{?answers}请将同一文件夹交给 --inputs，或两者都只给一组。',
      '请用 numpy.savez 以模型输出的名称保存正确答案。',
    ],
  },
} as const satisfies SomeFindings
