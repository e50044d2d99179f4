import { describe, expect, it } from 'vitest'
import { tell } from '../../../contract/words'
import { chooseGpu } from '../../../electron/core/toolchain'
import { EnginesmithError } from '../../../electron/core/errors'

const gpus = ['L4', 'H100'].map((name) => ({ name, computeCapability: '9.0' }))
const missing = (wish: Parameters<typeof chooseGpu>[0]): EnginesmithError => {
  try {
    chooseGpu(wish, gpus)
  } catch (error) {
    if (error instanceof EnginesmithError) return error
  }
  throw new Error('a GPU that is not there was taken')
}

describe('the GPU that work goes to', () => {
  it('is the named one, else that of the settings, else the first', () => {
    expect(chooseGpu({ named: 0, setting: 1 }, gpus)).toBe(0)
    expect(chooseGpu({ named: null, setting: 1 }, gpus)).toBe(1)
    expect(chooseGpu({ named: null, setting: null }, gpus)).toBeNull()
  })

  it('is left to who needs one where there is none: a setting of another day stops no work of the processor', () => {
    expect(chooseGpu({ named: null, setting: 1 }, [])).toBeNull()
    expect(chooseGpu({ named: 1, setting: null }, [])).toBe(1)
  })

  it('is missing where it is gone, and the remedy is about what named it', () => {
    const set = missing({ named: null, setting: 3 })
    expect(set).toMatchObject({ code: 'GPU_MISSING', evidence: { device: 3, setting: true }, actions: [{ kind: 'open-toolchain' }] })
    expect(set.message).toBe('The settings of this machine choose GPU 3, which is not here. There are: 0 L4 (9.0), 1 H100 (9.0).')
    const asked = missing({ named: 7, path: 'build.device', setting: 1 })
    expect(asked).toMatchObject({ code: 'GPU_MISSING', evidence: { device: 7 }, actions: [{ kind: 'set-option', path: 'build.device', value: null }] })
    expect(missing({ named: 7, setting: null }).actions).toEqual([])
    expect(tell(set.toFinding(), 'zh-CN').message).toBe('本机设置选定的第 3 号 GPU 不在此处。现有：0 L4 (9.0)、1 H100 (9.0)。')
    expect(tell(asked.toFinding(), 'zh-CN').message).toBe('本机没有第 7 号 GPU。现有：0 L4 (9.0)、1 H100 (9.0)。')
  })
})
