/** The place of a flat, row-major index in a tensor: 25 in 2 × 20 is [1, 5]. A scalar has no place. */
export function indexIn(shape: readonly number[], flat: number): number[] {
  const place: number[] = []
  let rest = flat
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = Math.max(1, shape[axis] ?? 1)
    place.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return place
}
