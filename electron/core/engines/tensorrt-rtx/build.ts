import { nvidiaBuild } from '../nvidia-build'

/** TensorRT-RTX builds for a target on any machine; the GPU matters only where no target is named. */
export const tensorrtRtxBuild = nvidiaBuild({ flavour: 'tensorrt-rtx', builtOnGpu: false })
