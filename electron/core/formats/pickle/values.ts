/** What a pickle would make, as a drawing of it: nothing is ever imported, called or built. */
export type Value = null | boolean | number | bigint | string | Bytes | List | Dict | Global | Call | Persistent

/** Bytes, or a text too long to keep: only how many. */
export class Bytes {
  constructor(readonly length: number) {}
}
/** A list, tuple or set. */
export class List {
  constructor(
    readonly kind: 'list' | 'tuple' | 'set',
    readonly items: Value[],
  ) {}
}
export class Dict {
  readonly keys: Value[] = []
  readonly values: Value[] = []
  set(key: Value, value: Value): void {
    this.keys.push(key)
    this.values.push(value)
  }
  /** The last value under this text; undefined where there is none. */
  get(key: string): Value | undefined {
    const index = this.keys.lastIndexOf(key)
    return index < 0 ? undefined : this.values[index]
  }
}
/** A name that would be imported. */
export class Global {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}
  get full(): string {
    return `${this.module}.${this.name}`
  }
}
/** What calling something would return, with all that is put into it afterwards. */
export class Call {
  /** What BUILD would set. */
  state: Value | undefined = undefined
  /** What SETITEMS would store: an OrderedDict is made so. */
  readonly dict = new Dict()
  /** What APPENDS would add. */
  readonly items: Value[] = []
  constructor(
    readonly callee: Value,
    readonly args: Value[],
    /** True for an object made by its class alone (NEWOBJ, INST, OBJ), without a function of its own. */
    readonly isNew: boolean,
  ) {}
}
/** A reference to something outside of the pickle: a tensor's storage. */
export class Persistent {
  constructor(readonly id: Value) {}
}

/** Name of the callee of a call, where it is a plain global. */
export function calleeName(value: Value): string | null {
  return value instanceof Call && value.callee instanceof Global ? value.callee.full : null
}

/** The dictionary of an OrderedDict as Python 2 wrote it: a call with the list of its pairs; null for anything else. */
export function pairsOf(value: Call): Dict | null {
  const [list] = value.args
  if (calleeName(value) !== 'collections.OrderedDict' || value.dict.keys.length > 0 || !(list instanceof List)) return null
  const dict = new Dict()
  for (const pair of list.items) if (pair instanceof List && pair.items.length === 2) dict.set(pair.items[0] ?? null, pair.items[1] ?? null)
  return dict.keys.length > 0 ? dict : null
}

/** The dictionary that a value is or fills: a dict, an OrderedDict, a defaultdict. */
export function asDict(value: Value | undefined): Dict | null {
  if (value instanceof Dict) return value
  if (!(value instanceof Call)) return null
  return value.dict.keys.length > 0 ? value.dict : pairsOf(value)
}
