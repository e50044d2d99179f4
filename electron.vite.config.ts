import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { bundled } from './build/bundles.mjs'

/**
 * Three bundles of the app. Everything is bundled but Electron itself and the one package with a native part, so that
 * the packed app carries no other node_modules. The command line is a fourth bundle: vite.cli.config.ts.
 */
export default defineConfig({
  main: {
    build: {
      ...bundled,
      externalizeDeps: false,
      outDir: 'out/main',
      rolldownOptions: {
        ...bundled.rolldownOptions,
        // A utility process starts from a file of its own: the engine host is a second input of the same bundle.
        input: { index: 'electron/main/index.ts', 'engine-host': 'electron/core/engine-host/child.ts' },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      ...bundled,
      externalizeDeps: false,
      outDir: 'out/preload',
      rolldownOptions: {
        ...bundled.rolldownOptions,
        input: { index: 'electron/preload/index.ts' },
        // A sandboxed preload is CommonJS, in one file.
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [vue()],
    define: {
      __VUE_OPTIONS_API__: false,
      __VUE_PROD_DEVTOOLS__: false,
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
      __VUE_I18N_FULL_INSTALL__: false,
      __VUE_I18N_LEGACY_API__: false,
      __INTLIFY_PROD_DEVTOOLS__: false,
      // Messages are interpreted, never compiled by `new Function`: the page's CSP allows none.
      __INTLIFY_JIT_COMPILATION__: true,
      __INTLIFY_DROP_MESSAGE_COMPILER__: false,
    },
    build: {
      target: 'chrome130',
      outDir: 'out/renderer',
      emptyOutDir: true,
      minify: true,
      // ECharts is loaded when the first chart is drawn; the first bundle has a test of its own.
      chunkSizeWarningLimit: 800,
      // A font or picture inlined as data: would be bytes of the first bundle.
      assetsInlineLimit: 0,
      rolldownOptions: { input: { index: 'renderer/index.html' } },
    },
  },
})
