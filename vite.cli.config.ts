import { defineConfig } from 'vite'
import { bundled, external } from './build/bundles.mjs'

/** The command line's bundle: the core without Electron, and its own engine host to start as a child process. */
export default defineConfig({
  // No packages are left to be resolved at run time.
  ssr: { noExternal: true, external },
  resolve: { mainFields: ['module', 'main'] },
  // A CommonJS package among the bundled ones asks for its own file's name; electron-vite sees to that by itself.
  define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
  build: {
    ...bundled,
    ssr: true,
    outDir: 'out/cli',
    rolldownOptions: {
      ...bundled.rolldownOptions,
      input: { index: 'electron/cli/index.ts', 'engine-host': 'electron/core/engine-host/child.ts' },
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
})
