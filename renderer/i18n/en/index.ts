import batch from './batch'
import charts from './charts'
import common from './common'
import engine from './engine'
import findings from './findings'
import history from './history'
import home from './home'
import palette from './palette'
import settings from './settings'
import shell from './shell'
import toolchain from './toolchain'
import wizard from './wizard'

export default { batch, charts, common, engine, findings, history, home, palette, settings, shell, toolchain, wizard }
