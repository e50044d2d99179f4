import { nvidiaBuild } from '../nvidia-build'

/** TensorRT builds and times on the GPU that is here: the engine depends on it and on the full version. */
export const tensorrtBuild = nvidiaBuild({ flavour: 'tensorrt', builtOnGpu: true })
