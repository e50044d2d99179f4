import type { Command } from '../command'
import { batchCommand } from './batch'
import { buildCommand } from './build'
import { compareCommand } from './compare'
import { convertCommand } from './convert'
import { doctorCommand } from './doctor'
import { inspectCommand } from './inspect'
import { openCommand } from './open'
import { runCommand } from './run'
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
  openCommand,
]
