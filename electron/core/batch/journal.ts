import { open, readFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { rowResultSchema, type RowResult } from '../../../contract/batch'
import { isMissing, writing } from '../disk'

const lineSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('start'), id: z.string(), key: z.string(), at: z.string() }),
  z.object({ event: z.literal('end'), result: rowResultSchema }),
  /** A row that is to be done again, whatever came of it. */
  z.object({ event: z.literal('reset'), id: z.string() }),
])
export type JournalLine = z.infer<typeof lineSchema>

export const journalName = 'journal.jsonl'

/**
 * What became of the rows, one line an event, each on the disk before the next row begins: after a crash or a power cut
 * every row that had ended is known, and a last line that was cut off counts as never written.
 */
export class Journal {
  private handle: FileHandle | null = null
  private writing: Promise<void> = Promise.resolve()

  private constructor(
    private readonly path: string,
    readonly results: Map<string, RowResult>,
  ) {}

  static async open(folder: string): Promise<Journal> {
    const path = join(folder, journalName)
    const results = new Map<string, RowResult>()
    const { lines, whole } = await readJournal(folder)
    for (const line of lines) {
      if (line.event === 'end') results.set(line.result.id, line.result)
      else if (line.event === 'reset') results.delete(line.id)
    }
    // The next line must not be glued to a cut-off one.
    if (!whole) await writing(path, () => writeFileAtomic(path, lines.map((line) => `${JSON.stringify(line)}\n`).join('')))
    return new Journal(path, results)
  }

  append(line: JournalLine): Promise<void> {
    if (line.event === 'end') this.results.set(line.result.id, line.result)
    if (line.event === 'reset') this.results.delete(line.id)
    const write = async (): Promise<void> => {
      this.handle ??= await open(this.path, 'a')
      await this.handle.appendFile(`${JSON.stringify(line)}\n`)
      if (line.event === 'end') await this.handle.datasync()
    }
    this.writing = this.writing.then(write, write)
    return writing(this.path, () => this.writing)
  }

  async close(): Promise<void> {
    await this.writing.catch(() => undefined)
    await this.handle?.close()
    this.handle = null
  }
}

/** Every sound line; `whole` is false where something else is in the file. */
export async function readJournal(folder: string): Promise<{ lines: JournalLine[]; whole: boolean }> {
  const text = await readFile(join(folder, journalName), 'utf8').catch((error: unknown) => (isMissing(error) ? '' : Promise.reject(error)))
  let whole = text === '' || text.endsWith('\n')
  const lines: JournalLine[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    try {
      lines.push(lineSchema.parse(JSON.parse(line)))
    } catch {
      whole = false
    }
  }
  return { lines, whole }
}
