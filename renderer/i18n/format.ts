import { locale, t } from './index'

/** What stands where a number is missing: never 0. */
export const missing = '–'

const MiB = 1024 * 1024

export function count(value: number | null | undefined): string {
  return value == null ? missing : new Intl.NumberFormat(locale()).format(value)
}

/** `6.25 MiB`; under one MiB `12.3 KiB`, under one KiB `812 B`. */
export function bytes(value: number | null | undefined): string {
  if (value == null) return missing
  if (value < 1024) return `${value} B`
  if (value < MiB) return `${fixed(value / 1024)} KiB`
  return value < 1024 * MiB ? `${fixed(value / MiB)} MiB` : `${fixed(value / MiB / 1024)} GiB`
}

function fixed(value: number): string {
  return value.toLocaleString(locale(), { minimumFractionDigits: value < 10 ? 2 : 1, maximumFractionDigits: value < 10 ? 2 : 1 })
}

/** Errors as `4.12e-1`; zero as `0`. */
export function scientific(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return missing
  return value === 0 ? '0' : value.toExponential(2)
}

/** `0.4 s` under ten seconds, then `0:52`, `1:48`, `1:02:03`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null) return missing
  if (seconds < 10) return t('common.seconds', { count: seconds.toFixed(1) })
  return clock(seconds)
}

/** `0:52`, always in clock form: for what is counting. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** `48 %`; no space in Chinese. */
export function percent(fraction: number | null | undefined, digits = 0): string {
  if (fraction == null) return missing
  const number = (fraction * 100).toFixed(digits)
  return locale() === 'zh-CN' ? `${number}%` : `${number} %`
}

/** The time today, "Yesterday", then the day. */
export function when(iso: string, now = new Date()): string {
  const date = new Date(iso)
  const days = Math.round((startOfDay(now) - startOfDay(date)) / 86_400_000)
  if (days === 0) return date.toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit', hour12: false })
  if (days === 1) return t('common.yesterday')
  const sameYear = date.getFullYear() === now.getFullYear()
  return date.toLocaleDateString(locale() === 'en' ? 'en-GB' : locale(), { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) })
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** `f59b3d83…c83b36`. */
export function shortHash(sha256: string): string {
  return `${sha256.slice(0, 8)}…${sha256.slice(-6)}`
}

/** `batch × 3 × 640 × 640`; a scalar says so. */
export function shape(dims: ReadonlyArray<number | string>): string {
  return dims.length === 0 ? t('common.scalar') : dims.join(' × ')
}

/** The last part of a path, either kind of separator. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path
}

/** `#7ade`: tells runs of one model apart. */
export function runTag(id: string): string {
  return `#${id.slice(-4)}`
}

/** The last two parts of a path, for where the whole is in a title: `tensorrt_rtx_libs/libtensorrt_rtx.so.1`. */
export function pathEnd(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).slice(-2).join('/')
}
