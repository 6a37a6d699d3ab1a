// A site on loopback with the examples built into it, a gateway that serves the stub banner, and a browser that looks at it.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds an entry point as a site would, from the package's own exports. */
export async function bundle(entry, platform = 'browser') {
  const { outputFiles } = await build({
    absWorkingDir: root, entryPoints: [entry], bundle: true, write: false, format: 'esm', jsx: 'automatic', platform, minify: platform === 'browser',
    define: { 'process.env.NODE_ENV': '"development"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true' },
    // Node's own modules are required by the servers' renderers.
    banner: platform === 'node' ? { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" } : {},
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

export async function start() {
  const banner = await readFile(new URL('stub-banner.js', import.meta.url), 'utf8');
  const files = new Map([['/main-react.js', await bundle('examples/react/main.tsx')], ['/main-vue.js', await bundle('examples/vue/main.ts')],
    ['/index.js', await readFile(new URL('../index.js', import.meta.url), 'utf8')]]);
  const pages = new Map();
  const site = { asked: 0, serves: true, held: undefined };
  const server = createServer(async (request, response) => {
    const answer = (status, type, body, headers = {}) => response.writeHead(status, { 'Content-Type': type, ...headers }).end(body);
    if (request.url.startsWith('/banner/')) {
      site.asked++;
      await site.held;
      return site.serves ? answer(200, 'text/javascript', banner) : answer(404, 'application/problem+json', '{}');
    }
    if (files.has(request.url)) return answer(200, 'text/javascript', files.get(request.url));
    const page = pages.get(request.url);
    return page ? answer(200, 'text/html; charset=utf-8', page.html, page.headers) : answer(404, 'text/plain', '');
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  const address = `http://127.0.0.1:${server.address().port}`;

  return Object.assign(site, {
    /** Opens a page of the given body in a fresh profile; the answer counts its errors. */
    async visit(body, { head = '', csp, waitUntil = 'load' } = {}) {
      Object.assign(site, { asked: 0 });
      const path = `/page-${pages.size}`;
      pages.set(path, { html: `<!doctype html><html lang="en"><head><title>Site</title>${head}</head><body>${body}</body></html>`, headers: csp ? { 'Content-Security-Policy': csp } : {} });
      const page = await (await browser.newContext()).newPage();
      page.errors = [];
      page.on('pageerror', error => page.errors.push(String(error)));
      page.on('console', message => message.type() === 'error' && !/404/.test(message.text()) && page.errors.push(message.text()));
      page.on('console', message => message.type() === 'warning' && /ydrat/.test(message.text()) && page.errors.push(message.text()));
      await page.goto(address + path, { waitUntil });
      return page;
    },
    async stop() {
      await browser.close();
      await new Promise(done => server.close(done));
    },
  });
}
