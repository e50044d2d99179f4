import type { Settings } from '../../../contract/settings'

export const smallest = { width: 1100, height: 700 }
const usual = { width: 1280, height: 800 }

/** The size to open with: the remembered one, never smaller than the layout allows, never larger than the screen. */
export function startSize(remembered: Settings['window'], screen: { width: number; height: number }): { width: number; height: number } {
  const { width, height } = remembered ?? usual
  return {
    width: Math.max(Math.min(width, screen.width), Math.min(smallest.width, screen.width)),
    height: Math.max(Math.min(height, screen.height), Math.min(smallest.height, screen.height)),
  }
}
