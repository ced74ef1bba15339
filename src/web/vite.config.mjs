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
 * Puts the style sheets behind the frame in index.html, which has its own styles: the browser paints that as soon as the page is there, and what
 * the app renders still waits for the sheets, as scripts do for sheets before them.
 */
function frameBeforeStyles() {
  return {
    name: 'frame-before-styles',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const sheets = html.match(/^\s*<link rel="stylesheet"[^>]*>\n/gm);
        if (sheets === null) throw new Error('index.html names no style sheet.');
        const head = sheets.reduce((text, sheet) => text.replace(sheet, ''), html);
        return head.replace('</body>', `${sheets.join('')}  </body>`);
      },
    },
  };
}

/** Each page of routes.tsx, with the file that holds it. */
const routed = /^ *(page|openPage)\('([^']+)', \(\) => import\('\.\/([^']+)\.js'\)\)/gm;

/**
 * Has a page's own files and the session fetched beside the app's first file, which would ask for them only when it is there: a script in index.html
 * looks up the address in a list of what each page consists of.
 */
function preloads() {
  return {
    name: 'preloads',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const chunks = Object.values(bundle).filter((part) => part.type === 'chunk');
        const files = [];
        /** Numbers of the files that a source needs and index.html does not name. */
        const needs = (source) => {
          const found = new Set();
          const add = (name) => {
            if (found.has(name) || html.includes(`/${name}`)) return;
            found.add(name);
            const chunk = bundle[name];
            for (const more of [...(chunk.imports ?? []), ...(chunk.viteMetadata?.importedCss ?? [])]) add(more);
          };
          const chunk = chunks.find(({ facadeModuleId: id }) => id?.endsWith(`/src/web/${source}.tsx`));
          if (chunk === undefined) throw new Error(`${source} has no chunk.`);
          add(chunk.fileName);
          return [...found].map((name) => {
            const file = name.replace(/^assets\//, '');
            return files.includes(file) ? files.indexOf(file) : files.push(file) - 1;
          });
        };
        const shell = needs('shell/Shell');
        const routes = readFileSync(join(import.meta.dirname, 'routes.tsx'), 'utf8');
        const pages = [...routes.matchAll(routed)].map(([, kind, path, source]) => [
          `^/app${path.replace(/\$\w+/g, '[^/]+')}/?$`,
          [...new Set([...(kind === 'page' ? shell : []), ...needs(source)])],
        ]);
        if (pages.length === 0) throw new Error('routes.tsx names no page.');
        // Addresses without a parameter come first: /automations/new is none of /automations/$id.
        pages.sort(([a], [b]) => Number(a.includes('[')) - Number(b.includes('[')));
        const script = `for (const [page, needs] of ${JSON.stringify(pages)}) if (new RegExp(page).test(location.pathname.replace(/^\\/app\\/?$/, '/app/overview'))) {
  const files = ${JSON.stringify(files)};
  const load = (href, rel, as) => document.head.append(Object.assign(document.createElement('link'), { href, rel, as, crossOrigin: '' }));
  if (document.documentElement.classList.contains('framed')) load('/api/v1/session', 'preload', 'fetch');
  for (const n of needs) load('/assets/' + files[n], /css$/.test(files[n]) ? 'preload' : 'modulepreload', /css$/.test(files[n]) ? 'style' : 'script');
  break;
}`;
        return html.replace('</head>', `  <script>${script}</script>\n  </head>`);
      },
    },
  };
}

export default defineConfig({
  base: '/',
  plugins: [react(), frameBeforeStyles(), preloads(), precompressed()],
  // light-dark() in style sheets is left as it is: what the browsers of 2024 know.
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    sourcemap: false,
    chunkSizeWarningLimit: 700,
    // What many pages share is one file, and so are the icons: of dozens of small ones, each costs a round trip and a kilobyte of headers.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'icons', test: /@tabler[\\/]icons-react/, priority: 1 },
            { name: 'shared', minShareCount: 6 },
          ],
        },
      },
    },
  },
  // `npx vite src/web`: the app with hot reload, against an API at ONCEMAIL_API (default http://127.0.0.1:3000).
  server: { proxy: { '^/api/': process.env.ONCEMAIL_API ?? 'http://127.0.0.1:3000' }, open: '/app/' },
});
