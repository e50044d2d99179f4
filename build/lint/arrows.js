// Lint rule: imports point the way of the house (see arrows-table.js).
import { builtinModules } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { bridgeFile, bridgeName, nodeOnly, preloadFolder, senderFolder, zoneOf } from './arrows-table.js'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
const builtins = new Set(builtinModules)

/** @param {string} file @param {string} base */
const fromRoot = (file, base) => path.relative(base, file).split(path.sep).join('/')

/** @param {string} source @returns {string} the package's name: `@a/b/c` gives `@a/b` */
const packageOf = (source) =>
  source
    .split('/')
    .slice(0, source.startsWith('@') ? 2 : 1)
    .join('/')

/**
 * Judges one import.
 * @param {string} file path from the root of the importing file
 * @param {string} source what it imports
 * @returns {string | null} why it is wrong
 */
export function judgeImport(file, source) {
  const zone = zoneOf(file)
  if (!zone) return null
  if (source.startsWith('.')) {
    const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), source))
    return zone.may.some((allowed) => target.startsWith(allowed) || `${target}/` === allowed) ? null : `${zone.why}; ${target} is not its to import`
  }
  if (source === 'electron' || source.startsWith('electron/')) return zone.electron ? null : `${zone.why}; it does not import electron`
  if (source.startsWith('node:') || builtins.has(packageOf(source))) return zone.builtins === 'node' ? null : `${zone.why}; it does not import Node's ${source}`
  if (path.isAbsolute(source)) return 'an import is relative or names a package'
  const name = packageOf(source)
  if (zone.packages !== 'any' && !zone.packages.includes(name)) return `${zone.why}; it does not import ${name}`
  if (file.startsWith('renderer/') && nodeOnly.includes(name)) return `${name} needs Node, and renderer/ lives in a page`
  return null
}

/** @type {import('eslint').Rule.RuleModule} */
export const arrows = {
  meta: {
    type: 'problem',
    docs: { description: 'imports point the way of the house' },
    schema: [{ type: 'object', properties: { root: { type: 'string' } }, additionalProperties: false }],
    messages: {
      arrow: 'Wrong arrow: {{why}}.',
      bridge: 'Only {{file}} touches the bridge (window.{{name}}); call its functions.',
      ipcRenderer: 'ipcRenderer stays inside {{folder}}.',
      send: 'webContents.send stays inside {{folder}}, where events are typed by the contract.',
    },
  },
  create(context) {
    const base = context.options[0]?.root ?? root
    const file = fromRoot(context.filename, base)
    /** @param {import('estree').Node | null | undefined} source */
    const check = (source) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return
      const why = judgeImport(file, source.value)
      if (why) context.report({ node: source, messageId: 'arrow', data: { why } })
    }
    /** @param {unknown} node @returns {string | null} `a.b` and `a['b']` give b */
    const propertyName = (node) => {
      const member = /** @type {import('estree').MemberExpression} */ (node)
      if (!member.computed && member.property.type === 'Identifier') return member.property.name
      return member.property.type === 'Literal' ? String(member.property.value) : null
    }
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      CallExpression(node) {
        const called = node.callee
        if (called.type === 'Identifier' && called.name === 'require') check(/** @type {import('estree').Node} */ (node.arguments[0]))
      },
      // `import('x')` in a type position is typescript-eslint's own node.
      TSImportType: (/** @type {{ source?: import('estree').Node, argument?: { literal?: import('estree').Node } }} */ node) =>
        check(node.source ?? node.argument?.literal),
      MemberExpression(node) {
        const name = propertyName(node)
        const object = node.object
        if (
          file.startsWith('renderer/') &&
          file !== bridgeFile &&
          name === bridgeName &&
          object.type === 'Identifier' &&
          ['window', 'globalThis', 'self'].includes(object.name)
        ) {
          context.report({ node, messageId: 'bridge', data: { file: bridgeFile, name: bridgeName } })
        }
        if (name === 'send' && object.type === 'MemberExpression' && propertyName(object) === 'webContents' && !file.startsWith(senderFolder)) {
          context.report({ node, messageId: 'send', data: { folder: senderFolder } })
        }
        if (name === 'send' && object.type === 'Identifier' && /webContents$/i.test(object.name) && !file.startsWith(senderFolder)) {
          context.report({ node, messageId: 'send', data: { folder: senderFolder } })
        }
      },
      Identifier(node) {
        // `import { ipcRenderer }` holds the name twice at one place.
        const parent = /** @type {{ parent?: { type: string, local?: unknown } }} */ (node).parent
        if (parent?.type === 'ImportSpecifier' && parent.local === node) return
        if (node.name === 'ipcRenderer' && !file.startsWith(preloadFolder)) context.report({ node, messageId: 'ipcRenderer', data: { folder: preloadFolder } })
      },
    }
  },
}
