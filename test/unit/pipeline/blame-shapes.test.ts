import { expect, it } from 'vitest'
import { EnginesmithError, makeFinding } from '../../../electron/core/errors'
import { blameShapes } from '../../../electron/core/pipeline/stages/blame-shapes'

const assumed = makeFinding('PROFILE_ASSUMED', 'info', 'm', 'r', { shapes: ['--shapes x:1x3x48x1/4x3x48x4/16x3x48x16'] }, [
  { kind: 'set-option', label: 'Edit the profile', path: 'build.profiles' },
])
const failed = new EnginesmithError('BUILD_FAILED', 'The library could not build the engine.', 'See the log.', { errors: ['reshape'] })

it('points a failed build at the sizes that nobody stated', () => {
  const told = blameShapes(failed, [assumed]) as EnginesmithError
  expect(told.message).toBe(failed.message)
  expect(told.remedy).toContain('--shapes x:1x3x48x1/4x3x48x4/16x3x48x16')
  expect(told.evidence).toMatchObject({ errors: ['reshape'] })
  expect(told.actions.map(({ path }) => path)).toEqual(['build.profiles'])
})

it('leaves every other failure alone', () => {
  expect(blameShapes(failed, [])).toBe(failed)
  const other = new EnginesmithError('OUT_OF_GPU_MEMORY', 'm', 'r')
  expect(blameShapes(other, [assumed])).toBe(other)
  expect(blameShapes(new TypeError('m'), [assumed])).toBeInstanceOf(TypeError)
})

it('says that sizes of one name are one size to TensorRT', () => {
  const message = 'The library could not build the engine: (?: Input dimensions with this name have different constant values)'
  const told = blameShapes(new EnginesmithError('BUILD_FAILED', message, 'r'), [assumed]) as EnginesmithError
  expect(told.remedy).toContain('names of their own')
  expect(told.evidence).toMatchObject({ oneName: true })
})
