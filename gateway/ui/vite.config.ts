import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const gateway = 'http://127.0.0.1:9003';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [vue()],
  build: {
    outDir: '../../dist/gateway/ui',
    emptyOutDir: true,
    // The gateway's Content-Security-Policy forbids data: URLs, so no asset may be inlined.
    assetsInlineLimit: 0,
  },
  server: { host: '127.0.0.1', proxy: { '/v1': gateway, '/v3': gateway } },
});
