import { config } from 'zod/v4/core'

/** Before any schema: zod would else try `new Function` at its first parse, which the page's policy reports as an error. */
config({ jitless: true })
