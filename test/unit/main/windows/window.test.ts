import { expect, it } from 'vitest'
import { mayReload } from '../../../../electron/main/windows/crashes'
import { startSize } from '../../../../electron/main/windows/window-state'

const screen = { width: 1920, height: 1080 }

it('opens at its usual size, or as it was left', () => {
  expect(startSize(null, screen)).toEqual({ width: 1280, height: 800 })
  expect(startSize({ width: 1500, height: 900, maximized: true }, screen)).toEqual({ width: 1500, height: 900 })
})

it('is never smaller than the layout nor larger than the screen', () => {
  expect(startSize({ width: 300, height: 200, maximized: false }, screen)).toEqual({ width: 1100, height: 700 })
  expect(startSize({ width: 4000, height: 3000, maximized: false }, screen)).toEqual({ width: 1920, height: 1080 })
  expect(startSize(null, { width: 1024, height: 600 })).toEqual({ width: 1024, height: 600 })
})

it('brings a page back three times a minute and not for ever', () => {
  expect(mayReload([], 0)).toBe(true)
  expect(mayReload([1, 2], 3)).toBe(true)
  expect(mayReload([1, 2, 3], 4)).toBe(false)
  expect(mayReload([1, 2, 3], 70_000)).toBe(true)
})
