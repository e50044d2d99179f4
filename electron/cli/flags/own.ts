import type { CallFlag } from '../command'

export const outFile: CallFlag = { name: 'out', short: 'o', value: 'FILE', required: true, help: (t) => t.help.out }
export const outFolder: CallFlag = { name: 'out', short: null, value: 'DIR', required: true, help: (t) => t.help.outFolder }
export const force: CallFlag = { name: 'force', short: null, value: null, required: false, help: (t) => t.help.force }
export const recipe: CallFlag = { name: 'recipe', short: null, value: 'FILE', required: false, help: (t) => t.help.recipe }
export const to: CallFlag = { name: 'to', short: null, value: 'onnx', required: true, help: (t) => t.help.to }
