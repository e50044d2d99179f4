import './zod'
import './theme/fonts.css'
import './theme/style.css'
import './theme/panes.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { vName, vRows } from './parts/directives'
import { useSettings } from './stores/settings'

const app = createApp(App).use(createPinia()).directive('name', vName).directive('rows', vRows)

// The first paint is in the right language and theme: both come with one round trip to main.
void useSettings()
  .load()
  .finally(() => app.mount('#app'))
