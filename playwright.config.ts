import { defineConfig } from '@playwright/test'

/** The real app under a display; one at a time, since there is one keyboard. No retries: a test that passes the second time is a fault. */
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.test.ts',
  outputDir: 'test-results/e2e',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
})
