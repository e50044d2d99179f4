import type { SomeFindings } from '../words'

/** Input files, usage, recipes, output folders, inputs and shapes. */
export const files = {
  FILE_NOT_FOUND: {
    title: '找不到文件',
    whole: ['{path} 的权重分布在多个文件中，其中有些不在它旁边：{missing}。', '{path} 不存在，或已被移走。', '{?id}该运行已不存在。'],
    gist: '文件不存在，或已被移走。',
    remedy: ['{?missing}请把这些文件以完全相同的名称放到同一文件夹。', '{?id}请刷新列表。', '请检查路径，或重新选择文件。'],
  },
  FILE_IS_DIRECTORY: {
    title: '这是文件夹，不是模型文件',
    whole: '{path} 是文件夹，不是文件。',
    gist: '这是文件夹，不是文件。',
    remedy: '请选择其中的模型文件。',
  },
  FILE_UNREADABLE: {
    title: '无法读取文件',
    whole: ['{path} 中的 {member} 解压后有 {bytes} 字节，超过此处允许的 {limit} 字节。', '系统无法读取 {path}（{system}）。'],
    gist: ['无法读取 {path} 中的 {member}。', '无法读取 {path}。', '无法读取该文件。'],
    remedy: [
      '{?limit}该文件可能已损坏，或是压缩炸弹。请从其他来源获取。',
      '{?member}请不加密码、以存储或 deflate 方式重新保存该文件。',
      '请检查读取权限、磁盘或网络共享，或把文件复制到自己的文件夹后再试。',
    ],
  },
  FILE_EMPTY: {
    title: '文件为空',
    whole: '{path} 为空：0 字节。',
    gist: '文件为空：0 字节。',
    remedy: '请重新获取该文件；复制、下载或导出时没有写入任何内容。',
  },
  FILE_TRUNCATED: {
    title: '文件不完整',
    gist: ['{path} 不完整或已损坏。', '文件不完整或已损坏。'],
    remedy: '复制或下载可能被中断。请重新获取该文件，并与原文件比较大小。',
  },
  FILE_CHANGED: {
    title: '文件在运行期间被改动',
    whole: [
      '{path} 自本次运行开始后已改变：原为 {before} 字节，现为 {now} 字节。',
      '{?expected}{path} 不是本次运行生成的文件：其内容已改变。',
      '{path} 在读取期间被改动或移走。',
    ],
    gist: '文件在读取期间被改动或移走。',
    remedy: ['{?before}请为改动后的文件新建运行。', '{?expected}请重新运行生成它的阶段。', '请等待写入它的程序结束后再试。'],
  },
  FILE_UNKNOWN_FORMAT: {
    title: '无法识别的模型格式',
    gist: ['{path} 不是已知的模型格式。', '这不是已知的模型格式。'],
    remedy: '请选择 PyTorch、TorchScript、torch.export、safetensors、ONNX、.wts 或引擎文件。',
  },
  FILE_EXTENSION_MISLEADS: {
    title: '扩展名与内容不符',
    whole: '{path} 的扩展名是 {ending}，但内容是 {format}；以内容为准。',
    gist: '扩展名与内容不符；以内容为准。',
    remedy: '此处无需操作；若名称会使其他工具误解，请重命名。',
  },
  USAGE: {
    title: '用法不正确',
    whole: '应用不会打开此地址：{url}',
    gist: ['{spec} 的写法不正确。', '给出的内容无法使用。'],
    remedy: [
      '{?url}若信任该地址，请在浏览器中打开。',
      '{?spec}输入写成 名称:类型:尺寸，如 x:float32:Nx3x224x224；形状范围写成 名称:最小/最优/最大，如 x:1x3x32x32/4x3x32x32/8x3x32x32。',
      '请改正后再试；若反复出现，请报告。',
    ],
  },
  UNKNOWN_FLAG: {
    title: '未知选项',
    whole: '没有 {flag} 这个选项。',
    gist: '有一个选项未知。',
    remedy: ['是否想输入 {nearest}？', '请用 --help 查看全部选项。'],
  },
  RECIPE_INVALID: {
    title: '配方无效',
    gist: ['{path} 不是有效的配方。', '配方无效。'],
    remedy: '请与 docs/schemas/recipe.json 对照；配方只包含四个阶段的选项。',
  },
  OUT_EXISTS: {
    title: '输出文件已存在',
    whole: '{path} 已存在。',
    gist: '输出文件已存在。',
    remedy: '请换一个文件名，或用 --force 替换该文件。',
  },
  OUT_NOT_A_RUN: {
    title: '该文件夹不是此文件的运行',
    whole: ['{folder} 中是另一输入（{input}）的运行。', '{folder} 不为空，且其中没有运行：{entries}。', '{folder} 不是运行文件夹。'],
    gist: '该文件夹不是运行文件夹。',
    remedy: [
      '{?input}请选择新的输出文件夹，或同一文件先前运行的文件夹。',
      '{?entries}请选择空的或新的输出文件夹；此文件夹中未写入任何内容。',
      '请选择先前运行写入的文件夹，或换一个输出文件夹。',
    ],
  },
  OUT_NOT_WRITABLE: {
    title: '无法写入输出文件夹',
    whole: ['{folder} 为只读：该运行可以查看，但不能更改。', '无法写入 {path}（{system}）。'],
    gist: ['无法写入 {path}。', '无法写入输出文件夹。'],
    remedy: ['{?folder}请把该文件夹复制到可写入的位置，再从那里打开。', '请选择已存在且本账户可写入的文件夹。'],
  },
  RUN_BUSY: {
    title: '另一进程正在使用此运行',
    whole: ['主机 {host} 上的进程 {pid} 正在 {folder} 中工作。', '{folder} 中的运行正在进行，或已打开。'],
    gist: '该运行正在进行。',
    remedy: '请等待其结束，或取消、关闭该运行，或换一个输出文件夹。',
  },
  RUN_UNREADABLE: {
    title: '无法读取运行文件夹',
    whole: '{?id}列表中已没有该运行。',
    gist: ['{folder} 中没有可读取的运行。', '无法读取该运行。'],
    remedy: [
      '{?id}若其文件夹已移动，请直接打开该文件夹。',
      '{?reason}请用写入它的程序版本打开，或在新文件夹中重新运行该模型；artifacts 中的文件未受影响。',
      '请给出运行写入的文件夹，即含有 run.json 的那个。',
    ],
  },
  DISK_FULL: {
    title: '磁盘空间不足',
    whole: ['此步骤可能需要 {neededBytes}，而 {folder} 所在磁盘还剩 {freeBytes}。', '写入 {path} 时磁盘空间已用尽。'],
    gist: '磁盘空间已用尽。',
    remedy: '请释放磁盘空间，或选择另一磁盘上的文件夹。',
  },
  PATH_TOO_LONG: {
    title: '路径过长',
    whole: '路径超过本系统允许的长度：{path}',
    gist: '路径超过本系统允许的长度。',
    remedy: '请缩短名称，或移到更靠近根目录的文件夹。',
  },
  INPUTS_UNKNOWN: {
    title: '未知的模型输入',
    whole: '{?lines}该文件没有说明模型的输入。',
    gist: ['{path} 没有说明其全部输入。', '该文件没有说明模型的输入。'],
    remedy: ['请填写输入，并把其中的类型和尺寸换成模型自己的：{lines}', '请填写输入，写成 --input 名称:类型:尺寸，例如 --input x:float32:Nx3x224x224。'],
  },
  INPUTS_ASSUMED: {
    title: '输入为推定值',
    whole: '该文件没有说明模型的输入，因此采用了生成它时的输入：{lines}',
    gist: '该文件没有说明模型的输入，因此采用了推定的输入。',
    remedy: '若不合适，请填写其他输入。',
  },
  INPUTS_INVALID: {
    title: '输入不符合要求',
    whole: [
      '范围 {low} 到 {high} 不适合 {input} 的类型 {dtype}。',
      '输入文件含有数组 {arrays}，而模型的输入是 {inputs}。',
      '输入文件 {path} 缺少 {missing}。',
      '模型需要输入 {name}，而 {path} 中没有。',
      '{input} 的样例在 {symbol} 上没有元素。',
      '参考有 {reference} 组输入，候选有 {candidate} 组；两者应相同。',
    ],
    gist: [
      '给出的输入（{given}）与 forward 的参数（{forward}）不符。',
      '模型不接受这些元素类型的输入：{inputs}。',
      '数组 {array} 无法使用。',
      '{path} 中的输入无法使用。',
      '输入 {input} 不符合要求。',
      '输入不符合要求。',
    ],
    remedy: [
      '请按此顺序或以这些名称为 forward 的每个参数给出一个输入：{forward}。',
      '{?missing}请重新运行加载；它会生成输入文件。',
      '请为每个输入以其名称保存一个数组：{inputs}{?arrays}。',
      '{?array}请用 numpy.save 或 numpy.savez 保存为普通数值数组，或使用 .safetensors 文件。',
      '{?path}请用 numpy.savez(文件, 名称=数组, …) 或 .safetensors 保存数组，名称与模型的输入一致。',
      '请检查输入的名称、类型和尺寸。',
    ],
  },
  SHAPE_CONTRADICTS_MODEL: {
    title: '形状与模型矛盾',
    whole: ['模型要求 {name} 为 {model}，而输入为 {inputs}。', '样例 {input} 的形状为 {sample}，而不是 {stated}。'],
    gist: [
      '输入 {input} 第 {axis} 维的范围 {min} 到 {max} 超出模型所接受的。',
      '输入 {input} 第 {axis} 维的尺寸与模型矛盾。',
      '{path} 不接受这些输入的形状或类型。',
      '模型无法以这些形状计算：{inputs}。',
      '输入 {input} 的形状与模型矛盾。',
      '输入的形状与模型矛盾。',
    ],
    remedy: [
      '请填写模型接受的输入：{expected}',
      '请为 forward 的每个参数填写一个输入：{forward}。',
      '请把 {name} 的类型填写为 {model}。',
      '{?sample}请重新运行加载；它会按填写的输入生成样例。',
      '{?min}请让形状范围处在模型接受的范围内，或以更宽的范围重新导出模型。',
      '请使用模型训练、导出或构建时的形状和类型。',
    ],
  },
  PROFILE_ASSUMED: {
    title: '形状范围为推定值',
    whole: '没有说明可变尺寸的范围，因此推定了最小/最优/最大：{shapes}',
    gist: '没有说明可变尺寸的范围，因此采用了推定值。',
    remedy: '若不合适，请填写形状范围。',
  },
  PROFILE_INVALID: {
    title: '形状范围无效',
    whole: ['输入文件中 {input} 第 {axis} 维为 {size}，超出第一个形状范围（{min} 到 {max}）。', '{spec} 中各形状的维数不同。'],
    gist: ['输入 {input} 第 {axis} 维的范围 {min}/{opt}/{max} 无效。', '输入 {input} 的形状范围无效。', '形状范围无效。'],
    remedy: [
      '{?size}请放宽形状范围使其包含这些输入，或换用其他输入。',
      '请为每个可变尺寸给出 最小/最优/最大，且 最小 ≤ 最优 ≤ 最大，例如 --shapes x:1x3x32x32/4x3x32x32/8x3x32x32。',
    ],
  },
} as const satisfies SomeFindings
