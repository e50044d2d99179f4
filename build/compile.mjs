// npm run build: compiles the app, after whatever of set-up that needs.
import { setupOrExit } from './setup.mjs'

await setupOrExit({ only: ['packages', 'compile'] })
