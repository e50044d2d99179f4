import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { modulesIn } from '../../../renderer/wizard/model/operators'
import { show as showWizard, type Mounted } from './mount'
import { finding, fresh, stage } from './snapshots'

async function show(severity: 'error' | 'info', evidence: Record<string, never>): Promise<Mounted> {
  const load = stage(severity === 'error' ? 'failed' : 'completed', { findings: [finding('EXPORT_CUSTOM_OP', severity, { evidence })] })
  return showWizard(fresh({ stages: { ...fresh().stages, load } }), 'load')
}

describe('operators of other libraries', () => {
  it('ask for the module that registers them, import it and check', async () => {
    const w = await show('error', { operators: ['faraway::thrice'] } as never)
    expect(w.find('operators').text()).toContain('faraway::thrice')
    expect(w.find('operators').text()).toContain('not looked up yet')
    const field = w.find('operators').find<HTMLInputElement>('input')
    await field.setValue('my ops;')
    expect(w.find('check-operators').attributes('disabled')).toBeDefined()
    await field.setValue('faraway_lib, torchvision')
    await w.find('check-operators').trigger('click')
    await flushPromises()
    expect(w.inputs('settings.set')).toContainEqual({ operatorLibraries: ['faraway_lib', 'torchvision'] })
    expect(w.inputs('run.start')).toMatchObject([{ upTo: 'load' }])
  })
  it('show how the check went', async () => {
    const checks = [
      { operator: 'a::good', cpu: true, shapes: [['2', 's0']], fault: null },
      { operator: 'a::bad', cpu: true, shapes: [], fault: 'its fake kernel fails' },
    ]
    const w = await show('info', { operators: ['a::good', 'a::bad'], checks } as never)
    expect(w.find('operators').text()).toContain('gives 2 × s0')
    expect(w.find('operators').text()).toContain('its fake kernel fails')
  })
  it.each([
    ['a.b, c', ['a.b', 'c']],
    ['', []],
    ['a/b', null],
    ['os; rm', null],
  ])('reads %j', (text, modules) => expect(modulesIn(text)).toEqual(modules))
})
