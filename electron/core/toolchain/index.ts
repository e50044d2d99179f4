export { createToolchain, type ToolchainOptions } from './toolchain'
export { environmentDifferences, environmentFinding } from './compare'
