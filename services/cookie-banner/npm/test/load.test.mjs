import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { start } from './site.mjs';

let site;
before(async () => { site = await start(); });
after(() => site.stop());

/** Runs a function on a page; it gets the package. */
const on = (at, does) => at.evaluate(`import('/index.js').then(${does})`);
const failure = promise => promise.then(() => 'nothing failed', error => String(error));

test('adds the script once, however often and however early it is asked', async () => {
  const at = await site.visit('');
  const answer = await on(at, `async ({ loadConsent }) => {
    const options = { gateway: location.origin + '/', site: 'my-site' };
    const [one, two] = await Promise.all([loadConsent(options), loadConsent({ ...options, gateway: '' })]);
    const three = await loadConsent(options);
    return { same: one === two && two === three && one === window.consent, tags: document.scripts.length };
  }`);
  assert.deepEqual(answer, { same: true, tags: 1 });
  assert.equal(site.asked, 1);
});

const tag = '<script async src="/banner/my-site.js?lang=en"></script>';

test('waits for the tag that the page holds already', async () => {
  let release;
  site.held = new Promise(done => { release = done; });
  try {
    const at = await site.visit(tag + `<script type="module">
      import { isReady, loadConsent } from '/index.js';
      window.before = isReady();
      window.loaded = loadConsent({ gateway: '', site: 'my-site' }).then(consent => consent === window.consent);
    </script>`, { waitUntil: 'domcontentloaded' });
    assert.equal(await at.evaluate(() => window.before), false);
    release();
    assert.equal(await at.evaluate(() => window.loaded), true);
    assert.equal(await at.locator('script[src*="/banner/"]').count(), 1);
    assert.equal(site.asked, 1);
  } finally {
    release();
    site.held = undefined;
  }
});

test('does not wait for a tag of the page that has failed', async () => {
  site.serves = false;
  const at = await site.visit(tag);
  site.serves = true;
  assert.equal(await on(at, `({ loadConsent }) => loadConsent({ gateway: '', site: 'my-site' }).then(consent => consent === window.consent)`), true);
  assert.equal(site.asked, 2);
});

test('gives the tag the attributes that were asked for, and no other', async () => {
  const made = async options => (await on(await site.visit(''), `async ({ loadConsent }) => {
    await loadConsent({ gateway: '', site: 'a/b', ...${JSON.stringify(options)} });
    const script = document.scripts[0];
    return Object.fromEntries([...script.attributes].map(a => [a.name, a.value]).concat(script.nonce ? [['nonce', script.nonce]] : []));
  }`));
  const plain = await made({});
  assert.match(plain.src, /\/banner\/a%2Fb\.js$/);
  assert.match((await made({ language: 'fr' })).src, /\/banner\/a%2Fb\.js\?lang=fr$/);
  assert.deepEqual(Object.keys(plain).filter(name => name !== 'src'), ['async']);
  const { src, async, ...full } = await made({ position: 'bar', google: 'basic', urlPassthrough: true, keep: '/consent/keep', reopener: false, nonce: 'abc' });
  assert.deepEqual(full, { 'data-position': 'bar', 'data-google': 'basic', 'data-url-passthrough': '', 'data-keep': '/consent/keep', 'data-reopener': 'off', nonce: 'abc' });
  const off = await made({ urlPassthrough: false, reopener: true });
  assert.deepEqual(Object.keys(off).filter(name => name !== 'src'), ['async']);
});

test('rejects a banner that cannot be loaded, and tries again when asked again', async () => {
  const at = await site.visit('');
  site.serves = false;
  await on(at, `({ loadConsent }) => { window.again = () => loadConsent({ gateway: '', site: 'my-site' }); }`);
  assert.match(await failure(at.evaluate(() => window.again())), /could not be loaded/);
  site.serves = true;
  assert.equal(await at.evaluate(() => window.again().then(consent => consent === window.consent)), true);
});

test('rejects a second site on one page, and a server', async () => {
  const at = await site.visit('');
  assert.match(await failure(on(at, `async ({ loadConsent }) => { await loadConsent({ gateway: '', site: 'one' }); await loadConsent({ gateway: '', site: 'two' }); }`)), /already/);
  const { loadConsent, permits, purposes, isReady, subscribe, open, set } = await import('../index.js');
  await assert.rejects(loadConsent({ gateway: '', site: 'one' }), /not by a server/);
  assert.deepEqual([permits('necessary'), purposes(), isReady()], [false, {}, false]);
  subscribe(() => {})();
  open();
  set({ media: true });
});

test('carries out what was asked before the banner came', async () => {
  const at = await site.visit('');
  assert.deepEqual(await on(at, `async ({ loadConsent, open, set, permits, subscribe }) => {
    let told = 0;
    const stop = subscribe(() => told++);
    open();
    set({ media: true });
    const before = permits('media');
    await loadConsent({ gateway: '', site: 'my-site' });
    stop();
    const at = told;
    window.consent.set({ media: true, statistics: true });
    return { before, after: permits('media'), opened: window.opened, told: at > 0, stopped: told === at };
  }`), { before: false, after: true, opened: 1, told: true, stopped: true });
});

test('gives the same object until something changes', async () => {
  const at = await site.visit('');
  assert.deepEqual(await on(at, `async ({ loadConsent, purposes }) => {
    await loadConsent({ gateway: '', site: 'my-site' });
    const first = purposes(), second = purposes();
    window.consent.set({ media: true });
    return [first === second, purposes() === first, purposes().media, Object.isFrozen(first)];
  }`), [true, false, true, true]);
});

test('is not taken in by an element of that name', async () => {
  const at = await site.visit('<a id="consent"></a>');
  assert.deepEqual(await on(at, `async ({ isReady, permits, purposes }) => [isReady(), permits('media'), Object.keys(purposes()).length]`), [false, false, 0]);
});

test('works on a page with a nonce and Trusted Types', async () => {
  const csp = "default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'; require-trusted-types-for 'script'; trusted-types consent-banner";
  const module = `<script type="module" nonce="abc">
    import { loadConsent } from '/index.js';
    loadConsent({ gateway: '', site: 'my-site', nonce: 'abc' }).then(() => { document.documentElement.dataset.done = 'yes'; }, e => { document.documentElement.dataset.done = String(e); });
  </script>`;
  const at = await site.visit(module, { csp });
  await at.locator('html[data-done]').waitFor({ state: 'attached' });
  assert.equal(await at.evaluate(() => document.documentElement.dataset.done), 'yes');
  assert.deepEqual(at.errors, []);
});

test('publishes what it exports and nothing else, and is not published by accident', () => {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder, encoding: 'utf8' }));
  assert.deepEqual(files.map(f => f.path).sort(), ['README.md', 'index.d.ts', 'index.js', 'package.json', 'react.d.ts', 'react.js', 'vue.d.ts', 'vue.js']);
  assert.equal(JSON.parse(readFileSync(new URL('../package.json', import.meta.url))).private, true);
});
