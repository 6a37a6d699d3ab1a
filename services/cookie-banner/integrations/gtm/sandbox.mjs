// Tag Manager's sandbox as its documentation describes it, as far as template.tpl needs it: a language without globals, APIs that
// come from require, and permissions that are checked at each call. It promises nothing about what Tag Manager itself accepts.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const sections = ['INFO', 'TEMPLATE_PARAMETERS', 'SANDBOXED_JS_FOR_WEB_TEMPLATE', 'WEB_PERMISSIONS', 'TESTS', 'NOTES'];

export function readTemplate() {
  const text = readFileSync(new URL('template.tpl', import.meta.url), 'utf8');
  const parts = text.split(/^___([A-Z_]+)___$/m).slice(1);
  const names = parts.filter((_, i) => i % 2 === 0);
  if (names.join() !== sections.join()) throw new Error(`The blocks are ${names.join(', ')}.`);
  const [info, parameters, code, permissions, tests] = parts.filter((_, i) => i % 2 === 1);
  return { info: JSON.parse(info), parameters: JSON.parse(parameters), code, permissions: JSON.parse(permissions).map(readPermission), tests };
}

/** A permission in plain terms: its id, and per parameter a list of strings or of records. */
function readPermission({ instance }) {
  const plain = (v) => v.type === 2 ? v.listItem.map(plain) : v.type === 3 ? Object.fromEntries(v.mapKey.map((k, i) => [k.string, plain(v.mapValue[i])]))
    : v.type === 8 ? v.boolean : v.string;
  return { id: instance.key.publicId, ...Object.fromEntries(instance.param.map((p) => [p.key, plain(p.value)])) };
}

/** Runs the template once. `apis` overrides what an API does; the answer lists each call in order, as [name, ...arguments]. */
export function run(template, data, apis = {}) {
  const calls = [];
  const copy = (v) => typeof v === 'function' ? v : structuredClone(v);
  const recorded = (name, does) => (...args) => {
    calls.push([name, ...args.map(copy)]);
    return (apis[name] ?? does)(...args);
  };
  const permission = (id) => template.permissions.find((p) => p.id === id) ?? {};
  const needs = (holds, what) => { if (!holds) throw new Error(`No permission for ${what}.`); };
  const writes = (state) => Object.keys(state).filter((k) => k !== 'wait_for_update').forEach((type) =>
    needs(permission('access_consent').consentTypes?.some((c) => c.consentType === type && c.write), type));
  const matches = (pattern, url) => new RegExp('^' + pattern.split('*').map((s) => s.replace(/[^\w]/g, '\\$&')).join('.*') + '$').test(url);
  const checks = {
    callInWindow: (key) => needs(permission('access_globals').keys?.some((k) => k.key === key && k.execute), key),
    injectScript: (url) => needs(permission('inject_script').urls?.some((p) => matches(p, url)), url),
    logToConsole: () => needs(permission('logging').environments === 'debug', 'logging'),
    gtagSet: (key) => needs(permission('write_data_layer').keyPatterns?.includes(key), key),
    setDefaultConsentState: writes,
    updateConsentState: writes,
    encodeUriComponent: () => {},
    makeNumber: () => {},
  };
  const defaults = { encodeUriComponent: encodeURIComponent, makeNumber: Number };
  const require = (name) => {
    if (!checks[name]) throw new Error(`There is no API ${name}, or this test does not know it.`);
    const call = recorded(name, defaults[name] ?? (() => {}));
    return (...args) => { checks[name](...args); return call(...args); };
  };
  const outcome = (name) => recorded(name, () => {});

  const context = vm.createContext({});
  const body = vm.runInContext(`(function (require, data) { 'use strict'; ${template.code}\n})`, context);
  // window, Math, JSON and the like do not exist there.
  vm.runInContext('(all => all.forEach(name => delete this[name]))(Object.getOwnPropertyNames(globalThis))', context);
  body(require, { ...data, gtmOnSuccess: outcome('gtmOnSuccess'), gtmOnFailure: outcome('gtmOnFailure') });
  return calls;
}

/** A page on which the banner loads, which asks these purposes, and on which the visitor permits what is in the set. */
export function page(permitted, asked = ['statistics', 'advertising', 'personal-advertising']) {
  const listeners = [];
  return {
    listeners,
    injectScript: (url, onSuccess) => onSuccess(),
    callInWindow: (key, argument) => key === 'consent.on' ? void listeners.push(argument)
      : key === 'consent.get' ? Object.fromEntries(asked.map((id) => [id, permitted.has(id)])) : key === 'consent.permits' && permitted.has(argument),
  };
}
