import type { BuildCard } from '../../../contract/run'

/** What an engine is by what it says of itself or, where it was not asked, by what was asked for. */
function isOn(card: BuildCard, option: string): boolean {
  const row = card.readBacks.find((one) => one.option === option)
  return (row?.achieved ?? row?.requested) === 'on'
}

/** True where the builder left the weights out. */
export const isStripped = (card: BuildCard): boolean => isOn(card, 'strip')

/** A version-compatible engine carries a lean runtime, which is code for the CPU, unless that was left out. */
export const carriesHostCode = (card: BuildCard): boolean => isOn(card, 'versionCompatible') && !isOn(card, 'excludeLeanRuntime')
