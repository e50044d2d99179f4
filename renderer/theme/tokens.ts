/** The token table. Every colour on screen comes from here: as a CSS variable (`--name`) and as a Naive UI override. */
export interface Tokens {
  chrome: string
  surface: string
  sunken: string
  raised: string
  hover: string
  active: string
  border: string
  borderStrong: string
  control: string
  text1: string
  text2: string
  text3: string
  disabled: string
  accent: string
  accentHover: string
  accentPressed: string
  accentSoft: string
  onAccent: string
  pass: string
  passSoft: string
  fail: string
  failSoft: string
  nj: string
  njSoft: string
  run: string
  runSoft: string
  focus: string
  shadow: string
}

export const light: Tokens = {
  chrome: '#F3F4F6',
  surface: '#FFFFFF',
  sunken: '#F8F9FA',
  raised: '#FFFFFF',
  hover: '#F1F2F5',
  active: '#E8EAEE',
  border: '#E2E4E9',
  borderStrong: '#C9CDD5',
  control: '#8A909C',
  text1: '#1A1D23',
  text2: '#505662',
  text3: '#656B78',
  disabled: '#A3A8B3',
  accent: '#3758C9',
  accentHover: '#2C4AB3',
  accentPressed: '#233D98',
  accentSoft: '#EDF1FD',
  onAccent: '#FFFFFF',
  pass: '#1B7045',
  passSoft: '#E6F4EC',
  fail: '#B92D27',
  failSoft: '#FCECEB',
  nj: '#835500',
  njSoft: '#FBF2DE',
  run: '#3758C9',
  runSoft: '#EDF1FD',
  focus: '#3758C9',
  shadow: '0 8px 28px rgba(20,24,35,.14), 0 1px 3px rgba(20,24,35,.08)',
}

export const dark: Tokens = {
  chrome: '#14161A',
  surface: '#1B1E23',
  sunken: '#17191E',
  raised: '#23272E',
  hover: '#24282F',
  active: '#2C313A',
  border: '#2B2F37',
  borderStrong: '#424854',
  control: '#727A88',
  text1: '#E6E8EC',
  text2: '#AEB4C0',
  text3: '#9097A5',
  disabled: '#5D6472',
  accent: '#8CA6FF',
  accentHover: '#A3B8FF',
  accentPressed: '#7592F5',
  accentSoft: '#232B45',
  onAccent: '#10131C',
  pass: '#57C594',
  passSoft: '#172B22',
  fail: '#FF8A82',
  failSoft: '#371D1E',
  nj: '#E2B657',
  njSoft: '#302716',
  run: '#8CA6FF',
  runSoft: '#232B45',
  focus: '#8CA6FF',
  shadow: '0 10px 32px rgba(0,0,0,.5), 0 1px 3px rgba(0,0,0,.4)',
}

export const fontSans = 'Inter, "Segoe UI", "PingFang SC", "Microsoft YaHei UI", "Noto Sans CJK SC", system-ui, sans-serif'
export const fontMono = '"JetBrains Mono", "Cascadia Mono", Consolas, "Noto Sans Mono CJK SC", monospace'

/** `accentSoft` becomes `--accent-soft`. */
export function cssVariables(tokens: Tokens): Array<[string, string]> {
  return Object.entries(tokens).map(([name, value]) => [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value])
}
