import { defineConfig } from 'vite'
import { target } from './vite.config.ts'

// A classic script that other websites name: one file, no imports, no hash. Runs after the page's build.
export default defineConfig({
  publicDir: false,
  build: {
    target,
    emptyOutDir: false,
    lib: { entry: 'src/embed/embed.ts', formats: ['iife'], name: 'yingshangEmbed', fileName: () => 'embed.js' },
  },
})
