// What is for advertising is granted by consent to advertising, and by nothing else: as publishing judges the signals of a declaration.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page, readTemplate, run } from './sandbox.mjs';

const template = readTemplate();
const asked = ['statistics', 'advertising'];
const own = [['statistics', 'analytics_storage', 'no'], ['advertising', 'ad_storage', 'yes']];

/** What is granted to a visitor who accepted everything, with these rows beside the site's own, and what the author is told. */
function granted(...rows) {
  const mapping = [...own, ...rows].map(([purpose, type, advertising]) => ({ purpose, type, advertising }));
  const calls = run(template, { gateway: 'https://consent.example', site: 'my-site', mapping }, page(new Set([...asked, 'showing-work']), asked));
  const state = calls.find(([name]) => name === 'updateConsentState')[1];
  const messages = calls.filter(([name]) => name === 'logToConsole').map(([, message]) => message);
  return { types: Object.keys(state).filter((type) => state[type] === 'granted'), messages };
}

test('grants what is for advertising by a purpose of advertising', () =>
  assert.deepEqual(granted(), { types: ['ad_storage', 'analytics_storage'], messages: [] }));

for (const flag of ['no', undefined]) {
  test(`refuses it by any other purpose (${flag}), says so, and grants the rest`, () => {
    const { types, messages } = granted(['statistics', 'ad_user_data', flag], ['advertising', 'ad_user_data', 'yes']);
    assert.deepEqual(types, ['ad_storage', 'analytics_storage']);
    assert.equal(messages.length, 1);
    assert.match(messages[0], /"statistics" does not grant ad_user_data/);
  });
}

test('takes no purpose for advertising that another row does not', () => {
  const { types, messages } = granted(['statistics', 'ad_user_data', 'yes']);
  assert.deepEqual(types, ['ad_storage', 'analytics_storage']);
  assert.equal(messages.length, 1);
});

test('grants nothing of it by a purpose that asks no consent', () =>
  assert.deepEqual(granted(['showing-work', 'ad_personalization', 'yes']), { types: ['ad_storage', 'analytics_storage'], messages: [] }));
