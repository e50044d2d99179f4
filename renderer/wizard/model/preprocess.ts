import { preprocessSchema, type Preprocess } from '../../../contract/preprocess'

export const defaultPreprocess: Preprocess = preprocessSchema.parse({})

/** What networks trained on ImageNet expect. */
export const imagenet: Pick<Preprocess, 'mean' | 'std'> = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }

/** Numbers joined by commas, as a schema of the preprocessing takes them; null for anything else. */
export function numbersIn(text: string, field: 'mean' | 'std'): number[] | null {
  const parts = text.split(/[,，]/).map((part) => part.trim())
  if (parts.some((part) => part === '')) return null
  const parsed = preprocessSchema.shape[field].safeParse(parts.map(Number))
  return parsed.success ? parsed.data : null
}

/** A positive number, or a fraction such as 1/255; null for anything else. */
export function scaleIn(text: string): number | null {
  const [over = '', under = '1', more] = text.split('/').map((part) => part.trim())
  if (over === '' || under === '' || more !== undefined) return null
  const value = Number(over) / Number(under)
  return Number.isFinite(value) && value > 0 ? value : null
}

/** As a person would write it: 1/255 stays a fraction. */
export function scaleText(scale: number | null): string {
  if (scale === null) return ''
  const under = Number((1 / scale).toPrecision(12))
  return String(scale).length > 8 && String(under).length <= 8 && 1 / under === scale ? `1/${under}` : String(scale)
}
