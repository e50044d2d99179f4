// electron-builder's configuration. What is an installation is in contents.mjs; this says how it is wrapped.
import fs from 'node:fs'
import path from 'node:path'
import { requireElectron } from '../lib/electron-path.mjs'
import { asarFiles, extraResources, staging } from './contents.mjs'

/**
 * Fuses of the packed app, one reason each.
 * @type {NonNullable<import('electron-builder').Configuration['electronFuses']>}
 */
export const fuses = {
  // The app's binary is no Node interpreter for whoever can set a variable.
  runAsNode: false,
  // Nor are Node's own options taken from the environment or the command line.
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  // The app sets no cookies; if a page ever did, they would be encrypted.
  enableCookieEncryption: true,
  // Only the asar is the app: no folder put beside it is started in its place.
  onlyLoadAppFromAsar: true,
  // Checked by Electron on the systems that can; Linux ignores it.
  enableEmbeddedAsarIntegrityValidation: process.platform !== 'linux',
  loadBrowserProcessSpecificV8Snapshot: false,
  // Pages come from app:// with a policy of their own; file: pages get no rights beyond a browser's.
  grantFileProtocolExtraPrivileges: false,
}

/** What Electron links beyond electron-builder's own list. */
const debDepends = [
  'libgtk-3-0 | libgtk-3-0t64',
  'libnotify4',
  'libnss3',
  'libxss1',
  'libxtst6',
  'xdg-utils',
  'libatspi2.0-0 | libatspi2.0-0t64',
  'libuuid1',
  'libsecret-1-0',
  'libgbm1',
  'libasound2 | libasound2t64',
  'libcups2 | libcups2t64',
  'libdrm2',
]

/** @returns {import('electron-builder').Configuration} */
export function configuration() {
  const { dist, version } = requireElectron()
  return {
    appId: 'org.enginesmith.app',
    productName: 'Enginesmith',
    copyright: 'Copyright © The Enginesmith authors',
    // The runtime that was set up, which may be older than the npm package (docs/adr/0301).
    electronDist: dist,
    electronVersion: version,
    electronLanguages: ['en-US', 'zh-CN'],
    electronFuses: fuses,
    npmRebuild: false,
    nodeGypRebuild: false,
    buildDependenciesFromSource: false,
    // Only what asarUnpack names lies beside the asar: each of those files is in the manifest.
    asar: { smartUnpack: false },
    asarUnpack: ['node_modules/onnxruntime-node/bin/**/*'],
    files: asarFiles(),
    extraResources: [
      ...extraResources.map(({ to }) => ({ from: path.join(staging, 'resources', to), to })),
      { from: 'resources/icons/icon.png', to: 'icons/icon.png' },
      { from: 'LICENSE', to: 'LICENSE' },
      { from: '.cache/packaging/THIRD-PARTY.txt', to: 'THIRD-PARTY.txt' },
      ...(process.platform === 'linux' ? [{ from: 'resources/linux/enginesmith', to: 'bin/enginesmith' }] : []),
    ],
    directories: { output: 'dist', buildResources: 'build/packaging' },
    publish: null,
    // Electron would start it where the asar is missing; an installation has no use for it.
    afterPack: async ({ appOutDir }) => fs.rmSync(path.join(appOutDir, 'resources', 'default_app.asar'), { force: true }),
    linux: {
      executableName: 'enginesmith',
      icon: 'resources/icons',
      category: 'Development',
      synopsis: 'PyTorch to TensorRT, proven equal',
      description: 'Converts a PyTorch or ONNX model to a TensorRT engine and proves, hop by hop, that it computes the same.',
      syncDesktopName: true,
      desktop: { entry: { Name: 'Enginesmith', Keywords: 'TensorRT;PyTorch;ONNX;' } },
      target: ['deb', 'AppImage'],
      maintainer: 'The Enginesmith authors <maintainers@enginesmith.example>',
    },
    deb: {
      depends: debDepends,
      recommends: ['python3-venv'],
      afterInstall: 'build/packaging/after-install.tpl',
      afterRemove: 'build/packaging/after-remove.tpl',
      packageCategory: 'devel',
      compression: 'xz',
    },
    win: { icon: 'resources/icons/icon.ico', target: ['nsis'] },
    nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true, deleteAppDataOnUninstall: false },
    mac: { icon: 'resources/icons/icon.icns', category: 'public.app-category.developer-tools', target: ['dmg'], hardenedRuntime: true, darkModeSupport: true },
    dmg: { writeUpdateInfo: false },
  }
}
