import { FormatError } from '../cursor'
import { Bytes, Call, Dict, Global, List, Persistent, type Value } from './values'

/** Live values above which a pickle is given up: no model comes near it. */
const maxValues = 8_000_000
const maxGlobals = 20_000
const maxTextLength = 64 * 1024 * 1024

/** The stack machine that pickle programs are written for, drawing instead of doing. */
export class Machine {
  private stack: Value[] = []
  private readonly outer: Value[][] = []
  private readonly memo = new Map<number, Value>()
  private count = 0
  private textLength = 0
  /** Every name that would be imported: `module.name`, and its two halves. */
  readonly globals = new Map<string, Global>()
  /** True once it referred to a container that carries the source of its class. */
  sources = false

  push(value: Value): void {
    if (++this.count > maxValues) throw new FormatError('it holds too many values to follow')
    this.stack.push(value)
  }

  text(value: string): void {
    this.textLength += value.length
    if (this.textLength > maxTextLength) throw new FormatError('it holds too much text to follow')
    this.push(value)
  }

  pop(): Value {
    const value = this.stack.pop()
    if (value === undefined) throw new FormatError('it takes more from its stack than it put there')
    return value
  }

  private top(): Value {
    const value = this.stack.at(-1)
    if (value === undefined) throw new FormatError('it takes more from its stack than it put there')
    return value
  }

  /** POP of Python: an empty stack drops the mark below it. */
  drop(): void {
    if (this.stack.length > 0) this.stack.pop()
    else this.popMark()
  }

  mark(): void {
    if (++this.count > maxValues) throw new FormatError('it holds too many values to follow')
    this.outer.push(this.stack)
    this.stack = []
  }

  popMark(): Value[] {
    const items = this.stack
    const below = this.outer.pop()
    if (below === undefined) throw new FormatError('it ends a group that it did not begin')
    this.stack = below
    return items
  }

  put(index: number): void {
    if (this.memo.size > maxValues) throw new FormatError('it holds too many values to follow')
    this.memo.set(index, this.top())
  }

  memoize(): void {
    this.put(this.memo.size)
  }

  get(index: number): void {
    const value = this.memo.get(index)
    if (value === undefined) throw new FormatError('it refers to something that it never stored')
    this.push(value)
  }

  duplicate(): void {
    this.push(this.top())
  }

  /** Notes a name as one that would be imported. */
  global(module: string, name: string): Global {
    const known = this.globals.get(`${module}.${name}`)
    if (known !== undefined && known.name === name) return known
    const made = new Global(module, name)
    this.globals.set(made.full, made)
    if (this.globals.size > maxGlobals) throw new FormatError('it names too many things to import')
    return made
  }

  /** STACK_GLOBAL. A name that is computed by the pickle itself is hostile: no pickler writes such. */
  stackGlobal(): void {
    const name = this.pop()
    const module = this.pop()
    this.push(typeof name === 'string' && typeof module === 'string' ? this.global(module, name) : this.global('unknown', 'unknown'))
  }

  tuple(count: number): void {
    const items: Value[] = []
    for (let i = 0; i < count; i++) items.unshift(this.pop())
    this.push(new List('tuple', items))
  }

  private argumentsOf(value: Value): Value[] {
    return value instanceof List ? value.items : [value]
  }

  reduce(isNew: boolean): void {
    const args = this.pop()
    const callee = this.pop()
    this.push(new Call(callee, this.argumentsOf(args), isNew))
  }

  newObjectWithKeywords(): void {
    const keywords = this.pop()
    const args = this.pop()
    this.push(new Call(this.pop(), [...this.argumentsOf(args), keywords], true))
  }

  object(): void {
    const [callee, ...args] = this.popMark()
    if (callee === undefined) throw new FormatError('it makes an object of nothing')
    this.push(new Call(callee, args, true))
  }

  instance(module: string, name: string): void {
    const args = this.popMark()
    this.push(new Call(this.global(module, name), args, true))
  }

  persistent(id: Value): void {
    if (id instanceof List && id.items[0] === 'module') this.sources = true
    this.push(new Persistent(id))
  }

  build(): void {
    const state = this.pop()
    const target = this.top()
    if (target instanceof Call) target.state = state
  }

  append(items: readonly Value[]): void {
    const target = this.top()
    const list = target instanceof List || target instanceof Call ? target.items : null
    // Not by spreading: a group may hold more items than a call takes arguments.
    if (list !== null) for (const item of items) list.push(item)
  }

  setItems(items: readonly Value[]): void {
    const target = this.top()
    const dict = target instanceof Dict ? target : target instanceof Call ? target.dict : null
    for (let i = 0; dict !== null && i + 1 < items.length; i += 2) dict.set(items[i] ?? null, items[i + 1] ?? null)
  }

  dictOf(items: readonly Value[]): void {
    const dict = new Dict()
    for (let i = 0; i + 1 < items.length; i += 2) dict.set(items[i] ?? null, items[i + 1] ?? null)
    this.push(dict)
  }

  bytes(length: number): void {
    this.push(new Bytes(length))
  }

  /** What STOP hands back. */
  result(): Value {
    return this.pop()
  }
}
