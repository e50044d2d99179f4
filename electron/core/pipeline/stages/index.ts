import type { StageTable } from '../runner'
import { buildStage } from './build'
import { convertStage } from './convert'
import { loadStage } from './load'
import { validateStage } from './validate'

/** The four stages, in the order in which they run. */
export const stages: StageTable = { load: loadStage, convert: convertStage, build: buildStage, validate: validateStage }
