import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config.js';
import { Problem, problemTypes } from '../common/problems.js';
import { escapeHtml, htmlPage, htmlPagePolicy } from '../common/html.js';

const open = { config: { access: 'public' as const } };
const html = 'text/html; charset=utf-8';

/** The folder of the built web app; undefined when it has not been built. Found from dist/api/web and from src/api/web alike. */
export function builtWebApp(): string | undefined {
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
  const folder = path.join(root, 'dist', 'web');
  return existsSync(path.join(folder, 'index.html')) ? folder : undefined;
}

/** What people open in a browser: the documentation of problems, the API's documentation, and the web app or a landing page. */
export async function registerPages(fastify: FastifyInstance, config: Config, openApi: () => unknown): Promise<void> {
  problemPages(fastify);
  await apiDocs(fastify, openApi);
  const app = builtWebApp();
  if (app) await webApp(fastify, app);
  else landingPage(fastify, config);
}

function problemPages(fastify: FastifyInstance): void {
  fastify.get('/problems', open, async (_request, reply) => {
    const items = Object.entries(problemTypes).map(
      ([name, p]) =>
        `<dt><a href="/problems/${name}"><code>${name}</code></a> (${p.status})</dt><dd>${escapeHtml(p.title)}</dd>`,
    );
    return reply
      .type(html)
      .header('Content-Security-Policy', htmlPagePolicy)
      .send(htmlPage('Problems', `<h1>Problems</h1><dl>${items.join('')}</dl>`));
  });
  fastify.get<{ Params: { name: string } }>('/problems/:name', open, async (request, reply) => {
    const { name } = request.params;
    if (!Object.hasOwn(problemTypes, name)) throw new Problem('not-found', 'There is no problem of this name.');
    const p = problemTypes[name as keyof typeof problemTypes];
    const body = `<p><a href="/problems">Problems</a></p><h1>${escapeHtml(p.title)}</h1>
<dl><dt>Status</dt><dd>${p.status}</dd><dt>What it means</dt><dd>${escapeHtml(p.meaning)}</dd><dt>What to do</dt><dd>${escapeHtml(p.remedy)}</dd></dl>`;
    return reply.type(html).header('Content-Security-Policy', htmlPagePolicy).send(htmlPage(p.title, body));
  });
}

const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Oncemail API</title>
<link rel="stylesheet" href="/api/docs/assets/swagger-ui.css">
<link rel="icon" href="/api/docs/assets/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/docs/assets/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

const docsScript = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null,
  persistAuthorization: false, docExpansion: 'list', defaultModelsExpandDepth: 0 });
`;

/** Swagger UI needs inline styles and data images; its scripts come from this server alone. */
const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

async function apiDocs(fastify: FastifyInstance, openApi: () => unknown): Promise<void> {
  let serialised: string | undefined;
  fastify.get('/api/openapi.json', open, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send((serialised ??= JSON.stringify(openApi()))),
  );
  fastify.get('/api/docs', open, async (_request, reply) =>
    reply.type(html).header('Content-Security-Policy', docsPolicy).send(docsPage),
  );
  fastify.get('/api/docs/start.js', open, async (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(docsScript),
  );
  const swaggerUi = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await servePublicly(fastify, {
    root: swaggerUi,
    prefix: '/api/docs/assets/',
    decorateReply: false,
    index: false,
    maxAge: '1h',
  });
}

/** @fastify/static declares no access of its own: inside this scope its routes are public. */
async function servePublicly(fastify: FastifyInstance, options: fastifyStatic.FastifyStaticOptions): Promise<void> {
  await fastify.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'public' };
    });
    await scope.register(fastifyStatic, options);
  });
}

/**
 * What the web app may load: its own files, and pictures from anywhere: the previews of mails show them, in frames with a sandbox that inherit this
 * policy. Mantine writes styles into the page. The one script inside index.html, which sets the colours before the first paint, is allowed by its hash.
 */
function appPolicy(page: string): string {
  const hashes = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script]) =>
      `'sha256-${createHash('sha256')
        .update(script as string)
        .digest('base64')}'`,
  );
  return [
    "default-src 'self'",
    ['script-src', "'self'", ...hashes].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob: http: https:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The web app: its hashed assets forever, and its page for every address below /app, as it routes in the browser. */
async function webApp(fastify: FastifyInstance, root: string): Promise<void> {
  const file = path.join(root, 'index.html');
  let known: { modified: number; page: string; headers: Record<string, string> } | undefined;
  // Built anew while the server runs, it names other assets: the old page would find none of its own.
  const present = async () => {
    const { mtimeMs: modified } = await stat(file);
    if (known?.modified !== modified) {
      const page = await readFile(file, 'utf8');
      known = { modified, page, headers: { 'Content-Security-Policy': appPolicy(page), 'Cache-Control': 'no-cache' } };
    }
    return known;
  };
  await servePublicly(fastify, {
    root: path.join(root, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    immutable: true,
    maxAge: '365d',
    preCompressed: true,
  });
  fastify.get('/', open, async (_request, reply) => reply.redirect('/app/', 302));
  for (const address of ['/app', '/app/*']) {
    fastify.get(address, open, async (_request, reply) => {
      const { page, headers } = await present();
      return reply.type(html).headers(headers).send(page);
    });
  }
}

function landingPage(fastify: FastifyInstance, config: Config): void {
  const body = `<h1>Oncemail</h1>
<p>Durable email automation: every occurrence runs once, and every delivery can be looked up.</p>
<ul>
<li><a href="/api/docs">API documentation</a> (<a href="/api/openapi.json">OpenAPI</a>)</li>
${config.temporalUiUrl ? `<li><a href="${escapeHtml(config.temporalUiUrl)}">Temporal Web UI</a></li>` : ''}
<li><a href="/readyz">Readiness</a>, <a href="/metrics">metrics</a>, <a href="/problems">problems</a></li>
</ul>`;
  const page = htmlPage('Oncemail', body);
  fastify.get('/', open, async (_request, reply) =>
    reply.type(html).header('Content-Security-Policy', htmlPagePolicy).send(page),
  );
}
