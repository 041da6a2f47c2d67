import { createApp } from 'vue'
import App from './page/App.vue'
import './page/base.css'
import { applyPreferences, loadPreferences } from './page/preferences'
import { followViewport } from './page/viewport'

applyPreferences(loadPreferences())
followViewport()
createApp(App).mount('#app')
