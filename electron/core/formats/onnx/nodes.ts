import type { SourceLine } from '../../../../contract/ready'
import { RandomFile } from '../../files/random-file'
import { Cursor } from '../cursor'
import { lineOfDoc, lineOfStack } from './source-lines'
import { eachField, fieldsOf, type Field } from './wire'

/** A node as it stands in the file. */
export interface OnnxNode {
  name: string
  operator: string
  /** Its place in the main graph; null in a body or a function. */
  index: number | null
  inputs: string[]
  /** The Python line that the exporter noted with it. */
  source: SourceLine | null
}

/** Where the dynamo exporter writes down the Python stack of a node. */
const stackKey = 'pkg.torch.onnx.stack_trace'
/** A name or a stack is some lines of text; what is longer is neither. */
const mostBytes = 64 * 1024
/** Bodies within bodies; deeper than any exporter goes. */
const deepest = 8

/** The nodes of an ONNX file that are wanted, with those of bodies and functions; weights are passed over unread. */
export async function findNodes(path: string, wanted: (node: OnnxNode) => boolean): Promise<OnnxNode[]> {
  const found: OnnxNode[] = []
  const file = await RandomFile.open(path)
  try {
    const cursor = new Cursor(file, 0, file.size)
    const walk = new Walk(cursor, (node) => {
      if (wanted(node)) found.push(node)
    })
    await eachField(cursor, cursor.left, async (field) => {
      if (field.wire !== 2) return
      if (field.number === 7) await walk.nodes(field, 1, 0)
      // A function keeps its nodes under another number than a graph.
      else if (field.number === 25) await walk.nodes(field, 7, 1)
    })
  } finally {
    await file.close()
  }
  return found
}

class Walk {
  constructor(
    private readonly cursor: Cursor,
    private readonly meet: (node: OnnxNode) => void,
  ) {}

  async nodes(field: Field, number: number, depth: number): Promise<void> {
    if (depth > deepest) return
    let index = 0
    await eachField(this.cursor, field.length, async (part) => {
      if (part.number === number && part.wire === 2) await this.node(part, depth, depth === 0 ? index++ : null)
    })
  }

  private async node(field: Field, depth: number, index: number | null): Promise<void> {
    const node: OnnxNode = { name: '', operator: '', index, inputs: [], source: null }
    let doc = ''
    let stack = ''
    await eachField(this.cursor, field.length, async (part) => {
      if (part.wire !== 2) return
      if (part.number === 1) node.inputs.push(await this.text(part))
      else if (part.number === 3) node.name = await this.text(part)
      else if (part.number === 4) node.operator = await this.text(part)
      else if (part.number === 5) await this.attribute(part, depth)
      else if (part.number === 6) doc = await this.text(part)
      else if (part.number === 9 && part.length <= mostBytes) {
        const entry = fieldsOf(await this.cursor.takeLong(part.length))
        const text = (key: number): string => entry.find((each) => each.number === key)?.bytes.toString('utf8') ?? ''
        if (text(1) === stackKey) stack = text(2)
      }
    })
    this.meet({ ...node, source: lineOfStack(stack) ?? lineOfDoc(doc) })
  }

  private async attribute(field: Field, depth: number): Promise<void> {
    await eachField(this.cursor, field.length, async (part) => {
      if (part.wire === 2 && (part.number === 6 || part.number === 11)) await this.nodes(part, 1, depth + 1)
    })
  }

  private async text(field: Field): Promise<string> {
    return (await this.cursor.takeLong(Math.min(field.length, mostBytes))).toString('utf8')
  }
}
