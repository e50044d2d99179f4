export { createToolchain, type ToolchainOptions } from './toolchain'
export { chooseGpu } from './gpu'
export { environmentDifferences, environmentFinding } from './compare'
