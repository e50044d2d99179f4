import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { LoadOptions } from '../../contract/recipe'
import type { Isolation, TrustDecision } from '../../contract/trust'
import { call, on } from '../api'

/** Mirrors main's decisions on trust, by the hash of a file's content; each changes by a command of its own. */
export const useTrust = defineStore('trust', () => {
  const decisions = shallowRef<readonly TrustDecision[]>([])
  /** Null until main was asked. */
  const isolation = shallowRef<Isolation | null>(null)

  on('trust.changed', (next) => (decisions.value = next.decisions))

  async function load(): Promise<void> {
    decisions.value = (await call('trust.list', {})).decisions ?? []
  }
  /** Whether a file that is trusted once can be kept from the network; asked once. */
  async function askIsolation(): Promise<Isolation> {
    isolation.value ??= await call('trust.isolation', {})
    return isolation.value
  }
  async function allow(id: string, names: readonly string[]): Promise<void> {
    decisions.value = (await call('trust.allow', { id, names: [...names] })).decisions
  }
  async function once(id: string): Promise<void> {
    decisions.value = (await call('trust.once', { id })).decisions
  }
  /** Whoever types a class means it; one that a recipe brings is asked about. */
  async function confirmClass({ model, modelArgs }: Pick<LoadOptions, 'model' | 'modelArgs'>): Promise<void> {
    decisions.value = (await call('trust.confirmClass', { model, modelArgs })).decisions
  }
  async function hostCode(id: string): Promise<void> {
    decisions.value = (await call('trust.hostCode', { id })).decisions
  }
  async function revoke(sha256: string): Promise<void> {
    decisions.value = (await call('trust.revoke', { sha256 })).decisions
  }

  return { decisions, isolation, load, askIsolation, allow, once, confirmClass, hostCode, revoke }
})
