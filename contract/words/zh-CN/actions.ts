import type { RemedyAction } from '../../finding'

/** What the button of an action says where nothing more special is known. */
export const kinds: Record<RemedyAction['kind'], string> = {
  'set-option': '设置 {label}',
  'choose-file': '重新选择文件…',
  'choose-folder': '选择项目文件夹…',
  'choose-python': '选择 Python…',
  'open-toolchain': '打开工具链',
  'run-again': '重新运行',
  'choose-backend': '选择其他后端',
  'choose-exporter': '改用另一导出器',
  'open-settings': '打开设置',
  'allow-host-code': '允许其代码…',
  copy: '复制',
}

/** By the path of the recipe that the action is about; `{value}` is what it sets. */
export const options: Readonly<Record<string, string>> = {
  'load.inputs': '填写输入',
  'load.model': '填写模型类',
  'load.modelArgs': '填写类的参数',
  'load.keyPrefix': '设置键名前缀 {value}',
  'convert.exporter': '改用 {value} 导出器',
  'convert.opset': '使用导出器默认的 opset',
  'convert.script': '改用 {value}',
  'convert.variant': '保存为 {value}',
  'convert.strict': '切换严格模式',
  'convert.simplify': '不做简化',
  'convert.graphPrecision': '不写入精度',
  'build.device': '使用本机选定的 GPU',
  'validate.device': '使用本机选定的 GPU',
  'build.profiles': '编辑形状范围',
  'build.precision': '用库的默认精度',
  'build.minBlockSize': '转换每一个块',
  'build.strip': '构建时保留权重',
  'build.workspace': '不限制工作区',
  'build.tacticSharedMemory': '不限制共享内存',
  'build.targets': '去掉 sm75',
  'validate.weightBudget': '不设权重预算',
  'validate.runtimeCache': '不用自己的运行时缓存',
  'validate.expect': '选择正确答案文件…',
}
