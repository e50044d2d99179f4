import type { Command } from '../command'
import { batchCommand } from './batch'
import { buildCommand } from './build'
import { compareCommand } from './compare'
import { convertCommand } from './convert'
import { diffCommand } from './diff'
import { doctorCommand } from './doctor'
import { drillCommand } from './drill'
import { exportCommand } from './export'
import { inspectCommand } from './inspect'
import { layersCommand } from './layers'
import { openCommand } from './open'
import { refitCommand } from './refit'
import { runCommand } from './run'
import { sheetCommand } from './sheet'
import { timeCommand } from './time'
import { validateCommand } from './validate'

/** Every command, in the order in which the help lists them. */
export const commands: readonly Command[] = [
  doctorCommand,
  inspectCommand,
  convertCommand,
  buildCommand,
  runCommand,
  compareCommand,
  validateCommand,
  batchCommand,
  timeCommand,
  layersCommand,
  diffCommand,
  refitCommand,
  sheetCommand,
  drillCommand,
  exportCommand,
  openCommand,
]
