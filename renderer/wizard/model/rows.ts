/** Rows of a fixed height that lie in view, with a few on either side. */
export function visibleRange(count: number, scrollTop: number, height: number, rowHeight: number): { from: number; to: number } {
  const from = Math.max(0, Math.floor(scrollTop / rowHeight) - 10)
  return { from: Math.min(from, count), to: Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + 10) }
}
