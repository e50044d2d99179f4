import { beforeEach, describe, expect, it } from 'vitest'
import { ApiError, call } from '../../../renderer/api'
import { locale } from '../../../renderer/i18n'
import { useSettings } from '../../../renderer/stores/settings'
import { useToolchain } from '../../../renderer/stores/toolchain'
import { useUi } from '../../../renderer/stores/ui'
import { dark } from '../../../renderer/theme/tokens'
import { setUpBridge, type FakeMain } from '../bridge'

const info = { version: '0.1.0', electron: '33', platform: 'linux', systemLanguage: 'zh-CN', dark: true, sample: '', isRoot: false }
const engine = (available: boolean) => ({ available, version: available ? '1.7' : null, path: null, attempts: [] })
const doctor = (changes: object = {}) => ({
  python: { path: '/p', version: '3.11' },
  torch: '2.11',
  driver: null,
  gpus: [],
  device: null,
  engines: { tensorrt: engine(false), 'tensorrt-rtx': engine(true), 'torch-tensorrt': engine(false), onnxruntime: engine(true) },
  findings: [],
  ...changes,
})

let main: FakeMain
beforeEach(() => {
  main = setUpBridge()
  main.answer('app.info', () => info)
})

describe('settings', () => {
  it('follows the system where the setting says so', async () => {
    main.settings = { ...main.settings, language: 'system', theme: 'system' }
    const settings = useSettings()
    await settings.load()
    expect(locale()).toBe('zh-CN')
    expect(document.documentElement.lang).toBe('zh-CN')
    expect(settings.isDark).toBe(true)
    expect(settings.tokens).toBe(dark)
    main.send('theme.system', { dark: false })
    expect(settings.isDark).toBe(false)
  })
  it('changes by command, and by what main says', async () => {
    const settings = useSettings()
    await settings.load()
    await settings.save({ theme: 'dark' })
    expect(main.calls.at(-1)).toEqual({ name: 'settings.set', input: { theme: 'dark' } })
    expect(settings.isDark).toBe(true)
    main.send('settings.changed', { ...main.settings, theme: 'light', language: 'zh-CN' })
    expect(settings.isDark).toBe(false)
    expect(locale()).toBe('zh-CN')
    main.send('settings.changed', { ...main.settings, language: 'en' })
    expect(locale()).toBe('en')
  })
})

describe('toolchain', () => {
  it('says what this machine can do', async () => {
    main.answer('toolchain.get', () => ({ doctor: doctor(), pythons: [], checkedAt: 'now' }))
    const toolchain = useToolchain()
    expect(toolchain.can.load).toBe(false)
    await toolchain.look()
    expect(toolchain.can).toEqual({ load: true, convert: true, rtx: true, trt: false, run: false })
    expect(toolchain.problems).toBe(1)
  })
  it('has no problem with a GPU, and counts warnings', () => {
    const toolchain = useToolchain()
    const gpu = { name: 'RTX', computeCapability: '8.6', memoryBytes: 1 }
    main.send('toolchain.changed', { doctor: doctor({ gpus: [gpu] }), pythons: [], checkedAt: 'now' })
    expect(toolchain.problems).toBe(0)
    expect(toolchain.can.run).toBe(true)
    const finding = { code: 'TORCH_MISSING', severity: 'warning', message: 'm', remedy: 'r', evidence: {} }
    main.send('toolchain.changed', { doctor: doctor({ gpus: [gpu], torch: null, findings: [finding] }), pythons: [], checkedAt: 'now' })
    expect(toolchain.problems).toBe(1)
    expect(toolchain.can.convert).toBe(false)
  })
  it('shows why it could not look, and may look again', async () => {
    main.refuse('toolchain.get', { code: 'INTERNAL', message: 'No.', remedy: 'Again.' })
    const toolchain = useToolchain()
    await toolchain.look(true)
    expect(toolchain.looking).toBe(false)
    expect(useUi().notices[0]).toMatchObject({ text: 'No.', remedy: 'Again.' })
  })
})

describe('ui', () => {
  it('keeps a notice until it is dismissed, and no double', () => {
    const ui = useUi()
    ui.notify({ severity: 'info', text: 'a' })
    ui.notify({ severity: 'info', text: 'a' })
    expect(ui.notices).toHaveLength(1)
    ui.dismiss(ui.notices[0]?.id ?? -1)
    expect(ui.notices).toEqual([])
  })
  it('remembers the inspector where it stands beside the details, and not where it lies over them', async () => {
    const ui = useUi()
    ui.wide = true
    ui.toggleInspector()
    expect(main.calls.at(-1)).toEqual({ name: 'settings.set', input: { inspectorOpen: false } })
    const asked = main.calls.length
    ui.wide = false
    expect(ui.inspectorOpen).toBe(false)
    ui.toggleInspector()
    expect(ui.inspectorOpen).toBe(true)
    expect(main.calls).toHaveLength(asked)
  })
})

it('an error of main keeps its code and remedy', async () => {
  main.refuse('run.get', { code: 'RUN_BUSY', message: 'Busy.', remedy: 'Wait.' })
  await expect(call('run.get', { id: 'x' })).rejects.toMatchObject({ name: 'ApiError', code: 'RUN_BUSY', message: 'Busy.', remedy: 'Wait.' })
  await expect(call('run.get', { id: 'x' })).rejects.toBeInstanceOf(ApiError)
})
