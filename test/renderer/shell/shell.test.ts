import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { matchEntries } from '../../../renderer/palette/match'
import { addAction, installKeys, keyOf, keymap } from '../../../renderer/shell/keys'
import { openFiles, openPaths } from '../../../renderer/shell/open'
import { useUi } from '../../../renderer/stores/ui'
import { setUpBridge, type FakeMain } from '../bridge'

let main: FakeMain
let stop: Array<() => void>
beforeEach(() => {
  main = setUpBridge()
  stop = [installKeys()]
})
afterEach(() => stop.forEach((end) => end()))

const press = (init: KeyboardEventInit): boolean => !window.dispatchEvent(new KeyboardEvent('keydown', { ...init, cancelable: true, bubbles: true }))

describe('keys', () => {
  it('has no key twice', () => {
    const keys = Object.values(keymap)
    expect(new Set(keys).size).toBe(keys.length)
  })
  it('names a press as the table does', () => {
    expect(keyOf(new KeyboardEvent('keydown', { key: 'O', code: 'KeyO', ctrlKey: true, shiftKey: true }))).toBe('ctrl+shift+o')
    expect(keyOf(new KeyboardEvent('keydown', { key: '¡', code: 'Digit1', altKey: true }))).toBe('alt+1')
    expect(keyOf(new KeyboardEvent('keydown', { key: 'k', code: 'KeyK', metaKey: true }))).toBe('ctrl+k')
  })
  it('asks the one that came last, and hands on where it says false', () => {
    const first = vi.fn()
    const second = vi.fn(() => false)
    stop.push(addAction('cancel', first), addAction('cancel', second))
    expect(press({ key: 'Escape' })).toBe(true)
    expect(second).toHaveBeenCalledOnce()
    expect(first).toHaveBeenCalledOnce()
  })
  it('leaves a key alone that nobody wants, and one that a control took', () => {
    expect(press({ key: 'F3' })).toBe(false)
    const handler = vi.fn()
    stop.push(addAction('primary', handler))
    const event = new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, cancelable: true })
    event.preventDefault()
    window.dispatchEvent(event)
    expect(handler).not.toHaveBeenCalled()
  })
  it('forgets a handler when its component is gone', () => {
    const handler = vi.fn()
    addAction('log', handler)()
    press({ key: 'j', ctrlKey: true })
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('opening', () => {
  const file = (path: string): File => Object.assign(new File([], 'x'), { path })
  it('makes a batch of several files, and of a folder that is no run', async () => {
    main.refuse('run.create', { code: 'FILE_IS_DIRECTORY', message: 'A folder.', remedy: 'Another.' })
    main.refuse('batch.create', { code: 'FILE_NOT_FOUND', message: 'Gone.', remedy: 'Look.' })
    await openFiles([file('/m/a.onnx'), file('/m/b.pt')] as unknown as FileList)
    await flushPromises()
    expect(main.calls).toContainEqual({ name: 'batch.create', input: { paths: ['/m/a.onnx', '/m/b.pt'] } })
    useUi().go('home')
    await openFiles([file('/models')] as unknown as FileList)
    await flushPromises()
    expect(main.calls).toContainEqual({ name: 'run.create', input: { path: '/models', recipe: null } })
    expect(main.calls).toContainEqual({ name: 'batch.create', input: { paths: ['/models'] } })
  })
  it('opens a plan as a batch from anywhere, and the index of a sharded model as a model', async () => {
    useUi().go('home')
    await openPaths(['/m/mine.plan.json'])
    useUi().go('home')
    await openPaths(['/m/model.safetensors.index.json'])
    await flushPromises()
    expect(main.calls).toContainEqual({ name: 'batch.create', input: { paths: ['/m/mine.plan.json'] } })
    expect(main.calls).toContainEqual({ name: 'run.create', input: { path: '/m/model.safetensors.index.json', recipe: null } })
  })
  it('says so where what was dropped is no file', async () => {
    await openFiles([file('')] as unknown as FileList)
    expect(useUi().notices[0]?.severity).toBe('error')
    expect(main.calls).toEqual([])
  })
  it('opens nothing of nothing', async () => {
    await openPaths([])
    expect(main.calls).toEqual([])
  })
})

describe('search', () => {
  const entries = [{ text: 'Go to Home' }, { text: 'resnet50.pt2' }, { text: 'Open a model file…' }]
  it('wants every word, in any order and case', () => {
    expect(matchEntries(entries, 'FILE model')).toEqual([{ text: 'Open a model file…' }])
    expect(matchEntries(entries, 'zzz')).toEqual([])
    expect(matchEntries(entries, '  ')).toEqual(entries)
  })
  it('puts what starts with it first', () => {
    expect(matchEntries([{ text: 'a net' }, { text: 'net a' }], 'net')[0]).toEqual({ text: 'net a' })
  })
})
