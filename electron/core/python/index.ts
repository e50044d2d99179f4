export { createPythonWorkers, pythonBroken, torchMissing, type WorkersOptions } from './workers'
export { WorkerClient, type WorkerTimes } from './worker-client'
export { findCandidates, interpreterIn } from './find'
export { probePython } from './probe'
