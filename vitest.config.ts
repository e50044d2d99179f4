import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const minutes = (n: number) => n * 60_000

/**
 * Suites by what they need. `unit` needs nothing but Node; `renderer` a DOM; `native` the addon and the real library;
 * `integration` starts programs; `packed` the installed package and root.
 */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      { test: { name: 'unit', environment: 'node', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        plugins: [vue()],
        test: {
          name: 'renderer',
          environment: 'happy-dom',
          include: ['test/renderer/**/*.test.ts'],
          testTimeout: 20_000,
          server: { deps: { inline: ['naive-ui'] } },
        },
      },
      // One file at a time, each in a process of its own: a library that was loaded stays loaded.
      {
        test: {
          name: 'native',
          environment: 'node',
          pool: 'forks',
          include: ['test/native/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: minutes(2),
          hookTimeout: minutes(2),
        },
      },
      {
        test: {
          name: 'integration',
          environment: 'node',
          pool: 'forks',
          include: ['test/integration/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: minutes(5),
          hookTimeout: minutes(5),
        },
      },
      {
        test: {
          name: 'packed',
          environment: 'node',
          pool: 'forks',
          include: ['test/packed/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: minutes(5),
          hookTimeout: minutes(5),
        },
      },
      {
        test: {
          name: 'bench',
          environment: 'node',
          pool: 'forks',
          include: ['test/bench/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: minutes(10),
          hookTimeout: minutes(5),
        },
      },
    ],
  },
})
