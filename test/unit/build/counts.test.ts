import { describe, expect, it } from 'vitest'
import { closingLine, fromJunit, fromPlaywright, none, total } from '../../../build/lib/counts.mjs'

describe('counts', () => {
  it('are read from JUnit XML', () => {
    const xml = `<testsuites><testsuite>
      <testcase classname="a" name="passes" time="0.1" />
      <testcase classname="a" name="fails &lt;x&gt;"><failure message="m">boom</failure></testcase>
      <testcase classname="a" name="breaks"><error message="m">boom</error></testcase>
      <testcase classname="a" name="skips"><skipped type="pytest.skip" message="no GPU" /></testcase>
      <testcase classname="a" name="skips silently"><skipped type="pytest.skip" message="unconditional skip" /></testcase>
    </testsuite></testsuites>`
    expect(fromJunit(xml)).toEqual({
      passed: 1,
      failed: 2,
      failures: ['a > fails <x>', 'a > breaks'],
      skipped: [
        { name: 'a > skips', reason: 'no GPU' },
        { name: 'a > skips silently', reason: null },
      ],
    })
  })

  it('are read from Playwright, where flaky is no pass', () => {
    const test = (title: string, status: string, annotations: Array<{ type: string; description?: string }> = []) => ({
      title,
      tests: [{ status, annotations }],
    })
    const report = {
      suites: [
        {
          title: 'file.test.ts',
          specs: [test('passes', 'expected'), test('fails', 'unexpected')],
          suites: [{ title: 'group', specs: [test('flaky', 'flaky'), test('skips', 'skipped', [{ type: 'skip', description: 'needs a GPU' }])] }],
        },
      ],
      errors: [{ message: 'no such file\nmore' }],
    }
    expect(fromPlaywright(report)).toEqual({
      passed: 1,
      failed: 3,
      failures: ['file.test.ts > fails', 'file.test.ts > group > flaky', 'playwright: no such file'],
      skipped: [{ name: 'file.test.ts > group > skips', reason: 'needs a GPU' }],
    })
  })

  it('fail for a test that is skipped without a reason', () => {
    const sum = total([
      { ...none(), passed: 3, skipped: [{ name: 'a', reason: 'needs a GPU' }] },
      { ...none(), passed: 1, skipped: [{ name: 'b', reason: null }] },
    ])
    expect(sum).toEqual({ passed: 4, failed: 1, skipped: 1, unexplained: ['b'] })
    expect(closingLine(sum)).toBe('4 passed, 1 failed, 1 skipped')
    expect(closingLine({ passed: 2, failed: 0, skipped: 0 })).toBe('2 passed, 0 failed')
  })
})
