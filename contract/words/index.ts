export { tell, tellAction, type Language, type Told } from './tell'
export { titles } from './zh-CN'
export { kinds } from './zh-CN/actions'
export { hops, stages } from './zh-CN/terms'
