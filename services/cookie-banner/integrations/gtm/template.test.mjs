import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page, readTemplate, run } from './sandbox.mjs';

const template = readTemplate();
const types = ['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage', 'functionality_storage', 'personalization_storage', 'security_storage'];
const data = {
  gateway: 'https://consent.example', site: 'my-site', waitForUpdate: '500', adsDataRedaction: true, urlPassthrough: false,
  mapping: [
    { purpose: 'statistics', type: 'analytics_storage', advertising: 'no' },
    { purpose: 'advertising', type: 'ad_storage', advertising: 'yes' },
    { purpose: 'personal-advertising', type: 'ad_storage', advertising: 'yes' },
    { purpose: 'necessary', type: 'security_storage', advertising: 'no' },
  ],
};
const names = (calls) => calls.map(([name]) => name);
const granted = (state) => types.filter((type) => state[type] === 'granted');

test('denies the seven types before the banner is asked for', () => {
  const calls = run(template, data);
  assert.deepEqual(calls.find(([name]) => name === 'setDefaultConsentState')[1], { ...Object.fromEntries(types.map((t) => [t, 'denied'])), wait_for_update: 500 });
  assert.deepEqual(names(calls).filter((n) => !['makeNumber', 'encodeUriComponent'].includes(n)), ['setDefaultConsentState', 'gtagSet', 'gtagSet', 'injectScript']);
});

test('sets the default once, and only updates after it', () => {
  const visitor = page(new Set());
  const calls = run(template, data, visitor);
  visitor.listeners[0]({});
  assert.equal(names(calls).filter((n) => n === 'setDefaultConsentState').length, 1);
  assert.equal(names(calls).filter((n) => n === 'updateConsentState').length, 2);
  assert.ok(names(calls).indexOf('setDefaultConsentState') < names(calls).indexOf('updateConsentState'));
});

test('listens before it tells what is permitted now, so that no choice falls between', () => {
  const calls = run(template, data, page(new Set(['statistics'])));
  const order = calls.filter(([name, key]) => key === 'consent.on' || name === 'updateConsentState' || name === 'gtmOnSuccess');
  assert.deepEqual(order.map(([name, key]) => (typeof key === 'string' ? key : name)), ['consent.on', 'updateConsentState', 'gtmOnSuccess']);
});

test('tells the state once at the start, also when the banner calls its listeners at once', () => {
  const eager = { ...page(new Set(['statistics'])), callInWindow: (key, argument) => key === 'consent.on' ? void argument({}) : argument === 'statistics' };
  const updates = run(template, data, eager).filter(([name]) => name === 'updateConsentState');
  assert.deepEqual(updates.map(([, state]) => granted(state)), [['analytics_storage']]);
});

test('grants what is permitted, each time that it changes', () => {
  const permitted = new Set(['necessary']);
  const visitor = page(permitted);
  const calls = run(template, data, visitor);
  const last = () => calls.filter(([name]) => name === 'updateConsentState').at(-1)[1];
  assert.deepEqual(granted(last()), ['security_storage']);
  permitted.add('statistics');
  visitor.listeners[0]({ statistics: true });
  assert.deepEqual(granted(last()), ['analytics_storage', 'security_storage']);
  permitted.delete('statistics');
  visitor.listeners[0]({ statistics: false });
  assert.deepEqual(granted(last()), ['security_storage']);
  assert.deepEqual(Object.keys(last()), types);
});

test('grants a type that two purposes name only when both are permitted', () => {
  const state = (...ids) => run(template, data, page(new Set(ids))).filter(([name]) => name === 'updateConsentState').at(-1)[1];
  assert.equal(state('advertising').ad_storage, 'denied');
  assert.equal(state('advertising', 'personal-advertising').ad_storage, 'granted');
});

test('keeps everything denied when the banner cannot be loaded, or nothing was mapped', () => {
  const failed = run(template, data, { injectScript: (url, onSuccess, onFailure) => onFailure() });
  assert.ok(!names(failed).includes('updateConsentState') && names(failed).includes('gtmOnFailure'));
  const unmapped = run(template, { ...data, mapping: undefined }, page(new Set(['statistics'])));
  assert.deepEqual(granted(unmapped.find(([name]) => name === 'updateConsentState')[1]), []);
});

test('takes anything but true for a refusal', () => {
  const calls = run(template, data, { ...page(new Set()), callInWindow: () => 'yes' });
  assert.deepEqual(granted(calls.find(([name]) => name === 'updateConsentState')[1]), []);
});

test('asks the gateway for the script of the site, whatever the site is called', () => {
  const url = (gateway, site) => run(template, { ...data, gateway, site }).find(([name]) => name === 'injectScript')[1];
  assert.equal(url('https://consent.example', 'my-site'), 'https://consent.example/banner/my-site.js');
  assert.equal(url('https://consent.example/', '../x?y'), 'https://consent.example/banner/..%2Fx%3Fy.js');
});

test('passes on Google’s two settings as they were set', () => {
  const set = (changes) => run(template, { ...data, ...changes }).filter(([name]) => name === 'gtagSet').map(([, key, value]) => [key, value]);
  assert.deepEqual(set({}), [['ads_data_redaction', true], ['url_passthrough', false]]);
  assert.deepEqual(set({ adsDataRedaction: undefined, urlPassthrough: true }), [['ads_data_redaction', false], ['url_passthrough', true]]);
});

test('asks for the permissions that it uses, and for no other', () => {
  const refused = { ...data, mapping: [...data.mapping, { purpose: 'statistics', type: 'ad_user_data', advertising: 'no' }] };
  for (const { id, consentTypes, keys, urls, keyPatterns, environments } of template.permissions) {
    const without = { ...template, permissions: template.permissions.filter((p) => p.id !== id) };
    assert.throws(() => run(without, refused, page(new Set())), /No permission/, id);
    if (environments) assert.equal(environments, 'debug');
    if (consentTypes) assert.deepEqual(consentTypes.map((c) => [c.consentType, c.read, c.write]), types.map((t) => [t, false, true]));
    if (keys) assert.deepEqual(keys.map((k) => [k.key, k.read, k.write, k.execute]), ['consent.get', 'consent.on', 'consent.permits'].map((key) => [key, false, false, true]));
    if (urls) assert.deepEqual(urls, ['https://*/banner/*']);
    if (keyPatterns) assert.deepEqual(keyPatterns, ['ads_data_redaction', 'url_passthrough']);
  }
  assert.deepEqual(template.permissions.map((p) => p.id), ['access_consent', 'access_globals', 'inject_script', 'logging', 'write_data_layer']);
});

test('is a tag for web containers, whose form offers what the code reads', () => {
  assert.equal(template.info.type, 'TAG');
  assert.deepEqual(template.info.containerContexts, ['WEB']);
  assert.ok(template.info.description.length <= 200);
  const fields = template.parameters.map((p) => p.name);
  const read = [...new Set([...template.code.matchAll(/\bdata\.(\w+)/g)].map((m) => m[1]))].filter((n) => !n.startsWith('gtmOn'));
  assert.deepEqual([...read].sort(), [...fields].sort());
  const table = template.parameters.find((p) => p.type === 'SIMPLE_TABLE').simpleTableColumns;
  assert.deepEqual(table.map((c) => c.name), ['purpose', 'type', 'advertising']);
  assert.deepEqual(table[1].selectItems.map((i) => i.value), types);
  const address = new RegExp(template.parameters.find((p) => p.name === 'gateway').valueValidators[0].args[0]);
  for (const good of ['https://consent.example', 'https://consent.example/', 'https://consent.example:8443']) assert.match(good, address);
  for (const bad of ['http://consent.example', 'consent.example', 'https://', 'https://consent.example/path', 'https://consent.example?x']) assert.doesNotMatch(bad, address);
});

// The tests that Tag Manager's editor runs, in the part of YAML in which it writes them.
const block = (text, indent) => text.split('\n').map((line) => line.slice(indent)).join('\n');
const setup = block(/^setup: \|-\n((?: {2}.*\n)+)/m.exec(template.tests)[1], 2);
const scenarios = [...template.tests.matchAll(/^- name: (.+)\n {2}code: \|-\n((?: {4}.*\n)+)/gm)];

test('brings tests of its own', () => assert.equal(scenarios.length, 4));
for (const [, name, code] of scenarios) {
  test(`its own test passes: ${name}`, () => {
    let calls = [];
    const mocks = {};
    const of = (api) => calls.filter(([called]) => called === api);
    const assertApi = (api) => ({
      wasCalled: () => assert.ok(of(api).length > 0, api),
      wasNotCalled: () => assert.equal(of(api).length, 0, api),
      wasCalledWith: (...args) => assert.deepEqual(of(api).at(-1)?.slice(1), args),
    });
    new Function('mock', 'runCode', 'assertApi', setup + block(code, 4))(
      (api, does) => { mocks[api] = does; }, (values) => { calls = run(template, values, mocks); }, assertApi);
  });
}
