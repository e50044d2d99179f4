// Reads what each kind of test runner left behind into one shape.
import fs from 'node:fs'

/** @typedef {import('./vitest-counts.mjs').Counts} Counts */

/** @returns {Counts} */
export const none = () => ({ passed: 0, failed: 0, skipped: [], failures: [] })

/** @param {string} file as vitest-counts.mjs writes it @returns {Counts | null} */
export function readCounts(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** @param {string} text @returns {string} */
const unescape = (text) =>
  text
    .replace(/&#10;/g, '\n')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&')

/** @param {string} attributes @param {string} name */
const attribute = (attributes, name) => unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '')

/** @param {string} xml JUnit XML as pytest writes it @returns {Counts} */
export function fromJunit(xml) {
  const counts = none()
  for (const match of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const [, attributes = '', body = ''] = match
    const name = `${attribute(attributes, 'classname')} > ${attribute(attributes, 'name')}`
    const skipped = /<skipped\b([^>]*)/.exec(body)
    if (/<(failure|error)\b/.test(body)) {
      counts.failed += 1
      counts.failures.push(name)
    } else if (skipped) {
      const reason = attribute(skipped[1] ?? '', 'message')
      counts.skipped.push({ name, reason: reason && reason !== 'unconditional skip' ? reason : null })
    } else counts.passed += 1
  }
  return counts
}

/**
 * @typedef {{ title: string, specs?: Spec[], suites?: Suite[] }} Suite
 * @typedef {{ title: string, tests: Array<{ status: string, annotations?: Array<{ type: string, description?: string }> }> }} Spec
 */

/** @param {{ suites?: Suite[], errors?: Array<{ message?: string }> }} report Playwright's JSON @returns {Counts} */
export function fromPlaywright(report) {
  const counts = none()
  /** @param {Suite} suite @param {string} prefix */
  const visit = (suite, prefix) => {
    const here = [prefix, suite.title].filter(Boolean).join(' > ')
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        const name = `${here} > ${spec.title}`
        if (test.status === 'expected') counts.passed += 1
        else if (test.status === 'skipped') {
          counts.skipped.push({ name, reason: test.annotations?.find(({ type }) => type === 'skip' || type === 'fixme')?.description ?? null })
        } else {
          // A flaky test passed at a second try: no suite here has retries, so it counts as what it is.
          counts.failed += 1
          counts.failures.push(name)
        }
      }
    }
    for (const inner of suite.suites ?? []) visit(inner, here)
  }
  for (const suite of report.suites ?? []) visit(suite, '')
  for (const error of report.errors ?? []) {
    counts.failed += 1
    counts.failures.push(`playwright: ${(error.message ?? 'unknown error').split('\n')[0]}`)
  }
  return counts
}

/**
 * A run as a whole: a test that is skipped without a reason fails it.
 * @param {Counts[]} all
 */
export function total(all) {
  const unexplained = all.flatMap(({ skipped }) => skipped.filter(({ reason }) => !reason).map(({ name }) => name))
  const passed = all.reduce((sum, { passed: n }) => sum + n, 0)
  const failed = all.reduce((sum, { failed: n }) => sum + n, 0) + unexplained.length
  const skipped = all.reduce((sum, { skipped: list }) => sum + list.length, 0) - unexplained.length
  return { passed, failed, skipped, unexplained }
}

/** @param {{ passed: number, failed: number, skipped: number }} sum @returns {string} */
export const closingLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
