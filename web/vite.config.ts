import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { offline } from './vite.offline'

const server = process.env.RECITAL_SERVER ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [svelte(), offline()],
  build: {
    outDir: '../adapters_http/client',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy allows no data: address
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'index.html', 'service-worker': 'src/offline/service-worker.ts' },
      output: {
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  worker: { format: 'es' },
  server: { port: 5173, proxy: { '/api': server } },
  preview: { port: 4173, proxy: { '/api': server } },
  // A machine that does much else at the same time is slow, not wrong.
  test: { environment: 'node', include: ['src/**/*.test.ts'], setupFiles: ['src/browserless.ts'], testTimeout: 30_000 },
})
