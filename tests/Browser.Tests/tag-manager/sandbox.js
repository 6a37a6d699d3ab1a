// A stand-in for Google Tag Manager in a page: the APIs of its sandbox that template.tpl asks for, as its documentation describes them, and a
// container whose tags wait for a consent type. It checks no permissions (template.test.mjs does), and promises nothing about Tag Manager itself.
window.tagManager = (() => {
  // What the container was told and did, in order.
  const told = [];
  const waiting = [];
  const fire = state => {
    for (const tag of waiting.filter(t => state[t.type] === 'granted')) {
      waiting.splice(waiting.indexOf(tag), 1);
      told.push(['tag', tag.type]);
    }
  };
  const apis = {
    // Values are copied on their way out of the page, functions and promises are not given.
    callInWindow: (path, ...values) => {
      const keys = path.split('.');
      const owner = keys.slice(0, -1).reduce((object, key) => object?.[key], window);
      const answer = typeof owner?.[keys.at(-1)] === 'function' ? owner[keys.at(-1)](...values) : undefined;
      return ['function', 'undefined'].includes(typeof answer) ? undefined : structuredClone(answer);
    },
    encodeUriComponent: encodeURIComponent,
    gtagSet: (...values) => told.push(['set', ...values]),
    injectScript: (src, onload, onerror) => document.head.append(Object.assign(document.createElement('script'), { src, async: true, onload, onerror })),
    logToConsole: (...values) => console.log(...values),
    makeNumber: Number,
    setDefaultConsentState: state => told.push(['default', state]),
    updateConsentState: state => {
      told.push(['update', state]);
      fire(state);
    },
  };
  return {
    told,
    /** Adds a tag to the container, which fires once, as soon as the type is granted. */
    tag: type => waiting.push({ type }),
    run: (code, data) => new Function('require', 'data', `'use strict';${code}`)(
      name => apis[name], { ...data, gtmOnSuccess: () => told.push(['success']), gtmOnFailure: () => told.push(['failure']) }),
  };
})();
