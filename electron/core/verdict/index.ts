export { rowFindings } from './findings'
export { lossEnters, notJudged, nothingCompared, toComparison, toDetails, verdictOf, type CompareRow } from './rows'
export { defaultTolerance, dtypeTolerance, judgedAs, toleranceTable, type ToleranceTable } from './tolerances'
