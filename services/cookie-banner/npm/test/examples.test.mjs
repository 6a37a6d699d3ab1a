import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { bundle, start } from './site.mjs';

let site;
before(async () => { site = await start(); });
after(() => site.stop());

const page = (framework, inside = '') => `<div id="app">${inside}</div><script type="module" src="/main-${framework}.js"></script>`;
const text = (at, selector) => at.locator(selector).textContent();
const there = (at, selector) => at.locator(selector).waitFor({ state: 'attached', timeout: 10000 });
const gone = (at, selector) => at.locator(selector).waitFor({ state: 'detached', timeout: 10000 });

/** What the example renders on a server. */
async function rendered(framework) {
  const folder = await mkdtemp(path.join(tmpdir(), 'consent-'));
  try {
    const file = path.join(folder, 'server.mjs');
    await writeFile(file, await bundle(`test/server-${framework}.mjs`, 'node'));
    return (await import(pathToFileURL(file))).html;
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const framework of ['react', 'vue']) {
  test(`${framework}: holds the video back until the visitor allows it, and takes it away on withdrawal`, async () => {
    const at = await site.visit(page(framework));
    await there(at, '#basket');
    assert.equal(await text(at, '#state'), '{"statistics":false,"media":false}');
    assert.equal(await at.locator('#video').count(), 0);
    await at.click('#allow');
    await there(at, '#video');
    assert.equal(await at.locator('#allow').count(), 0);
    assert.equal(await text(at, '#state'), '{"statistics":false,"media":true}');
    assert.equal(await text(at, '#count'), 'This visit is not counted.');
    await at.evaluate(() => window.consent.set({ media: false, statistics: true }));
    await gone(at, '#video');
    await there(at, '#allow');
    assert.equal(await text(at, '#count'), 'This visit is counted.');
    assert.deepEqual(at.errors, []);
  });

  test(`${framework}: opens the banner from the site’s own button`, async () => {
    const at = await site.visit(page(framework));
    await there(at, '#basket');
    await at.click('#settings');
    assert.equal(await at.evaluate(() => window.opened), 1);
  });

  test(`${framework}: permits nothing before the banner has come, and works when it never comes`, async () => {
    site.serves = false;
    const at = await site.visit(page(framework));
    await there(at, 'html[data-failed]');
    assert.match(await at.evaluate(() => document.documentElement.dataset.failed), /could not be loaded/);
    assert.equal(await text(at, '#state'), 'not ready');
    assert.equal(await at.locator('#video').count(), 0);
    assert.equal(await at.locator('#basket').count(), 0);
    site.serves = true;
    assert.deepEqual(at.errors, []);
  });

  test(`${framework}: renders on a server with nothing permitted, and takes that over in the browser`, async () => {
    const html = await rendered(framework);
    assert.match(html, /not ready/);
    assert.match(html, /id="allow"/);
    assert.doesNotMatch(html, /<iframe/);
    // As for a visitor who comes back: the banner is there, with a choice, before the page's own script is.
    const returning = '<script src="/banner/my-site.js"></script><script>consent.set({ media: true })</script>';
    const at = await site.visit(page(framework, html), { head: returning });
    await there(at, '#video');
    await there(at, '#basket');
    assert.equal(await at.locator('main').count(), 1);
    assert.equal(await at.evaluate(() => document.documentElement.dataset.mismatch), undefined);
    assert.deepEqual(at.errors, []);
    assert.equal(site.asked, 1);
  });
}
