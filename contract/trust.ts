import { z } from 'zod'

/** A file as a decision names it: by the hash of its content, never by its place. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)

/**
 * What the user allows for one content. `names`: these globals of a file, for good. `once`: everything of a file, in the
 * isolated worker, for one run and until the program ends. `class`: the code of the class that a recipe names may be
 * imported; `sha256` is that of what the recipe says of it. `host-code`: the
 * code for the CPU that an engine carries, for good. Kept on this machine; never in a recipe.
 */
export const trustDecisionSchema = z.object({
  sha256: sha256Schema,
  kind: z.enum(['names', 'once', 'class', 'host-code']),
  /** Of a class: `module:Class`, and its arguments as JSON. */
  names: z.array(z.string()),
  /** The file's name when it was decided, or the class's, for people; it decides nothing. */
  file: z.string(),
  at: z.string(),
  /** The run that `once` holds for. */
  run: z.string().nullable().default(null),
})
export type TrustDecision = z.infer<typeof trustDecisionSchema>

export const trustListSchema = z.object({ decisions: z.array(trustDecisionSchema) })

/** trust.json of the data folder. */
export const trustFileSchema = z.object({ version: z.literal(1), decisions: z.array(trustDecisionSchema) })

/** Whether a file that is trusted once can be kept from the network here; `reason` says why not. */
export const isolationSchema = z.object({ isolated: z.boolean(), reason: z.string().nullable() })
export type Isolation = z.infer<typeof isolationSchema>
