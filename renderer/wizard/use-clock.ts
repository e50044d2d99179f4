import { onBeforeUnmount, ref, watchEffect, type Ref } from 'vue'

/** Milliseconds now, four times a second while `ticking` says so: for what is counting. */
export function useClock(ticking: () => boolean): Ref<number> {
  const now = ref(Date.now())
  let timer: ReturnType<typeof setInterval> | undefined
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
  }
  watchEffect(() => {
    if (!ticking()) return stop()
    now.value = Date.now()
    timer ??= setInterval(() => (now.value = Date.now()), 250)
  })
  onBeforeUnmount(stop)
  return now
}
