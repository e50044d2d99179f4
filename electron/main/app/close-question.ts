/** What closing the window would take away. */
export interface WorkUnderWay {
  /** How many single runs are at work. */
  runs: number
  /** The models of the batches at work, and those of them that have not ended; null where none is. */
  batch: { left: number; total: number } | null
  /** Whether an engine is being timed, compared, refitted and the like. */
  engine: boolean
}

export interface CloseQuestion {
  title: string
  detail: string
  /** The button that ends the work and closes. */
  close: string
  stay: string
}

/** The question's words, by what is at work. */
export interface CloseWords {
  title: (what: string[], several: boolean) => string
  runs: (count: number) => string
  batch: (left: number, total: number) => string
  engine: string
  detail: Record<keyof WorkUnderWay, string>
  close: Record<keyof WorkUnderWay | 'all', string>
  stay: string
}

export const englishClose: CloseWords = {
  title: (what, several) => `${upper(what.join(' and '))} ${several ? 'are' : 'is'} still under way`,
  runs: (count) => (count === 1 ? 'a run' : `${count} runs`),
  batch: (left, total) => `a batch (${left} of ${total} models left)`,
  engine: 'work on an engine',
  detail: {
    runs: 'Closing cancels what runs. Finished steps are kept and reused when it is run again.',
    batch: 'Closing stops the batch. Models that have ended keep their results, and it goes on with the others when it is resumed.',
    engine: 'Closing ends the work on the engine, and its results are lost.',
  },
  close: { runs: 'Cancel the run and close', batch: 'Stop the batch and close', engine: 'End the work and close', all: 'Stop everything and close' },
  stay: 'Keep running',
}

export const chineseClose: CloseWords = {
  title: (what) => `仍有${what.join('和')}在进行`,
  runs: (count) => (count === 1 ? '运行' : ` ${count} 个运行`),
  batch: (left, total) => `批处理（共 ${total} 个模型，剩余 ${left} 个）`,
  engine: '引擎工作',
  detail: {
    runs: '关闭将取消运行。已完成的步骤会保留，再次运行时复用。',
    batch: '关闭将停止批处理。已结束的模型保留其结果，恢复批处理时继续处理其余模型。',
    engine: '关闭将结束引擎工作，其结果会丢失。',
  },
  close: { runs: '取消运行并关闭', batch: '停止批处理并关闭', engine: '结束工作并关闭', all: '全部停止并关闭' },
  stay: '继续运行',
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** What is asked where the window is closed; null where nothing is under way. */
export function closeQuestion({ runs, batch, engine }: WorkUnderWay, words: CloseWords): CloseQuestion | null {
  const kinds = [...(runs > 0 ? (['runs'] as const) : []), ...(batch === null ? [] : (['batch'] as const)), ...(engine ? (['engine'] as const) : [])]
  const [first, ...others] = kinds
  if (first === undefined) return null
  const what = [...(runs > 0 ? [words.runs(runs)] : []), ...(batch === null ? [] : [words.batch(batch.left, batch.total)]), ...(engine ? [words.engine] : [])]
  return {
    title: words.title(what, what.length > 1 || runs > 1),
    detail: kinds.map((kind) => words.detail[kind]).join('\n'),
    close: others.length > 0 || runs > 1 ? words.close.all : words.close[first],
    stay: words.stay,
  }
}
