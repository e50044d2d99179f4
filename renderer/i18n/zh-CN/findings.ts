import { titles } from '../../../contract/words'

export default { title: titles }
