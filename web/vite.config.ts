import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:3000';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows no data: URLs for scripts and fonts.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/api': server,
      '/simulator': server,
      '/socket.io': { target: server, ws: true },
    },
  },
});
