// What is checked without running the program: style and arrows of every language.
import fs from 'node:fs'
import path from 'node:path'
import { at, folders, root } from './paths.mjs'
import { filesUnder } from './stamp.mjs'

/** @typedef {{ name: string, command: string, args: string[], fix?: string[] }} Check */

const bin = (/** @type {string} */ name) =>
  path.join(folders.python, process.platform === 'win32' ? 'Scripts' : 'bin', name + (process.platform === 'win32' ? '.exe' : ''))

/** @param {string} packageName @param {string} name */
function nodeBin(packageName, name = packageName) {
  const folder = at('node_modules', packageName)
  const { bin: bins } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  return path.join(folder, typeof bins === 'string' ? bins : bins[name])
}

/** The C++ files of the project: what is generated is not formatted. */
export const nativeFiles = () =>
  filesUnder([at('native')], (name) => name !== 'native/build' && !/(^|\/)(generated|fixtures)(\/|$)/.test(name)).filter((file) => /\.(cpp|h)$/.test(file))

/** @returns {Check[]} */
export function checks() {
  const node = process.execPath
  const cpp = nativeFiles().map((file) => path.relative(root, file))
  return [
    { name: 'eslint', command: node, args: [nodeBin('eslint'), '.', '--max-warnings', '0'], fix: [nodeBin('eslint'), '.', '--fix'] },
    {
      name: 'prettier',
      command: node,
      args: [nodeBin('prettier'), '--check', '--log-level', 'warn', '.'],
      fix: [nodeBin('prettier'), '--write', '--log-level', 'warn', '.'],
    },
    { name: 'ruff check', command: bin('ruff'), args: ['check', '.'], fix: ['check', '--fix', '.'] },
    { name: 'ruff format', command: bin('ruff'), args: ['format', '--check', '.'], fix: ['format', '.'] },
    ...(cpp.length > 0 ? [{ name: 'clang-format', command: bin('clang-format'), args: ['--dry-run', '-Werror', ...cpp], fix: ['-i', ...cpp] }] : []),
    { name: 'includes of native/', command: node, args: [at('build', 'lint', 'includes.mjs')] },
    { name: 'docs/schemas', command: node, args: [at('build', 'schemas.mjs'), '--check'], fix: [at('build', 'schemas.mjs')] },
  ]
}

/** Type checking, one program a project. @returns {Check[]} */
export function typeChecks() {
  const tsc = nodeBin('typescript', 'tsc')
  return [
    { name: 'types of the core, main and tests', command: process.execPath, args: [tsc, '-p', 'tsconfig.node.json'] },
    { name: 'types of the end-to-end tests, which also run in a page', command: process.execPath, args: [tsc, '-p', 'tsconfig.e2e.json'] },
    { name: 'types of build/', command: process.execPath, args: [tsc, '-p', 'tsconfig.build.json'] },
    { name: 'types of the renderer', command: process.execPath, args: [nodeBin('vue-tsc'), '-p', 'tsconfig.web.json'] },
  ]
}
