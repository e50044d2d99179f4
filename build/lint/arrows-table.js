// Which folder may import which: DESIGN.md's house as data. The lint rule reads it, and so does the test of the tree.

/**
 * @typedef {object} Zone
 * @property {string} folder path from the root, with a slash at its end, or a file
 * @property {string[]} may folders (or files) of the project that it may import from
 * @property {'node' | 'none'} builtins whether it may import Node's own modules
 * @property {boolean} electron whether it may import `electron`
 * @property {'any' | string[]} packages npm packages that it may import
 * @property {string} why said in the message
 */

/** The most specific (longest) folder that holds a file decides. @type {Zone[]} */
export const zones = [
  {
    folder: 'contract/',
    may: ['contract/'],
    builtins: 'none',
    electron: false,
    packages: ['zod'],
    why: 'contract/ runs in every process, so it imports zod alone',
  },
  {
    folder: 'electron/core/',
    // Texts that it hands out are taken into its bundle.
    may: ['contract/', 'electron/core/', 'resources/runners/'],
    builtins: 'node',
    electron: false,
    packages: 'any',
    why: 'electron/core/ is plain Node: the command line and the tests use the same code',
  },
  {
    folder: 'electron/cli/',
    may: ['contract/', 'electron/core/', 'electron/cli/', 'package.json'],
    builtins: 'node',
    electron: false,
    packages: 'any',
    why: 'electron/cli/ works under plain Node, without Electron',
  },
  {
    folder: 'electron/preload/',
    may: ['contract/', 'electron/preload/'],
    builtins: 'none',
    electron: true,
    packages: [],
    why: 'a sandboxed preload has Electron and the contract, nothing else',
  },
  {
    folder: 'electron/main/',
    may: ['contract/', 'electron/core/', 'electron/cli/', 'electron/main/', 'package.json'],
    builtins: 'node',
    electron: true,
    packages: 'any',
    why: 'electron/main/ wires the core to Electron and never reaches into the renderer or the preload',
  },
  {
    folder: 'renderer/',
    may: ['contract/', 'renderer/'],
    builtins: 'none',
    electron: false,
    packages: 'any',
    why: 'renderer/ lives in a page: it talks to main through the bridge',
  },
]

/** Packages that run only in Node: an import from the page would break it at run time. */
export const nodeOnly = [
  'execa',
  'onnxruntime-node',
  'write-file-atomic',
  'yauzl',
  'commander',
  'eta',
  'junit-report-builder',
  'protobufjs',
  'pure-rand',
  'fflate',
]

/** The one file of the renderer that touches the bridge. */
export const bridgeFile = 'renderer/api.ts'
/** The name under which the preload exposes it. */
export const bridgeName = 'enginesmith'
/** The one folder that sends to a page. */
export const senderFolder = 'electron/main/ipc/'
/** The one folder that sees the raw ipcRenderer. */
export const preloadFolder = 'electron/preload/'

/** @param {string} file path from the root, with forward slashes @returns {Zone | null} */
export const zoneOf = (file) => zones.filter((zone) => file.startsWith(zone.folder)).sort((a, b) => b.folder.length - a.folder.length)[0] ?? null
