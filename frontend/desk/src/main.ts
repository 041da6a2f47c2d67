import { provideGlobalConfig } from 'element-plus'
import zhCn from 'element-plus/es/locale/lang/zh-cn.mjs'
import { createApp } from 'vue'
import App from './App.vue'
import { followTheme } from './frame/theme'
import './style/elements'
import './style/base.css'

followTheme()
const app = createApp(App)
// The type that Element Plus infers for its own option does not fit its own locales.
provideGlobalConfig({ locale: zhCn, message: { offset: 72 } } as unknown as Parameters<typeof provideGlobalConfig>[0], app, true)
app.mount('#app')
