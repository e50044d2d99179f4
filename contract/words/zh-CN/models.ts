import type { SomeFindings } from '../words'

/** Load and Convert. */
export const models = {
  LOAD_UNSAFE_GLOBALS: {
    title: '已拒绝加载全局名称',
    whole: [
      '{?sha256}该文件引用了 {names.length} 个 PyTorch 安全加载所拒绝的 Python 名称：{names}。未加载该文件。',
      '{path} 引用了 {names.length} 个 PyTorch 安全加载所拒绝的 Python 名称：{names}。',
    ],
    gist: ['该文件引用了 {globals.length} 个权重文件用不到的类或函数：{globals}。未执行任何代码。', 'PyTorch 拒绝安全地读取该文件。未执行任何代码。'],
    remedy: [
      '{?legacy}这是 torch 1.6 之前整体保存的模块，无法逐一允许名称：请重新保存（最好只保存 state_dict），或仅信任该文件一次（--trust-once {sha256}）。',
      '若清楚该文件的来源，可仅为此文件允许这些名称（--allow-listed {sha256}，或在加载步骤中）；否则请获取其 state_dict 或 .safetensors。',
      '请仅保存权重（torch.save(model.state_dict(), …)）并填写模型类，或使用 .safetensors 文件。只有信任其来源时才允许加载。',
    ],
  },
  LOAD_DANGEROUS_PICKLE: {
    title: '该 pickle 会执行有害代码',
    whole: ['加载 {path} 会执行触及系统的代码：{dangerous}。', '{?sha256}加载该文件会执行危险的代码：{names}。未加载该文件。'],
    gist: ['{path} 在读取时会执行危险的代码。未执行任何代码。', '该文件在读取时会执行危险的代码。未执行任何代码。'],
    remedy: '不要加载此文件。请获取 .safetensors 格式的权重，或从信任的来源获取。',
  },
  LOAD_SCAN_FAILED: {
    title: '无法扫描该 pickle',
    whole: '{?sha256}无法查明加载该文件时会执行什么，因此未加载。',
    gist: ['无法查明加载 {path} 时会执行什么。', '无法查明加载该文件时会执行什么。'],
    remedy: '请重新获取该文件；若仍如此，请获取 .safetensors 格式的权重。',
  },
  LOAD_LEGACY_MODULE: {
    title: '此格式无法逐一允许名称',
    whole: '{path} 是 torch 1.6 之前格式的整体模块，其中带有类的源代码：无论允许哪些名称，torch 的安全加载都会拒绝它。',
    gist: '该文件是 torch 1.6 之前格式的整体模块，无论允许哪些名称，安全加载都会拒绝它。',
    remedy: '请在生成它的环境中用 torch 1.6 或更新版本重新保存，最好只保存 state_dict；或在隔离的工作进程中仅信任该文件一次。',
  },
  LOAD_NAMES_ALLOWED: {
    title: '已按允许的名称加载',
    whole: '已为 {path} 允许 {names.length} 个 Python 名称：{names}。',
    gist: '加载时用到了您为该文件允许的 Python 名称。',
    remedy: '无需操作。已记住的名称可在设置中撤销。',
  },
  LOAD_TRUSTED_ONCE: {
    title: '按仅信任一次加载',
    gist: '该文件按仅信任一次加载，在单独的工作进程中。',
    whole: [
      '{?isolated}因为您仅信任一次，若安全加载拒绝 {path}，则将其完整加载：在单独的工作进程中，使用临时主目录，没有网络。',
      '因为您仅信任一次，若安全加载拒绝 {path}，则将其完整加载：在单独的工作进程中，使用临时主目录，但有网络。',
    ],
    remedy: '无需操作。相同权重的 state_dict 或 .safetensors 不需要信任。',
  },
  LOAD_NOT_ISOLATED: {
    title: '本机上不隔离',
    gist: '仅信任一次的文件在本机上不隔离：其代码可以使用网络，也能读取您的文件。',
    whole: '仅信任一次的文件在本机上不隔离：{reason}。其代码可以使用网络，也能读取您的文件。',
    remedy: '请只信任您自己也愿意运行的文件，或在允许程序创建用户命名空间的 Linux 机器上加载。',
  },
  LOAD_CLASS_MISSING: {
    title: '无法导入模型类',
    whole: '{?classes}模块 {module} 中没有类 {class}。',
    gist: ['无法从模块 {module} 导入模型类 {class}。', '无法导入模块 {module}。', '{class} 不是可用的模型类。', '无法导入模型类。'],
    remedy: [
      '{?environments}以下 Python 环境中装有模块 {module}，请选用（--python）：{environments}。',
      '请把其中之一写成 module:Class：{classes}。',
      '{?module}请选择包含模块 {module} 的项目文件夹，或装有它的 Python 环境；也可仅保存 state_dict 并填写模型类。',
      '请填写 nn.Module 类，或返回它的函数。',
    ],
  },
  LOAD_CLASS_NEEDED: {
    title: '文件仅包含权重',
    whole: ['{path} 仅包含权重；如何计算写在模型的 Python 类中。', '该文件（{format}）仅包含权重：必须填写其所属的模型类。'],
    gist: '该文件仅包含权重：必须填写其所属的模型类。',
    remedy: '请在加载步骤中或用 --model 把类写成 module:Class，并选择其代码所在的项目文件夹（--project）。',
  },
  LOAD_HALF_PRECISION: {
    title: '权重以半精度保存',
    whole: '该模型的全部权重以 {dtype} 保存。输入为 float32 时，权重会无损地扩展为 float32；输入为 {dtype} 时，模型按保存时的精度计算。',
    gist: '该模型的全部权重以半精度保存。',
    remedy: ['请声明 float32 输入，并在计算图或构建中选择更低的精度；若要从一开始就按 {dtype} 计算，请声明 {dtype} 输入。', '请声明 float32 输入。'],
  },
  LOAD_CLASS_UNCONFIRMED: {
    title: '模型类尚未确认',
    whole: [
      '{rows} 行指定了本机上还没有人确认可以导入的类：{classes}。未为其导入任何代码。',
      '配方指定了类 {model}，而本机上还没有人确认可以导入其代码。未导入任何代码。',
    ],
    gist: '配方指定的类尚未在本机确认。',
    remedy: [
      '若您了解这些配方的来源和这些类的作用，请在同一命令后加上 {flags} 再运行。',
      '若您了解该配方的来源和该类的作用，请在加载步骤或批处理的计划表中确认，或用 --model {model} 或 --allow-class {model} 给出。',
      '若您了解该配方的来源和该类的作用，请在加载步骤或批处理的计划表中确认，或用 --model 或 --allow-class 给出。',
    ],
  },
  LOAD_STATE_DICT_MISMATCH: {
    title: '权重与模型类不匹配',
    whole: '权重与类 {class} 不匹配：缺少 {counts.missing} 个键，多出 {counts.unexpected} 个键，{counts.misshapen} 个键的形状不同。',
    gist: ['权重与类 {class} 不匹配。', '权重与模型类不匹配。'],
    remedy: ['设置键名前缀 {prefix} 后，全部键和形状都匹配（以 + 开头表示添加，否则表示去除）。', '请检查类及其参数是否与训练时相同。'],
  },
  LOAD_FAILED: {
    title: '加载失败',
    whole: '输入 {input} 是数值，不是张量。',
    gist: [
      '导入模块 {module} 时出错（{frame.file}，第 {frame.line} 行）。',
      '导入模块 {module} 时出错。',
      '模型代码出错（{frame.file}，第 {frame.line} 行）。',
      '无法加载 {path}。',
      '模型代码在样例输入上出错：{inputs}。',
      '无法加载该模型。',
    ],
    remedy: [
      '{?module}请改正该模块，并把脚本代码放到 if __name__ == "__main__": 之下。',
      '{?inputs}请检查输入，并在模型自己的环境中运行。',
      '请确认该文件能在生成它的环境中打开，并在此选择该环境；也可用当前的 PyTorch 重新保存或导出。',
    ],
  },
  MODEL_ARGS_INVALID: {
    title: '模型类的参数不正确',
    gist: '无法用这些参数创建模型类。',
    remedy: ['其签名为 {signature}。位置参数用数组，关键字参数用对象。', '位置参数用 JSON 数组，关键字参数用 JSON 对象。'],
  },
  CONVERT_FAILED: {
    title: '转换失败',
    whole: '张量 {name} 的类型为 {dtype}，没有可写出的普通数值。',
    gist: [
      '应可变的尺寸被模型代码固定：{frozen}。',
      'ONNX 没有模型所用的算子 {operators}（{frame.file}，第 {frame.line} 行）。',
      'ONNX 没有模型所用的算子 {operators}。',
      '{exporter} 导出器无法转换此模型（{frame.file}，第 {frame.line} 行）。',
      '{exporter} 导出器无法转换此模型。',
      '导出器没有写出 ONNX 文件。',
    ],
    remedy: [
      '{?frozen}请在输入中把该尺寸填写为数值，或修改固定它的代码。',
      '{?operators}请在模型中替换这些算子，或改用另一导出器。',
      '{?dtype}请把权重保存为普通数值：实部与虚部分开，量化值先反量化。',
      '请改用另一导出器，或换一个 opset；日志中有导出器自己的说明。',
    ],
  },
  CONVERT_TRACE_CONSTANT: {
    title: '跟踪导出固定了形状或分支',
    whole: '计算图未使用输入 {inputs}：导出器已将其去掉。',
    gist: ['跟踪导出把样例中的一个值当成了常量（{file}，第 {line} 行）。', '跟踪导出把样例中的一个值当成了常量。'],
    remedy: [
      '{?inputs}若模型应依赖该输入，请改用 dynamo 导出器；否则请从输入中去掉它。',
      '请用第二种形状检查结果；若该处必须随输入变化，请对其使用 script 或改用 dynamo 导出器。',
    ],
  },
  CONVERT_OPSET_RAISED: {
    title: '导出器提高了 opset',
    whole: '要求 opset {asked}，{exporter} 导出器写出了 opset {written}。',
    gist: '导出器写出了更高的 opset。',
    remedy: '可直接使用；若需要较低的 opset，请选择 torchscript 导出器。',
  },
  CONVERT_EXPORTER_FALLBACK: {
    title: '使用了其他导出器',
    whole: '{asked} 导出器不接受这种模型，因此使用了 {used} 导出器。',
    gist: '使用了其他导出器。',
    remedy: '无需操作；若要使用原来的导出器，请转换原始模型。',
  },
  CONVERT_NOT_NEEDED: {
    title: '文件已是 ONNX',
    whole: '文件已是 ONNX，因此没有转换。',
    remedy: '无需操作。没有可与之比较的 PyTorch 模型。',
  },
  CONVERT_MISMATCH: {
    title: '结果与 PyTorch 不一致',
    whole: '{?keepsState}该模型会保留状态：对同一输入，每次调用的结果不同，因此没有唯一的答案可与文件比较。',
    gist: '转换出的文件与 PyTorch 模型的结果不同。',
    remedy: ['{?keepsState}请把状态改为 forward 的输入和输出，或在 forward 中重置它，然后重新转换。', '请改用另一导出器或另一种方式，或换一个 opset。'],
  },
  CONVERT_TARGET_UNSUPPORTED: {
    title: '不支持此转换',
    whole: '{format} 文件不能写成 {target}。',
    gist: '不支持该转换。',
    remedy: '请使用生成它的 PyTorch 文件。',
  },
  CONVERT_SECOND_UNCHECKED: {
    title: '只在样例上检查过',
    gist: '结果只在样例上检查过：模型不接受所尝试的其他输入。',
    remedy: '若模型的执行路径取决于输入，请给出多组输入（--sets 或输入文件）。',
  },
  CONVERT_WEIGHTS_CHOSEN: {
    title: '权重取自检查点中的一项',
    gist: ['权重取自 {taken}。', '权重取自文件顶层。'],
    remedy: '若要取其他项，请单独保存它：torch.save(checkpoint[name], path)。',
  },
  CONVERT_WTS_FLOAT32: {
    title: '已转换为 float32',
    gist: '.wts 文件只存放 float32，因此其他类型的张量已被转换。',
    remedy: '若读取程序（如 TensorRTX）如此要求，则无需操作；原来的类型记录在名称表中。',
  },
  CONVERT_SHARED_TENSORS: {
    title: '共享内存的张量已分别写出',
    gist: '模型中有张量共享内存，它们已分别写出。',
    remedy: '无需操作：把文件加载进模型时会重新共享。',
  },
  CONVERT_SIMPLIFY_FAILED: {
    title: '未能简化计算图',
    gist: '没有采用简化后的计算图，保留了导出器写出的原图。',
    remedy: '原图可以照常使用；详情见日志。',
  },
  CONVERT_PRECISION_FAILED: {
    title: '无法写入该精度',
    gist: '无法将所选精度写入计算图。',
    remedy: '请让相关节点保持 FP32（--keep-fp32），或不写入精度进行构建。',
  },
  CONVERT_BF16_ROUNDED: {
    title: 'BF16 以舍入方式比较',
    gist: 'BF16 计算图以 FP32 计算、每个值舍入为 BF16 的方式与 FP32 比较：ONNX Runtime 在此处理器上没有 BF16 内核。',
    remedy: '引擎自身的数值请在 GPU 上验证。',
  },
  CONVERT_CALIBRATION_RANDOM: {
    title: '使用随机值校准',
    gist: 'INT8 的范围由随机样例得出，不能代表真实数据。',
    remedy: '请用 --inputs 给出真实样例，或在加载步骤中选择输入文件。',
  },
  EXPORT_LIFTED_PARAMETERS: {
    title: '参数被提升为输入',
    whole: '{path} 的计算图有 {expected} 个输入（{inputs}），而调用模型只给出 {got} 个：权重成了输入，却没有给出。',
    gist: ['{path} 的权重是其计算图的输入，但没有给出。', '权重是计算图的输入，但没有给出。'],
    remedy: [
      '{?inputs}请用 PyTorch 2.5 或更新版本从原始模型重新导出；其 ep.module() 会给出权重。',
      '请用 PyTorch 2.5 或更新版本重新导出；ep.module() 会把权重放回原处。',
    ],
  },
  EXPORT_MISSING_ATTRIBUTE: {
    title: '导出图缺少属性',
    whole: '{path} 的计算图使用了文件中没有的 {attributes}。',
    gist: '计算图使用了文件中没有的属性。',
    remedy: '请用 PyTorch 2.5 或更新版本从原始模型重新导出；该文件本身无法修复。',
  },
  EXPORT_CUSTOM_OP: {
    title: '自定义算子',
    whole: [
      '{?library}用于注册算子的库 {library} 无法导入。',
      '{?checks}已查找其他库的算子，并逐个做了小检查：{operators}。',
      '计算图使用了 PyTorch 自身没有、须由其他库注册的算子：{operators}。',
    ],
    gist: '计算图使用了须由其他库注册的自定义算子。',
    remedy: [
      '{?library}请更正库名，选择装有它的 Python 或项目文件夹，或将其移除。',
      '请在加载步骤中或用 --import 给出注册 {namespaces} 的库，或选择装有它的 Python；随后会查找其中的算子并做小检查。',
      '请在加载步骤中或用 --import 给出注册这些算子的库，或选择装有它的 Python。',
    ],
  },
  EXPORT_SYMBOLIC_SHAPE: {
    title: '符号形状超出范围',
    gist: ['{path} 的一个符号尺寸在读取时上下界矛盾。', '一个符号尺寸在读取时上下界矛盾。'],
    remedy: 'PyTorch 2.4 会写出这样的文件，2.5 不会：请用 2.5 或更新版本重新导出，且样例中可变尺寸不小于 2。',
  },
  ONNX_INVALID: {
    title: 'ONNX 文件无效',
    whole: ['{path} 把权重放在其文件夹之外（{locations}），ONNX 不允许这样做。', '{path} 的 {name} 类型为 {type}，不是数值张量。'],
    gist: ['{path} 不是有效的 ONNX 文件，或 ONNX Runtime 不接受它。', '该 ONNX 文件无效。'],
    remedy: [
      '{?locations}请重新导出，并把数据文件放在它旁边。',
      '{?type}请导出输入和输出都是普通张量的模型。',
      '请重新获取该文件，或用另一导出器、另一 opset 重新导出。',
    ],
  },
  ONNX_EXTERNAL_DATA_MISSING: {
    title: '缺少 ONNX 外部权重',
    whole: [
      '{path} 把权重放在其他文件中：缺少 {missing}；过短 {short}。',
      '{path} 把权重放在其他文件中，其中过短的有：{short}。',
      '{path} 把权重放在其他文件中，其中缺少：{missing}。',
    ],
    gist: ['无法读取 {path} 放在其他文件中的权重。', '无法读取该 ONNX 放在其他文件中的权重。'],
    remedy: '请把完整的数据文件以完全相同的名称放在 ONNX 文件旁边。',
  },
} as const satisfies SomeFindings
