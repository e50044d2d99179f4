import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BatchRow, RowEdit } from '../../../contract/batch'
import { commands } from '../../../contract/ipc'
import { recipeSchema, type Recipe } from '../../../contract/recipe'
import { setLocale } from '../../../renderer/i18n'
import { batchOf, batchRowOf, junkRow } from '../batches'
import { mountBatch, type MountedBatch } from './mount-batch'

/** What main makes of an edit, as far as these tests look at it. */
function patchOf(edit: RowEdit, row: BatchRow): Partial<BatchRow> {
  const { backend, precision, model, targets, inputSpecs: _inputs, shapes: _shapes, ...plain } = edit
  const own: Recipe = row.recipe ?? recipeSchema.parse({})
  const build = Object.fromEntries(Object.entries({ backend, precision, targets }).filter(([, value]) => value !== undefined))
  const changes = Object.keys(build).length > 0 || model !== undefined
  return {
    ...plain,
    ...(changes ? { recipe: { ...own, load: { ...own.load, ...(model === undefined ? {} : { model }) }, build: { ...own.build, ...build } } } : {}),
    ...(plain.excluded === undefined ? {} : { state: plain.excluded ? 'excluded' : 'waiting' }),
  }
}
const names = ['a.onnx', 'b.onnx', 'c.onnx', 'd.onnx'] as const
let view: MountedBatch
const show = async (rows = [...names.map((name) => batchRowOf(name)), junkRow('notes.txt')]): Promise<void> => {
  view = await mountBatch(batchOf(rows), patchOf)
}
const focus = async (row: string, column: string, more: MouseEventInit = {}): Promise<void> => {
  await view.cell(row, column).trigger('mousedown', { button: 0, ...more })
  await flushPromises()
}
const edits = (): Array<{ rows: string[]; edit: RowEdit }> =>
  view.inputs('batch.edit').map((input) => {
    const { rows, edit } = commands['batch.edit'].input.parse(input)
    return { rows, edit }
  })
const chosen = (): string[] => view.wrapper.findAll('tr.chosen').map((row) => row.attributes('id')?.replace('row-', '') ?? '')
const typeText = async (text: string): Promise<void> => {
  const input = view.wrapper.find<HTMLInputElement>('[data-testid=cell-editor] input')
  await input.setValue(text)
}

beforeEach(() => setLocale('en'))
afterEach(() => view.end())

describe('the plan sheet as a table', () => {
  it('has one tab stop, and arrows, Home and End move in it, up to the head', async () => {
    await show()
    expect(view.wrapper.findAll('tbody td[tabindex="0"]')).toHaveLength(1)
    await focus('a_onnx', 'backend')
    expect(view.focused()).toEqual({ row: 'a_onnx', column: 'backend' })
    await view.press('ArrowDown')
    await view.press('ArrowRight')
    expect(view.focused()).toEqual({ row: 'b_onnx', column: 'targets' })
    await view.press('Home', { ctrlKey: true })
    expect(view.focused()).toEqual({ row: 'a_onnx', column: 'file' })
    await view.press('End')
    expect(view.focused()).toEqual({ row: 'a_onnx', column: 'state' })
    await view.press('ArrowUp')
    expect(document.activeElement?.getAttribute('data-testid')).toBe('batch-sort-state')
    expect(view.wrapper.findAll('[data-at=true]')).toHaveLength(1)
  })

  it('edits a choice with Enter and keeps it as it was with Escape', async () => {
    await show()
    await focus('a_onnx', 'backend')
    await view.press('Enter')
    expect(document.activeElement?.getAttribute('role')).toBe('listbox')
    await view.press('o')
    await view.press('Escape')
    expect(edits()).toEqual([])
    expect(view.focused()).toEqual({ row: 'a_onnx', column: 'backend' })
    await view.press('F2')
    await view.press('o')
    await view.press('Enter')
    expect(edits()).toEqual([{ rows: ['a_onnx'], edit: { backend: 'onnxruntime' } }])
    expect(view.cell('a_onnx', 'backend').text()).toBe('ONNX Runtime CPU')
    expect(view.focused()).toEqual({ row: 'b_onnx', column: 'backend' })
  })

  it('writes over a text cell, says why a value is none, and goes on with Tab', async () => {
    await show()
    await focus('a_onnx', 'targets')
    await view.press('s')
    expect(view.wrapper.find<HTMLInputElement>('[data-testid=cell-editor] input').element.value).toBe('s')
    await typeText('sm86 gpu')
    await view.press('Enter')
    expect(view.wrapper.get('[role=alert]').text()).toContain('gpu is no compute capability')
    expect(edits()).toEqual([])
    await typeText('sm86 sm120')
    await view.press('Tab')
    expect(edits()).toEqual([{ rows: ['a_onnx'], edit: { targets: ['sm86', 'sm120'] } }])
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Precision of a.onnx')
    await view.press('Escape')
    expect(view.focused()).toEqual({ row: 'a_onnx', column: 'precision' })
  })

  it('shows what main refuses in the cell and keeps it open', async () => {
    await show()
    view.main.refuse('batch.edit', { code: 'USAGE', message: 'x does not name an input.', remedy: 'Write it as name:dtype:dims.' })
    await focus('a_onnx', 'shape')
    await view.press('Enter')
    expect(view.wrapper.find<HTMLInputElement>('[data-testid=cell-editor] input').element.value).toBe('x:float32:1x3x8x8')
    await typeText('x')
    await view.press('Enter')
    expect(view.wrapper.get('[role=alert]').text()).toBe('x does not name an input. Write it as name:dtype:dims.')
  })

  it('does not touch what is no model or at work', async () => {
    await show([batchRowOf('a.onnx', { state: 'running', stage: 'build' }), junkRow('notes.txt')])
    await focus('a_onnx', 'backend')
    await view.press('Enter')
    await focus('notes_txt', 'finding')
    expect(view.cell('notes_txt', 'finding').attributes('colspan')).not.toBe('1')
    expect(view.cell('notes_txt', 'backend').exists()).toBe(false)
    await view.press('Enter')
    expect(view.wrapper.find('[data-testid=cell-editor]').exists()).toBe(false)
    expect(view.cell('a_onnx', 'backend').attributes('aria-readonly')).toBe('true')
  })

  it('chooses rows with Ctrl, Shift and Space, and fills a column down with Ctrl D', async () => {
    await show([batchRowOf('a.onnx', { minutes: 3 }), ...names.slice(1).map((name) => batchRowOf(name)), junkRow('notes.txt')])
    await focus('a_onnx', 'limit')
    await focus('c_onnx', 'limit', { shiftKey: true })
    expect(chosen()).toEqual(['a_onnx', 'b_onnx', 'c_onnx'])
    await focus('b_onnx', 'limit', { ctrlKey: true })
    expect(chosen()).toEqual(['a_onnx', 'c_onnx'])
    await view.press('ArrowDown')
    await view.press('ArrowDown')
    await view.press(' ')
    expect(chosen()).toEqual(['a_onnx', 'c_onnx', 'd_onnx'])
    await view.press('d', { ctrlKey: true })
    expect(edits()).toEqual([{ rows: ['c_onnx', 'd_onnx'], edit: { minutes: 3 } }])
    expect(view.cell('d_onnx', 'limit').text()).toBe('3 min')
    await view.press('Escape')
    expect(chosen()).toEqual([])
    // With none chosen, from the row above.
    await view.press('ArrowUp')
    await view.press('ArrowUp')
    await view.press('d', { ctrlKey: true })
    expect(edits().at(-1)).toEqual({ rows: ['b_onnx'], edit: { minutes: 3 } })
  })

  it('gives a value to all chosen rows with Ctrl Enter, and their defaults back with Delete', async () => {
    await show()
    await focus('a_onnx', 'precision')
    await view.press('a', { ctrlKey: true })
    await view.press('Enter')
    await view.press('f')
    await view.press('Enter', { ctrlKey: true })
    expect(edits()).toEqual([{ rows: ['a_onnx', 'b_onnx', 'c_onnx', 'd_onnx'], edit: { precision: 'fp32' } }])
    expect(view.inputs('batch.act')).toEqual([])
    await view.press('Delete')
    expect(edits().at(-1)).toEqual({ rows: ['a_onnx', 'b_onnx', 'c_onnx', 'd_onnx'], edit: { precision: null } })
  })

  it('takes edits back one by one and makes them again', async () => {
    await show([batchRowOf('a.onnx', { minutes: 3 }), batchRowOf('b.onnx')])
    await focus('b_onnx', 'limit')
    await view.press('7')
    await view.press('Enter')
    await focus('b_onnx', 'backend')
    await view.press('a', { ctrlKey: true })
    await view.press('Enter')
    await view.press('o')
    await view.press('Enter', { ctrlKey: true })
    await view.press('z', { ctrlKey: true })
    expect(edits().at(-1)).toEqual({ rows: ['a_onnx', 'b_onnx'], edit: { recipe: null } })
    expect(view.cell('b_onnx', 'limit').text()).toBe('7 min')
    await view.press('z', { ctrlKey: true })
    expect(edits().at(-1)).toEqual({ rows: ['b_onnx'], edit: { minutes: null } })
    await view.press('z', { ctrlKey: true, shiftKey: true })
    await view.press('z', { ctrlKey: true, shiftKey: true })
    expect(view.cell('b_onnx', 'limit').text()).toBe('7 min')
    expect(view.cell('a_onnx', 'backend').text()).toBe('ONNX Runtime CPU')
    const sent = edits().length
    await view.press('z', { ctrlKey: true, shiftKey: true })
    expect(edits()).toHaveLength(sent)
  })

  it('leaves a row out by its tick, sorts the queue by a head, and takes that back too', async () => {
    await show([batchRowOf('b.onnx'), batchRowOf('a.onnx')])
    await view.cell('a_onnx', 'include').get('[role=switch]').trigger('click')
    await flushPromises()
    expect(view.cell('a_onnx', 'state').text()).toBe('Left out')
    await view.wrapper.get('[data-testid=batch-sort-file]').trigger('click')
    await flushPromises()
    expect(view.inputs('batch.order')).toEqual([{ id: 'b', order: ['a_onnx', 'b_onnx'] }])
    expect(view.wrapper.get('th.file').attributes('aria-sort')).toBe('ascending')
    await view.wrapper.get('[data-testid=batch-undo]').trigger('click')
    await flushPromises()
    expect(view.inputs('batch.order').at(-1)?.order).toEqual(['b_onnx', 'a_onnx'])
  })

  it('applies a recipe file by the cell and goes by its name', async () => {
    await show()
    const recipe = recipeSchema.parse({ build: { precision: 'fp16' } })
    view.main.answer('dialog.open', () => ({ path: '/recipes/half.json' }))
    view.main.answer('recipe.read', () => recipe)
    await focus('a_onnx', 'recipe')
    await view.press('Enter')
    await view.press('End')
    await view.press('Enter')
    expect(edits()).toEqual([{ rows: ['a_onnx'], edit: { recipe } }])
    expect(view.cell('a_onnx', 'recipe').text()).toBe('half.json')
    expect(view.cell('b_onnx', 'recipe').text()).toBe('Of the batch')
  })

  it('draws a part of many rows, and moves through all of them', async () => {
    await show(Array.from({ length: 500 }, (_, index) => batchRowOf(`m${index}.onnx`)))
    expect(view.wrapper.findAll('tr[id^=row-]').length).toBeLessThan(60)
    expect(view.wrapper.get('[role=grid]').attributes('aria-rowcount')).toBe('501')
    await focus('m0_onnx', 'file')
    await view.press('ArrowDown', { ctrlKey: true })
    expect(view.focused()).toEqual({ row: 'm499_onnx', column: 'file' })
  })
})
