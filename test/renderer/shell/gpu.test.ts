import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { NSelect } from 'naive-ui'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Gpu } from '../../../contract/environment'
import { i18n, setLocale } from '../../../renderer/i18n'
import { vName } from '../../../renderer/parts/directives'
import StatusBar from '../../../renderer/shell/StatusBar.vue'
import { useGpu } from '../../../renderer/stores/gpu'
import { useSettings } from '../../../renderer/stores/settings'
import GpuRow from '../../../renderer/views/settings/GpuRow.vue'
import { asText } from '../../../renderer/views/toolchain/as-text'
import GpuCard from '../../../renderer/views/toolchain/GpuCard.vue'
import { setUpBridge, type FakeMain } from '../bridge'
import { doctor } from '../wizard/snapshots'

const l4: Gpu = { name: 'NVIDIA L4', computeCapability: '8.9', memoryBytes: 24 * 2 ** 30 }
const h100: Gpu = { name: 'NVIDIA H100 80GB HBM3', computeCapability: '9.0', memoryBytes: 80 * 2 ** 30 }

let main: FakeMain
let wrapper: VueWrapper
beforeEach(() => {
  setLocale('en')
  main = setUpBridge()
})
afterEach(() => {
  wrapper.unmount()
  document.body.innerHTML = ''
})

const snapshot = (gpus: Gpu[]) => ({ doctor: { ...doctor, driver: '580.95', gpus, device: gpus.length > 0 ? 0 : null }, pythons: [], checkedAt: 'now' })
/** The window of a machine with these GPUs, of which the settings choose one. */
async function show(component: typeof StatusBar | typeof GpuCard | typeof GpuRow, gpus: Gpu[], device: number | null = null): Promise<void> {
  main.settings = { ...main.settings, device }
  main.answer('app.info', () => ({ version: '1', electron: '33', systemLanguage: 'en', dark: false }))
  main.answer('toolchain.get', () => snapshot(gpus))
  await useSettings().load()
  useGpu()
  main.send('toolchain.changed', snapshot(gpus))
  wrapper = mount(component as typeof GpuCard, {
    attachTo: document.body,
    props: { doctor: snapshot(gpus).doctor },
    global: { plugins: [i18n], directives: { name: vName } },
  })
  await flushPromises()
}
const saved = (): unknown[] => main.calls.filter(({ name }) => name === 'settings.set').map(({ input }) => input)
const line = () => wrapper.get('[data-testid=status-gpu]')
const items = (): HTMLElement[] => [...document.body.querySelectorAll<HTMLElement>('[role=menuitemradio]')]
const checked = (): string[] => items().flatMap((item) => (item.getAttribute('aria-checked') === 'true' ? [item.querySelector('.m')?.textContent ?? ''] : []))

describe('the GPU in the status bar', () => {
  it('is a name alone where there is one, and nothing where there is none', async () => {
    await show(StatusBar, [l4])
    expect(line().element.tagName).toBe('SPAN')
    expect(line().text()).toBe('NVIDIA L4 · sm89 · driver 580.95')
    wrapper.unmount()
    await show(StatusBar, [])
    expect(wrapper.find('[data-testid=status-gpu]').exists()).toBe(false)
  })

  it('is a menu where there are several: one is chosen, and the choice taken back', async () => {
    await show(StatusBar, [l4, h100])
    expect(line().text()).toBe('GPU 0 of 2 · NVIDIA L4 · sm89 · driver 580.95')
    await line().trigger('click')
    await flushPromises()
    expect(items().map((item) => item.querySelector('.m')?.textContent)).toEqual(['0: NVIDIA L4', '1: NVIDIA H100 80GB HBM3', 'None in particular'])
    expect(checked()).toEqual(['None in particular'])
    expect(document.activeElement).toBe(items()[2])
    items()[2]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true }))
    expect(document.activeElement).toBe(items()[1])
    items()[1]!.click()
    await flushPromises()
    expect(saved()).toEqual([{ device: 1 }])
    expect(line().text()).toBe('GPU 1 of 2 · NVIDIA H100 80GB HBM3 · sm90 · driver 580.95')
    expect(main.calls.filter(({ name }) => name === 'toolchain.get').at(-1)?.input).toEqual({ refresh: false })
    await line().trigger('click')
    await flushPromises()
    expect(checked()).toEqual(['1: NVIDIA H100 80GB HBM3'])
    items()[2]!.click()
    await flushPromises()
    expect(saved()).toEqual([{ device: 1 }, { device: null }])
  })

  it('says that the chosen one is gone', async () => {
    await show(StatusBar, [l4], 1)
    expect(line().text()).toBe('GPU 1 is not here')
    await line().trigger('click')
    await flushPromises()
    items()[0]!.click()
    await flushPromises()
    expect(saved()).toEqual([{ device: 0 }])
    expect(line().text()).toContain('NVIDIA L4')
  })
})

describe('the GPUs of Toolchain', () => {
  it('have a button each but the one in use', async () => {
    await show(GpuCard, [l4, h100])
    expect(wrapper.get('[data-gpu="0"]').text()).toContain('In use')
    expect(wrapper.text()).toContain('No GPU is chosen')
    const use = wrapper.get('[aria-label="Use GPU 1, NVIDIA H100 80GB HBM3"]')
    expect(use.text()).toBe('Use this GPU')
    await use.trigger('click')
    await flushPromises()
    expect(saved()).toEqual([{ device: 1 }])
    expect(wrapper.get('[data-gpu="1"]').text()).toContain('In use')
    expect(wrapper.text()).toContain('go to GPU 1 unless a recipe names another')
    await wrapper.get('[data-testid=gpu-none]').trigger('click')
    await flushPromises()
    expect(saved().at(-1)).toEqual({ device: null })
  })

  it('are one line where there is one', async () => {
    await show(GpuCard, [l4])
    expect(wrapper.text()).toContain('NVIDIA L4, sm89')
    expect(wrapper.find('[data-gpu]').exists()).toBe(false)
    expect(wrapper.find('[data-testid=gpu-none]').exists()).toBe(false)
  })

  it('are copied with the one in use', () => {
    const two = snapshot([l4, h100])
    expect(asText({ ...two, doctor: { ...two.doctor, device: 1 } })).toContain('GPUs: NVIDIA L4 (8.9), in use: NVIDIA H100 80GB HBM3 (9.0)')
  })
})

describe('the GPU of Settings', () => {
  it('is a choice where there are several, and is gone where nothing is to be chosen', async () => {
    await show(GpuRow, [l4, h100])
    const select = wrapper.getComponent(NSelect)
    expect(select.props('options')?.map(({ label }) => label)).toEqual(['None in particular', '0: NVIDIA L4', '1: NVIDIA H100 80GB HBM3'])
    select.vm.$emit('update:value', '1')
    await flushPromises()
    expect(saved()).toEqual([{ device: 1 }])
    wrapper.unmount()
    await show(GpuRow, [l4])
    expect(wrapper.find('[data-testid=setting-gpu]').exists()).toBe(false)
    wrapper.unmount()
    await show(GpuRow, [l4], 3)
    expect(
      wrapper
        .getComponent(NSelect)
        .props('options')
        ?.map(({ label }) => label),
    ).toContain('3: not here')
  })
})
