/** Calls `stop` for every signal that asks this process to end; the returned function takes the listeners away. */
export function stopSignals(stop: () => void): () => void {
  const signals: NodeJS.Signals[] = process.platform === 'win32' ? ['SIGINT', 'SIGTERM', 'SIGBREAK'] : ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, stop)
  return () => {
    for (const signal of signals) process.off(signal, stop)
  }
}

/** How often the parent is looked at, in milliseconds. */
const glance = 200

/**
 * Calls `stop` once when the parent process is gone. `npm run` hands a signal to the shell between it and us, and that
 * shell dies of it without a word to us: its death is the signal then.
 */
export function stopWhenOrphaned(stop: () => void): () => void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    stop()
  }, glance)
  timer.unref()
  return () => clearInterval(timer)
}
