import { z } from 'zod'
import type { Layer } from '../../../contract/engine'

/**
 * The engine inspector's JSON, in the two forms that TensorRT writes: detailed (objects) and names only (strings). The
 * element type stands in `Datatype` (10.8 and later) or at the end of `Format/Datatype`.
 */
const tensorSchema = z.looseObject({ Name: z.string().optional(), 'Format/Datatype': z.string().optional(), Datatype: z.string().optional() })
const detailedSchema = z.looseObject({
  Name: z.string(),
  LayerType: z.string().optional(),
  Inputs: z.array(tensorSchema).optional(),
  Outputs: z.array(tensorSchema).optional(),
  TacticName: z.string().optional(),
  TacticValue: z.string().optional(),
  Metadata: z.string().optional(),
})
const informationSchema = z.looseObject({ Layers: z.array(z.union([z.string(), detailedSchema])) })

/** Layers of `getEngineInformation(kJSON)`; null where the text is absent or of another form. */
export function layersOf(inspector: string | null): Layer[] | null {
  if (inspector === null) return null
  const parsed = informationSchema.safeParse(readJson(inspector))
  return parsed.success ? parsed.data.Layers.map(layerOf) : null
}

function layerOf(row: string | z.infer<typeof detailedSchema>): Layer {
  if (typeof row === 'string') return { name: row, type: 'unknown', precision: null, tactic: null, onnxNodes: [] }
  const output = row.Outputs?.[0]
  const tactic = row.TacticName ?? row.TacticValue ?? ''
  return {
    name: row.Name,
    type: row.LayerType ?? 'unknown',
    precision: output?.Datatype ?? output?.['Format/Datatype'] ?? null,
    tactic: tactic === '' ? null : tactic,
    onnxNodes: [...(row.Metadata ?? '').matchAll(/\[ONNX Layer: ([^\]]*)\]/g)].map((match) => match[1] ?? ''),
    ...(row.Inputs === undefined ? {} : { inputs: namesOf(row.Inputs) }),
    ...(row.Outputs === undefined ? {} : { outputs: namesOf(row.Outputs) }),
  }
}

const namesOf = (tensors: ReadonlyArray<z.infer<typeof tensorSchema>>): string[] => tensors.flatMap(({ Name }) => Name ?? [])

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
