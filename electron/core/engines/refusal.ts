import type { ParserError } from '../../../contract/native'

/** Why the parser does not take a node: its own words without its C++, or what they mean where they mean something to its authors alone. */
export function refusalOf({ operator, message }: Pick<ParserError, 'operator' | 'message'>): string {
  if (message === 'false') return `The parser does not import ${operator}.`
  if (isUnknown(message)) return `The parser knows no operator ${operator}, and no plugin of this name is loaded.`
  if (needsPlugin(message)) return `${operator} is done by a plugin that this library does not come with.`
  const quoted = [...message.matchAll(/"([^"]*)"/g)].map(([, text]) => text ?? '')
  if (/&& "/.test(message) && /"$/.test(message)) return quoted.slice(quoted.findIndex((text) => / /.test(text))).join('')
  return /^Assertion failed: .+?: (?<text>[A-Z].+)$/s.exec(message)?.groups?.['text'] ?? message
}

const isUnknown = (message: string): boolean => message.includes('Plugin not found')
const needsPlugin = (message: string): boolean => /plugin creator .*was not found/.test(message)

/** What to do about it, by the kind of the refusal. */
export function nextAction({ code, message }: Pick<ParserError, 'code' | 'message'>): string {
  if (isUnknown(message) || needsPlugin(message)) return 'Name the library with its plugin in Settings or by --plugin, or replace the operator in the model.'
  return actions[code] ?? otherwise
}

const otherwise =
  'Replace the operator in the model by others that do the same, export with the other exporter or another opset, or load a plugin library that has it.'

const actions: Readonly<Record<string, string>> = {
  kUNSUPPORTED_NODE_DATATYPE: 'Cast its inputs in the model to a type that the library computes this operator with, such as float32 or int32.',
  kUNSUPPORTED_NODE_DYNAMIC: 'State the size that it depends on as a number in the inputs, and convert again.',
  kUNSUPPORTED_NODE_SHAPE: 'Change the shape that the reason names, in the model or in its inputs.',
  kUNSUPPORTED_NODE_ATTR:
    'Change the attribute that the reason names in the model, or convert with the other exporter, which may write the node in another way.',
  kUNSUPPORTED_NODE_INPUT: 'Make the input that the reason names a constant: simplify the graph, which folds constants, or write the value into the model.',
}
/** Of a constant that the parser cannot hold: it stops there, before any node. */
export const constantAction = 'Cast this constant in the model to a type that the library holds, such as float32 or int32.'
