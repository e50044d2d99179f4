import type { CallFlag } from '../command'

export const outFile: CallFlag = { name: 'out', short: 'o', value: 'FILE', required: true, help: (t) => t.help.out }
export const outFolder: CallFlag = { name: 'out', short: null, value: 'DIR', required: true, help: (t) => t.help.outFolder }
export const sheetFolder: CallFlag = { name: 'out', short: null, value: 'DIR', required: false, help: (t) => t.help.sheetFolder }
export const drillFolder: CallFlag = { name: 'out', short: null, value: 'DIR', required: false, help: (t) => t.help.drillFolder }
export const checkpoint: CallFlag = { name: 'checkpoint', short: null, value: 'FILE', required: false, help: (t) => t.help.checkpoint }
export const exportFolder: CallFlag = { name: 'out', short: 'o', value: 'DIR', required: true, help: (t) => t.help.exportFolder }
export const zip: CallFlag = { name: 'zip', short: null, value: null, required: false, help: (t) => t.help.zip }
export const forceExport: CallFlag = { name: 'force', short: null, value: null, required: false, help: (t) => t.help.forceExport }
export const batchFolder: CallFlag = { name: 'out', short: null, value: 'DIR', required: true, help: (t) => t.help.batchFolder }
export const plan: CallFlag = { name: 'plan', short: null, value: 'FILE', optional: true, required: false, help: (t) => t.help.plan }
export const jobs: CallFlag = { name: 'jobs', short: null, value: 'N', required: false, help: (t) => t.help.jobs }
export const memory: CallFlag = { name: 'memory', short: null, value: 'MiB', required: false, help: (t) => t.help.memory }
export const rowMinutes: CallFlag = { name: 'row-minutes', short: null, value: 'X', required: false, help: (t) => t.help.rowMinutes }
export const retry: CallFlag = { name: 'retry', short: null, value: null, required: false, help: (t) => t.help.retry }
export const upTo: CallFlag = { name: 'up-to', short: null, value: 'STAGE', required: false, help: (t) => t.help.upTo }
export const plainEngine: CallFlag = { name: 'plain-engine', short: null, value: 'OUT', required: false, help: (t) => t.help.plainEngine }
export const force: CallFlag = { name: 'force', short: null, value: null, required: false, help: (t) => t.help.force }
export const recipe: CallFlag = { name: 'recipe', short: null, value: 'FILE', required: false, help: (t) => t.help.recipe }
export const mergeFrom: CallFlag = { name: 'merge', short: null, value: 'COPY', required: false, help: (t) => t.help.merge }
export const to: CallFlag = { name: 'to', short: null, value: 'onnx|torchscript|exported-program|safetensors|wts', required: true, help: (t) => t.help.to }
export const nameMap: CallFlag = { name: 'name-map', short: null, value: 'FILE', required: false, help: (t) => t.help.nameMap }
export const ready: CallFlag = { name: 'ready', short: null, value: null, required: false, help: (t) => t.help.ready }
