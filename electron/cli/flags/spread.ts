import { dtypes } from '../../../contract/tensor'

const input = new RegExp(`^.+:(${dtypes.join('|')}):[^:]*$`)
const shapes = /^.+:[0-9x]*\/[0-9x]*\/[0-9x]*$/

/**
 * Lets one flag take several specifications (`--input a:float32:3 b:int64:3`) without swallowing the file after it: a
 * word that follows one and has the form of another gets a flag of its own.
 */
export function spreadSpecs(argv: readonly string[]): string[] {
  const spread: string[] = []
  let form: { flag: string; pattern: RegExp } | null = null
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (word === '--') return [...spread, ...argv.slice(i)]
    // Of `--plan` a file is the value; without one it is a switch, and what follows is a model.
    if (word === '--plan') {
      form = null
      const file = argv[i + 1]?.endsWith('.json') === true ? argv[++i] : ''
      spread.push(`--plan=${file ?? ''}`)
    } else if ((word === '--input' || word === '--shapes') && argv[i + 1] !== undefined) {
      form = { flag: word, pattern: word === '--input' ? input : shapes }
      spread.push(word, argv[++i] ?? '')
    } else if (form?.pattern.test(word) && !word.startsWith('-')) {
      spread.push(form.flag, word)
    } else {
      form = null
      spread.push(word)
    }
  }
  return spread
}
