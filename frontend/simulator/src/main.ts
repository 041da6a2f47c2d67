import { createApp } from 'vue'
import App from './App.vue'
import './wechat.css'

createApp(App).mount('#app')
