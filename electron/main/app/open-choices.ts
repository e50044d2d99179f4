import type { FileFilter, OpenDialogOptions } from 'electron'
import type { CommandInput } from '../../../contract/ipc'
import type { Texts } from './texts'

export type OpenKind = CommandInput<'dialog.open'>['kind']
type Choice = Pick<OpenDialogOptions, 'title' | 'properties' | 'filters'>

const models = ['pt', 'pth', 'pt2', 'bin', 'ckpt', 'safetensors', 'onnx', 'wts', 'engine', 'plan', 'trt', 'zip']
const arrays = ['npz', 'npy', 'safetensors', 'pt', 'pth']
const images = ['png', 'jpg', 'jpeg', 'bmp', 'gif', 'tif', 'tiff', 'webp']
const libraries: Partial<Record<NodeJS.Platform, string[]>> = { win32: ['dll'], darwin: ['dylib'] }

/** What each dialog asks for. Filters are a help alone: formats are told by content, so every file can be shown. */
export function openChoice(kind: OpenKind, texts: Texts, platform: NodeJS.Platform): Choice {
  const all: FileFilter = { name: texts.allFiles, extensions: ['*'] }
  const libraryEndings = libraries[platform]
  const choices: Record<OpenKind, Choice> = {
    model: { title: texts.openModel, properties: ['openFile'], filters: [{ name: texts.models, extensions: models }, all] },
    folder: { title: texts.openFolder, properties: ['openDirectory'] },
    npz: { title: texts.openNpz, properties: ['openFile'], filters: [{ name: texts.arrays, extensions: ['npz', 'npy'] }, all] },
    sample: { title: texts.openNpz, properties: ['openFile'], filters: [{ name: texts.arrays, extensions: arrays }, all] },
    image: { title: texts.openImage, properties: ['openFile'], filters: [{ name: texts.images, extensions: images }, all] },
    python: { title: texts.openPython, properties: ['openFile', 'showHiddenFiles'] },
    library: {
      title: texts.openLibrary,
      properties: ['openFile'],
      filters: libraryEndings ? [{ name: texts.openLibrary, extensions: libraryEndings }, all] : [all],
    },
    recipe: { title: texts.openRecipe, properties: ['openFile'], filters: [{ name: texts.recipes, extensions: ['json'] }, all] },
    engine: { title: texts.openEngine, properties: ['openFile'], filters: [{ name: texts.engines, extensions: ['engine', 'plan', 'trt'] }, all] },
    onnx: { title: texts.openOnnx, properties: ['openFile'], filters: [{ name: 'ONNX', extensions: ['onnx'] }, all] },
    weights: { title: texts.openWeights, properties: ['openFile'], filters: [{ name: texts.weights, extensions: ['onnx', 'safetensors'] }, all] },
    plan: { title: texts.openPlan, properties: ['openFile'], filters: [{ name: texts.plans, extensions: ['json'] }, all] },
  }
  return choices[kind]
}
