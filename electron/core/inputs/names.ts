/**
 * Which of the `known` names each given name stands for, as indices into `known`: by name where **all** given names are
 * known, else by order. Null where there are more given than known.
 */
export function mapNames(given: readonly string[], known: readonly string[]): number[] | null {
  if (given.length > known.length) return null
  const places = given.map((name) => known.indexOf(name))
  return places.every((place) => place >= 0) && new Set(places).size === places.length ? places : given.map((_, index) => index)
}
