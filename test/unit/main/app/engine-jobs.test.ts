import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { emptyLayers } from '../../../../electron/core/engine-work/empty'
import { EnginesmithError } from '../../../../electron/core/errors'
import { withScratch } from '../../../../electron/core/scratch'
import { EngineJobs } from '../../../../electron/main/app/engine-jobs'

const listening = (): { jobs: EngineJobs; sent: unknown[] } => {
  const sent: unknown[] = []
  return { jobs: new EngineJobs((name, payload) => void sent.push([name, payload])), sent }
}

describe('EngineJobs', () => {
  it('answers with the document, tells of progress, and keeps the document for saving', async () => {
    const { jobs, sent } = listening()
    const answer = await jobs.run('a', 'layers', emptyLayers(), (document, { tell }) => {
      tell({ phase: 'layers', detail: '', fraction: 0.5 })
      expect(jobs.atWork).toBe(true)
      return Promise.resolve({ ...document, profiledRuns: 7 })
    })
    expect(answer.profiledRuns).toBe(7)
    expect(sent).toEqual([['engine.progress', { job: 'a', phase: 'layers', detail: '', fraction: 0.5 }]])
    expect(jobs.atWork).toBe(false)
    expect(jobs.document('a')).toEqual({ kind: 'layers', document: answer })
    expect(jobs.document('b')).toBeNull()
  })

  it('makes a finding of what was thrown, and keeps what there was before', async () => {
    const { jobs } = listening()
    const answer = await jobs.run('a', 'layers', emptyLayers(), (document) => {
      document.profiledRuns = 3
      return Promise.reject(new EnginesmithError('DRIVER_MISSING', 'There is no driver.', 'Install it.'))
    })
    expect(answer).toMatchObject({ profiledRuns: 3, findings: [{ code: 'DRIVER_MISSING', remedy: 'Install it.' }] })
  })

  it('cancels by name, and a job of the same name ends the one before', async () => {
    const { jobs } = listening()
    const forever = (): Promise<unknown> =>
      jobs.run(
        'a',
        'layers',
        emptyLayers(),
        (_document, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      )
    const first = forever()
    const second = forever()
    expect(await first).toMatchObject({ findings: [{ code: 'CANCELLED' }] })
    jobs.cancel('a')
    expect(await second).toMatchObject({ findings: [{ code: 'CANCELLED' }] })
  })

  it('forgets the oldest of many documents', async () => {
    const { jobs } = listening()
    for (let index = 0; index < 14; index += 1) await jobs.run(`job-${index}`, 'layers', emptyLayers(), () => Promise.resolve())
    expect(jobs.document('job-0')).toBeNull()
    expect(jobs.document('job-13')).not.toBeNull()
  })
})

describe('withScratch', () => {
  it('gives a folder that is gone afterwards, whatever came of it', async () => {
    let kept = ''
    await expect(
      withScratch((folder) => {
        kept = folder
        expect(existsSync(folder)).toBe(true)
        return Promise.reject(new Error('no'))
      }),
    ).rejects.toThrow('no')
    expect(existsSync(kept)).toBe(false)
  })
})
