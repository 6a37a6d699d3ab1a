// Builds dist/banner.js, which is committed, so that building the product needs the .NET SDK alone.
// With --check it builds in memory and fails when the committed file differs, or when it outgrew its budget.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { brotliCompressSync, constants } from 'node:zlib';
import { build, transform } from 'esbuild';

const file = new URL('dist/banner.js', import.meta.url);
const budget = 7000;

const style = (await transform(await readFile(new URL('style.css', import.meta.url), 'utf8'), { loader: 'css', minify: true })).code.trim();
const { outputFiles: [bundle] } = await build({
  absWorkingDir: new URL('.', import.meta.url).pathname,
  entryPoints: ['main.ts'],
  bundle: true,
  minify: true,
  charset: 'utf8',
  format: 'iife',
  target: ['chrome90', 'firefox90', 'safari15'],
  define: { STYLE: JSON.stringify(style) },
  legalComments: 'none',
  write: false,
});
const brotli = brotliCompressSync(bundle.contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
// As RenderBanner.cs computes it, which puts it into receipts.
const name = createHash('sha256').update(bundle.contents).digest('hex').slice(0, 12);
console.log(`dist/banner.js: build ${name}, ${bundle.contents.length} bytes, ${brotli} with brotli (budget ${budget}, the site's texts included)`);
if (brotli > budget) throw new Error('The script outgrew its budget.');

if (!process.argv.includes('--check')) await writeFile(file, bundle.contents);
else if (!bundle.text || (await readFile(file, 'utf8')) !== bundle.text) {
  throw new Error('dist/banner.js is not what the sources build. Run: npm run build');
}
