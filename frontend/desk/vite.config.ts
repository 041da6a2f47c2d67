import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// `npm run dev` talks to a back end started beside it.
const backEnd = process.env.YINGSHANG_DEV_SERVER ?? 'http://127.0.0.1:8000'

/** What offices run: Chromium from 109, the last one for Windows 7 (Chrome, Edge, 360, QQ); Firefox, Safari. */
const target = ['es2022', 'chrome109', 'edge109', 'firefox115', 'safari16']

export default defineConfig({
  base: '/desk/',
  plugins: [vue()],
  server: { proxy: { '/api': { target: backEnd, ws: true }, '/articles': backEnd, '/tasks': backEnd, '/notes': backEnd } },
  build: { target, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 600 }, // kB: ECharts, in a chunk of its own
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
})
