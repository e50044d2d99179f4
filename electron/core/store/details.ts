import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { comparisonDetailSchema, type ComparisonDetail } from '../../../contract/run'
import { writing } from '../disk'

const fileSchema = z.array(comparisonDetailSchema)
const fileName = 'details.json'

/** What the charts need of the current comparisons; empty where nothing was compared or the file is not readable. */
export async function readDetails(folder: string): Promise<ComparisonDetail[]> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(join(folder, fileName), 'utf8')))
  } catch {
    return []
  }
}

export function writeDetails(folder: string, details: ComparisonDetail[]): Promise<void> {
  const path = join(folder, fileName)
  return writing(path, () => writeFileAtomic(path, `${JSON.stringify(details)}\n`))
}
