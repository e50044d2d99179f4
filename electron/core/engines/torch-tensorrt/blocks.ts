import type { Finding } from '../../../../contract/finding'
import type { Partition } from '../../../../contract/run'
import { makeFinding } from '../../errors'

const reasons = {
  'no-converter': 'Torch-TensorRT has no converter for it, or none for these arguments',
  kept: 'it was to be kept',
  'block-too-small': 'its block is smaller than the least size',
} as const

/** How much becomes engines and what stays in PyTorch, and why; a warning where anything stays. */
export function blocksFinding({ operators, blocks }: Partition): Finding {
  const engines = blocks.filter((block) => block.runsIn === 'tensorrt')
  const inEngines = engines.reduce((sum, block) => sum + block.operators, 0)
  const staying = new Map<string, { operator: string; count: number; reason: keyof typeof reasons }>()
  for (const { operator, count, reason } of blocks.flatMap((block) => block.kinds)) {
    if (reason === null) continue
    const key = `${operator} ${reason}`
    staying.set(key, { operator, count: (staying.get(key)?.count ?? 0) + count, reason })
  }
  const rest = [...staying.values()]
  const told = rest.slice(0, 8).map(({ operator, count, reason }) => `${operator} (${count}: ${reasons[reason]})`)
  const more = rest.length > told.length ? `, and ${rest.length - told.length} more` : ''
  return makeFinding(
    'TORCH_TENSORRT_BLOCKS',
    rest.length === 0 ? 'info' : 'warning',
    `${inEngines} of ${operators} operators go into ${engines.length} TensorRT engine(s)${rest.length === 0 ? '.' : `; in PyTorch stay ${told.join(', ')}${more}.`}`,
    rest.length === 0
      ? 'Nothing has to be done.'
      : 'Every change between PyTorch and TensorRT costs time: raise --min-block-size for fewer blocks, lower it for more in TensorRT, or replace these operators.',
    { operators, inEngines, blocks: blocks.map((block) => ({ ...block, kinds: block.kinds.map((kind) => ({ ...kind })) })) },
  )
}
