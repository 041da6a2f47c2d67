import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// `npm run dev` talks to a simulator started beside it.
const simulator = process.env.YINGSHANG_DEV_SIMULATOR ?? 'http://127.0.0.1:8300'

export default defineConfig({
  base: '/',
  plugins: [vue()],
  server: { proxy: { '/simulator': simulator } },
  build: { target: ['es2020', 'chrome87', 'safari14'], modulePreload: { polyfill: false } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
})
