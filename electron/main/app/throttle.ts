/** Calls `work` at most once in `ms`, always once after the last request. */
export function throttle(ms: number, work: () => void): { request(): void; flush(): void } {
  let timer: NodeJS.Timeout | null = null
  let last = -Infinity
  const run = (): void => {
    timer = null
    last = Date.now()
    work()
  }
  return {
    request() {
      if (timer) return
      timer = setTimeout(run, Math.max(0, last + ms - Date.now()))
    },
    flush() {
      if (!timer) return
      clearTimeout(timer)
      run()
    },
  }
}
