import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// `npm run dev` talks to a back end started beside it.
const backEnd = process.env.YINGSHANG_DEV_SERVER ?? 'http://127.0.0.1:8000'

/** The WebViews of WeChat on older Android phones. */
export const target = ['es2020', 'chrome87', 'safari14']

export default defineConfig({
  base: '/widget/',
  plugins: [vue()],
  server: { proxy: { '/api': { target: backEnd, ws: true } } },
  build: { target, modulePreload: { polyfill: false } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
})
