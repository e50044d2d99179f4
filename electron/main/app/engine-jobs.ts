import type { WorkProgress } from '../../../contract/engine-work'
import type { Finding } from '../../../contract/finding'
import { findingOf } from '../../core/errors'
import type { EngineDocument } from '../../core/report/engine'
import type { SendEvent } from '../ipc/send'
import { throttle } from './throttle'

const eventMs = 100
/** Documents that can still be saved; the window shows no more of them at once. */
const keptDocuments = 12

export interface JobContext {
  signal: AbortSignal
  tell: (progress: WorkProgress) => void
}

/** Work on engines that is under way in this app, and the documents that came of it, by the names that the window gave. */
export class EngineJobs {
  private readonly running = new Map<string, AbortController>()
  private readonly documents = new Map<string, EngineDocument>()

  constructor(private readonly send: SendEvent) {}

  get atWork(): boolean {
    return this.running.size > 0
  }

  /** Runs `work` on a document; whatever it throws becomes a finding of the document, which is answered in any case. */
  async run<K extends EngineDocument['kind'], D extends { findings: Finding[] } & Extract<EngineDocument, { kind: K }>['document']>(
    job: string,
    kind: K,
    empty: D,
    work: (document: D, context: JobContext) => Promise<D | void>,
  ): Promise<D> {
    this.cancel(job)
    const controller = new AbortController()
    this.running.set(job, controller)
    let last: WorkProgress | null = null
    const told = throttle(eventMs, () => {
      if (last !== null) this.send('engine.progress', { job, ...last })
    })
    const tell = (progress: WorkProgress): void => {
      last = progress
      told.request()
    }
    let document = empty
    try {
      document = (await work(empty, { signal: controller.signal, tell })) ?? empty
    } catch (error) {
      document.findings.push(findingOf(error))
    } finally {
      told.flush()
      if (this.running.get(job) === controller) this.running.delete(job)
    }
    this.keep(job, { kind, document } as unknown as EngineDocument)
    return document
  }

  cancel(job: string): void {
    this.running.get(job)?.abort()
  }

  /** The document of a job that has ended; null where there is none any more. */
  document(job: string): EngineDocument | null {
    return this.documents.get(job) ?? null
  }

  private keep(job: string, document: EngineDocument): void {
    this.documents.delete(job)
    this.documents.set(job, document)
    const [oldest] = this.documents.keys()
    if (this.documents.size > keptDocuments && oldest !== undefined) this.documents.delete(oldest)
  }
}
