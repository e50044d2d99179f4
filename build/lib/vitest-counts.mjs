// A vitest reporter that writes what the runner of all suites needs: counts, and every skipped test with its reason.
import fs from 'node:fs'
import path from 'node:path'

/** @typedef {{ passed: number, failed: number, skipped: Array<{ name: string, reason: string | null }>, failures: string[] }} Counts */

export default class CountsReporter {
  /** @param {ReadonlyArray<import('vitest/node').TestModule>} modules @param {ReadonlyArray<unknown>} unhandled */
  onTestRunEnd(modules, unhandled) {
    /** @type {Counts} */
    const counts = { passed: 0, failed: 0, skipped: [], failures: [] }
    for (const module of modules) {
      if (module.errors().length > 0) {
        counts.failed += 1
        counts.failures.push(`${module.relativeModuleId}: could not be run`)
      }
      for (const test of module.children.allTests()) {
        const result = test.result()
        const name = `${module.relativeModuleId} > ${test.fullName}`
        if (result.state === 'passed') counts.passed += 1
        else if (result.state === 'failed') {
          counts.failed += 1
          counts.failures.push(name)
        } else counts.skipped.push({ name, reason: ('note' in result && result.note) || reasonIn(test.fullName) })
      }
      // A failing beforeAll fails its suite without failing a test.
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length === 0) continue
        counts.failed += 1
        counts.failures.push(`${module.relativeModuleId} > ${suite.fullName}: hook failed`)
      }
    }
    for (const error of unhandled) {
      counts.failed += 1
      counts.failures.push(`unhandled: ${error instanceof Error ? error.message : String(/** @type {{ message?: string }} */ (error)?.message ?? error)}`)
    }
    const file = process.env.ENGINESMITH_COUNTS
    if (!file) return
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, JSON.stringify(counts))
  }
}

/**
 * A test that is skipped by a condition says the condition in its own name: "… (needs a GPU)", "… (only as root)".
 * @param {string} name
 */
const reasonIn = (name) => /\(((?:needs|only|not) [^)]+)\)/.exec(name)?.[1] ?? null
