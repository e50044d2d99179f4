import type { FindingCode } from '../../finding'
import type { FindingWords } from '../words'
import { batch } from './batch'
import { engines } from './engines'
import { environment } from './environment'
import { files } from './files'
import { models } from './models'

/** Every code in Chinese: one that is missing does not compile. */
export const findings: Readonly<Record<FindingCode, FindingWords>> = { ...files, ...batch, ...models, ...engines, ...environment }

/** The titles alone, under the codes. */
export const titles = Object.fromEntries(Object.entries(findings).map(([code, { title }]) => [code, title])) as Record<FindingCode, string>
