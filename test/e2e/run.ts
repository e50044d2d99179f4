import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import type { StageName } from '../../contract/run'
import { venvPython } from '../../build/lib/paths.mjs'

/** Waits until the stepper says so. */
export async function stageShows(page: Page, stage: StageName, state: string | RegExp, timeout = 90_000): Promise<void> {
  await expect(page.getByTestId(`stage-${stage}`)).toHaveAttribute('data-state', state, { timeout })
}

/** A model whose build takes many seconds: small convolutions of many shapes, nothing to fuse. */
export function slowModel(folder: string): string {
  const python = venvPython(path.resolve('.venv'))
  execFileSync(python, [path.resolve('test', 'fixtures', 'native', 'make_models.py'), folder, '250'])
  return path.join(folder, 'slow.onnx')
}
