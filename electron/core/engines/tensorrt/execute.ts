import { nvidiaExecute } from '../nvidia-execute'

export const tensorrtExecute = nvidiaExecute('tensorrt')
