import type { SymbolRange } from '../../../contract/tensor'

/** Sizes that are tied together because they carry the same symbol, and what is known of them. */
interface Group {
  name: string
  /** Fixed by a number somewhere. */
  size: number | null
  min: number
  max: number
}

/** Symbols of a model and of its user, joined where they stand at the same place. One symbol is one size everywhere. */
export class Symbols {
  private readonly groups = new Map<string, Group>()

  private groupOf(key: string, name: string): Group {
    let group = this.groups.get(key)
    if (group === undefined) {
      group = { name, size: null, min: 1, max: Infinity }
      this.groups.set(key, group)
    }
    return group
  }

  /** A symbol of the model's own, with the bounds its file states. */
  model(name: string, range?: SymbolRange): string {
    const key = `model ${name}`
    const group = this.groupOf(key, name)
    if (range?.min !== undefined && range.min !== null) group.min = Math.max(group.min, range.min)
    if (range?.max !== undefined && range.max !== null) group.max = Math.min(group.max, range.max)
    return key
  }

  /** A symbol as the user wrote it. */
  user(name: string): string {
    const key = `user ${name}`
    this.groupOf(key, name)
    return key
  }

  /** Ties the user's symbol to the model's; the user's name stays. False where their sizes contradict each other. */
  join(userKey: string, modelKey: string): boolean {
    const kept = this.get(userKey)
    const gone = this.get(modelKey)
    if (kept === gone) return true
    if (kept.size !== null && gone.size !== null && kept.size !== gone.size) return false
    kept.size ??= gone.size
    kept.min = Math.max(kept.min, gone.min)
    kept.max = Math.min(kept.max, gone.max)
    for (const [key, group] of this.groups) if (group === gone) this.groups.set(key, kept)
    return kept.min <= kept.max && (kept.size === null || (kept.size >= kept.min && kept.size <= kept.max))
  }

  /** Gives a symbol its size. False where it already has another, or its bounds forbid it. */
  fix(key: string, size: number): boolean {
    const group = this.get(key)
    if (size > group.max || (size < group.min && !(size === 0 && group.min <= 1))) return false
    if (group.size !== null && group.size !== size) return false
    group.size = size
    return true
  }

  get(key: string): Readonly<Group> & Group {
    const group = this.groups.get(key)
    if (group === undefined) throw new Error(`no such symbol: ${key}`)
    return group
  }
}
