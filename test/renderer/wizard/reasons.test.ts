import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import type { Comparison } from '../../../contract/run'
import { settingsSchema } from '../../../contract/settings'
import { setLocale } from '../../../renderer/i18n'
import { useUi } from '../../../renderer/stores/ui'
import { show, type Mounted } from './mount'
import { comparison, notJudged, passed, unjudged, upTo } from './snapshots'

afterEach(() => setLocale('en'))
const noDriver = 'there is no NVIDIA driver (libcuda.so.1 was not found)'
const noDriverZh = '没有 NVIDIA 驱动（未找到 libcuda.so.1）'

describe('a reason in Chinese', () => {
  it('is told in the verdict, in the table of outputs and beside the first comparison', async () => {
    setLocale('zh-CN')
    const failed = (hop: Comparison['hop']): Comparison =>
      comparison(hop, 'logits', { verdict: 'fail', reason: '12 of 400 elements are outside atol 0.0001, rtol 0.001.', mismatched: 12 })
    const told = '400 个元素中有 12 个超出容差（atol 0.0001，rtol 0.001）。'
    const w = await show(passed({ verdict: 'fail', comparisons: [failed('pytorch-onnx'), failed('pytorch-engine')] }), 'validate')
    expect(w.find('verdict').text()).toContain(told)
    expect(w.find('outputs').find(`[title="${told}"]`).exists()).toBe(true)
    useUi().stage = 'convert'
    await flushPromises()
    expect(w.find('convert-compare').find(`tr[title="${told}"]`).exists()).toBe(true)
  })
  it('is told among the facts of what was not judged', async () => {
    setLocale('zh-CN')
    const row = { ...notJudged('onnx-engine', 'logits'), reason: noDriver }
    const w = await show(unjudged({ comparisons: [comparison('pytorch-onnx', 'logits'), row] }), 'validate')
    expect(w.wrapper.text()).toContain(noDriverZh)
    expect(w.wrapper.text()).not.toContain('NVIDIA driver')
  })
  it('is told where Build says whether the engine runs here', async () => {
    setLocale('zh-CN')
    const run = upTo('build')
    run.cards.build = { ...run.cards.build!, runsHereReason: `No GPU here can run it: ${noDriver}.` }
    const w = await show(run, 'build')
    expect(w.wrapper.text()).toContain(`本机没有能运行它的 GPU：${noDriverZh}。`)
  })
  it('stays as it is in English', async () => {
    const row = { ...notJudged('onnx-engine', 'logits'), reason: noDriver }
    const w = await show(unjudged({ comparisons: [comparison('pytorch-onnx', 'logits'), row] }), 'validate')
    expect(w.wrapper.text()).toContain(noDriver)
  })
})

describe('the log', () => {
  /** Main that answers each change of the settings only when told to. */
  async function slow(): Promise<{ w: Mounted; answer: () => Promise<void> }> {
    const w = await show(passed(), 'validate')
    const waiting: Array<() => void> = []
    let settings = settingsSchema.parse({ language: 'en', theme: 'light' })
    const { invoke } = window.enginesmith
    const set = (patch: object) => new Promise((resolve) => waiting.push(() => resolve({ ok: true, value: (settings = { ...settings, ...patch }) })))
    Object.assign(window.enginesmith, { invoke: { ...invoke, 'settings.set': set } })
    return {
      w,
      answer: async () => {
        waiting.shift()?.()
        await flushPromises()
      },
    }
  }
  const search = (w: Mounted) => w.wrapper.find<HTMLInputElement>('.log input')

  it('opens with Ctrl J and stays open with the Ctrl F that follows at once', async () => {
    const { w, answer } = await slow()
    await w.press('j', { ctrlKey: true })
    await w.press('f', { ctrlKey: true })
    expect(document.activeElement).toBe(search(w).element)
    await answer()
    await answer()
    expect(w.find('log-toggle').attributes('aria-expanded')).toBe('true')
    expect(document.activeElement).toBe(search(w).element)
  })
  it('is open after a Ctrl J that closes and a Ctrl F that finds, and never shuts between the answers', async () => {
    const { w, answer } = await slow()
    await w.press('j', { ctrlKey: true })
    await answer()
    await w.press('j', { ctrlKey: true })
    expect(search(w).exists()).toBe(false)
    await w.press('f', { ctrlKey: true })
    expect(document.activeElement).toBe(search(w).element)
    for (let i = 0; i < 2; i++) {
      await answer()
      expect(w.find('log-toggle').attributes('aria-expanded')).toBe('true')
      expect(document.activeElement).toBe(search(w).element)
    }
  })
  it('goes by what was asked last, not by what was answered last', async () => {
    const { w, answer } = await slow()
    await w.press('j', { ctrlKey: true })
    await w.press('j', { ctrlKey: true })
    expect(search(w).exists()).toBe(false)
    await answer()
    await answer()
    expect(search(w).exists()).toBe(false)
  })
})
