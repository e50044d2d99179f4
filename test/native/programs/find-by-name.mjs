// Looks for full TensorRT where the system's loader would: a child, since a truncated file that the loader opens ends the process.
import { createRequire } from 'node:module'

const addon = createRequire(import.meta.url)(process.argv[2])
const found = await addon.find({ flavour: 'tensorrt', places: [], system: true }, addon.createToken(), () => undefined)
process.stdout.write(JSON.stringify(found.attempts))
