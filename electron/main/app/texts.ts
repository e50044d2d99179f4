import type { Settings } from '../../../contract/settings'
import { chineseClose, englishClose } from './close-question'

/** The few words that the system's own dialogs show; the rest of the interface speaks in the renderer. */
const en = {
  close: englishClose,
  openModel: 'Open a model',
  openFolder: 'Choose a folder',
  openNpz: 'Choose arrays',
  openImage: 'Choose an image',
  openPython: 'Choose a Python',
  openLibrary: 'Choose a library',
  openRecipe: 'Choose a recipe',
  models: 'Models',
  allFiles: 'All files',
  arrays: 'Arrays',
  images: 'Images',
  recipes: 'Recipes',
  saveReport: 'Save the report',
  saveRecipe: 'Save the recipe',
  openPlan: 'Open a plan',
  plans: 'Plans',
  openEngine: 'Choose an engine',
  engines: 'Engines',
  openOnnx: 'Choose an ONNX file',
  openWeights: 'Choose a checkpoint',
  weights: 'ONNX and safetensors',
  saveResults: 'Save the results',
  saveCopy: 'Save the model as',
  saveExport: 'A new folder for the engine',
  saveEngine: 'Save the plain engine',
  batchDone: 'The batch is finished',
  batchDetail: (name: string, pass: number, others: number) => `${name}: ${pass} passed, ${others} did not`,
}
type Texts = typeof en

const zhCN: Texts = {
  close: chineseClose,
  openModel: '打开模型',
  openFolder: '选择文件夹',
  openNpz: '选择数组文件',
  openImage: '选择图像',
  openPython: '选择 Python',
  openLibrary: '选择库文件',
  openRecipe: '选择配方',
  models: '模型',
  allFiles: '所有文件',
  arrays: '数组',
  images: '图像',
  recipes: '配方',
  saveReport: '保存报告',
  saveRecipe: '保存配方',
  openPlan: '打开计划',
  plans: '计划',
  openEngine: '选择引擎',
  engines: '引擎',
  openOnnx: '选择 ONNX 文件',
  openWeights: '选择检查点',
  weights: 'ONNX 与 safetensors',
  saveResults: '保存结果',
  saveCopy: '将模型另存为',
  saveExport: '为引擎新建文件夹',
  saveEngine: '保存纯引擎文件',
  batchDone: '批处理已完成',
  batchDetail: (name: string, pass: number, others: number) => `${name}：通过 ${pass}，其余 ${others}`,
}

export function textsFor(language: Settings['language'], systemLanguage: string): Texts {
  const resolved = language === 'system' ? systemLanguage : language
  return resolved.toLowerCase().startsWith('zh') ? zhCN : en
}
export type { Texts }
