import type { EnginesmithError } from '../errors'

/** What a machine may lack to run an engine that was built elsewhere: a reason for a hop that is not judged, no error. */
export const notHere: ReadonlySet<EnginesmithError['code']> = new Set([
  'BACKEND_MISSING',
  'BACKEND_UNSUPPORTED_VERSION',
  'PYTHON_MISSING',
  'PYTHON_BROKEN',
  'TORCH_MISSING',
  'GPU_MISSING',
  'DRIVER_MISSING',
  'DRIVER_TOO_OLD',
  'ENGINE_INCOMPATIBLE',
])
