import { nvidiaExecute } from '../nvidia-execute'

export const tensorrtRtxExecute = nvidiaExecute('tensorrt-rtx')
