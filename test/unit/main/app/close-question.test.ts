import { describe, expect, it } from 'vitest'
import { closeQuestion, type WorkUnderWay } from '../../../../electron/main/app/close-question'
import { textsFor } from '../../../../electron/main/app/texts'

const ask = (work: Partial<WorkUnderWay>, language: 'en' | 'zh-CN' = 'en') =>
  closeQuestion({ runs: 0, batch: null, engine: false, ...work }, textsFor(language, 'en').close)
const batch = { left: 3, total: 10 }

describe('what is asked where the window is closed', () => {
  it('is nothing where nothing is under way', () => expect(ask({})).toBeNull())

  it('names what is at work, and how much of a batch is left', () => {
    expect(ask({ runs: 1 })).toMatchObject({ title: 'A run is still under way', close: 'Cancel the run and close' })
    expect(ask({ batch })).toMatchObject({ title: 'A batch (3 of 10 models left) is still under way', close: 'Stop the batch and close' })
    expect(ask({ batch })?.detail).toContain('resumed')
    expect(ask({ engine: true })).toMatchObject({ title: 'Work on an engine is still under way', detail: expect.stringContaining('lost') as string })
    expect(ask({ batch }, 'zh-CN')).toMatchObject({ title: '仍有批处理（共 10 个模型，剩余 3 个）在进行', close: '停止批处理并关闭' })
    expect(ask({ runs: 1 }, 'zh-CN')?.title).toBe('仍有运行在进行')
  })

  it('names all of several', () => {
    const all = ask({ runs: 2, batch, engine: true })
    expect(all?.title).toBe('2 runs and a batch (3 of 10 models left) and work on an engine are still under way')
    expect(all?.detail.split('\n')).toHaveLength(3)
    expect(all?.close).toBe('Stop everything and close')
    expect(ask({ runs: 2 }, 'zh-CN')).toMatchObject({ title: '仍有 2 个运行在进行', close: '全部停止并关闭' })
    expect(ask({ runs: 1, batch }, 'zh-CN')?.title).toBe('仍有运行和批处理（共 10 个模型，剩余 3 个）在进行')
  })
})
