// Builds dist/*.js, which are committed, so that building the product needs the .NET SDK alone.
// With --check it builds in memory and fails when a committed file differs.
// What a site's visitors load is these with the site's own texts: RenderBannerTests.cs holds that to its budget.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { brotliCompressSync, constants } from 'node:zlib';
import { build, transform } from 'esbuild';
import { minify } from 'terser';

const folder = new URL('.', import.meta.url).pathname;
const stale = [];
const whole = createHash('sha256');

// What only some sites need is left out for the others.
const parts = [
  { name: 'banner', entry: 'main.ts', css: 'style.css', format: 'iife' },
  { name: 'rest', entry: 'rest.ts', css: 'rest.css', format: 'esm' },
  { name: 'act', entry: 'act.ts', css: 'act.css', format: 'esm' },
  { name: 'act-signals', entry: 'act.ts', css: 'act.css', format: 'esm' },
  { name: 'embeds', entry: 'embeds.ts', css: 'embeds.css', format: 'esm' },
  { name: 'guard', entry: 'guard.ts', format: 'iife', collects: false },
];
for (const { name, entry, css, format, collects = true } of parts) {
  const style = css && (await transform(await readFile(folder + css, 'utf8'), { loader: 'css', minify: true, target: ['chrome91', 'firefox90', 'safari15'] })).code.trim().replace(/(--[\w-]+): /g, '$1:');
  const { outputFiles: [bundle] } = await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    charset: 'utf8',
    format,
    target: ['es2021', 'chrome91', 'firefox90', 'safari15'],
    define: { STYLE: JSON.stringify(style ?? ''), SIGNALS: String(name === 'act-signals') },
    legalComments: 'none',
    write: false,
  });
  const { code } = await minify(bundle.text, { module: format === 'esm', ecma: 2020, compress: { passes: 3, pure_getters: true, unsafe_arrows: true } });
  // All of it stands in strict code's habits; the directive would only be bytes.
  const text = code.replace(/^"use strict";/, '') + '\n';
  if (collects) whole.update(text);
  const brotli = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  console.log(`dist/${name}.js: ${text.length} bytes, ${brotli} with brotli`);
  const file = `${folder}dist/${name}.js`;
  if (!process.argv.includes('--check')) await writeFile(file, text);
  else if ((await readFile(file, 'utf8')) !== text) stale.push(file);
}

// As Bundles.cs computes it, which puts it into receipts.
console.log(`build ${whole.digest('hex').slice(0, 12)}`);
if (stale.length) throw new Error('dist is not what the sources build. Run: npm run build');
