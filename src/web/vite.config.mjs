import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Writes each asset in brotli and gzip beside itself; the server sends the one that a browser asks for. */
function precompressed() {
  return {
    name: 'precompressed',
    apply: 'build',
    writeBundle({ dir }) {
      const assets = join(dir, 'assets');
      for (const name of readdirSync(assets)) {
        const path = join(assets, name);
        if (!/\.(js|css|svg)$/.test(name) || statSync(path).size < 1000) continue;
        const bytes = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(
          `${path}.br`,
          brotliCompressSync(bytes, {
            params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
          }),
        );
      }
    },
  };
}

/**
 * Puts the style sheet behind the frame in index.html, which has its own styles: the browser paints that as soon as the page is there, and what
 * the app renders still waits for the sheet, as scripts do for sheets before them.
 */
function frameBeforeStyles() {
  return {
    name: 'frame-before-styles',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const [sheet] = /^\s*<link rel="stylesheet"[^>]*>\n/m.exec(html) ?? [];
        if (sheet === undefined) throw new Error('index.html names no style sheet.');
        return html.replace(sheet, '').replace('</body>', `${sheet}  </body>`);
      },
    },
  };
}

export default defineConfig({
  base: '/',
  plugins: [react(), frameBeforeStyles(), precompressed()],
  // light-dark() in style sheets is left as it is: what the browsers of 2024 know.
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    sourcemap: false,
    chunkSizeWarningLimit: 700,
  },
  // `npx vite src/web`: the app with hot reload, against an API at ONCEMAIL_API (default http://127.0.0.1:3000).
  server: { proxy: { '^/api/': process.env.ONCEMAIL_API ?? 'http://127.0.0.1:3000' }, open: '/app/' },
});
