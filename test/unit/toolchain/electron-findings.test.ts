import { describe, expect, it } from 'vitest'
import { electronFindings } from '../../../electron/core/toolchain/findings'

describe('the Electron of the window', () => {
  it('is worth a word where it is older than the one the program is made for', () => {
    const [finding, ...more] = electronFindings({ electron: '33.2.1', wanted: '45.4.1' })
    expect(more).toEqual([])
    expect(finding).toMatchObject({ code: 'ELECTRON_FALLBACK', severity: 'info', evidence: { electron: '33.2.1', wanted: '45.4.1' } })
  })

  it.each([[null], [{ electron: '45.0.0', wanted: '45.4.1' }], [{ electron: '46.1.0', wanted: '45.4.1' }]])('is silent otherwise: %j', (window) => {
    expect(electronFindings(window)).toEqual([])
  })
})
