const none = Object.freeze({});
let loading;
let snapshot = none;

/** An element whose id is "consent" would stand in window.consent too, hence the question for a function. */
function api() {
  const found = typeof window === 'undefined' ? undefined : window.consent;
  return typeof found?.permits === 'function' ? found : undefined;
}

export function loadConsent(options) {
  if (typeof window === 'undefined') return Promise.reject(new Error('The consent banner is loaded by a browser, not by a server.'));
  const only = options.language ? `?lang=${encodeURIComponent(options.language)}` : '';
  const address = new URL(`${options.gateway.replace(/\/$/, '')}/banner/${encodeURIComponent(options.site)}.js${only}`, location.href).href;
  if (loading?.address === address) return loading.promise;
  if (loading) return Promise.reject(new Error(`This page has the consent banner ${loading.address} already.`));
  const promise = load(address, options);
  loading = { address, promise };
  // A page without a connection may try again.
  promise.catch(() => { loading = undefined; });
  return promise;
}

async function load(address, options) {
  if (!api()) await run(address, options);
  const consent = api();
  if (!consent) throw new Error(`${address} is not a consent banner.`);
  await consent.ready;
  return consent;
}

function run(address, options) {
  const path = url => url.split('?')[0];
  const held = [...document.scripts].find(s => path(s.src) === path(address));
  // Once the page has loaded, its own tag has done what it could.
  const script = held && document.readyState !== 'complete' ? held : create(address, options);
  return new Promise((resolve, reject) => {
    script.addEventListener('load', resolve);
    if (script === held) addEventListener('load', resolve);
    script.addEventListener('error', () => {
      script.remove();
      reject(new Error(`${address} could not be loaded.`));
    });
    if (script !== held) document.head.append(script);
  });
}

function create(address, options) {
  const script = document.createElement('script');
  script.async = true;
  if (options.nonce) script.nonce = options.nonce;
  const attributes = {
    position: options.position,
    google: options.google,
    'url-passthrough': options.urlPassthrough ? '' : undefined,
    keep: options.keep,
    reopener: options.reopener === false ? 'off' : undefined,
    count: options.count === false ? 'off' : undefined,
  };
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) script.setAttribute('data-' + name, value);
  script.src = trusted(address);
  return script;
}

function trusted(address) {
  try {
    return window.trustedTypes.createPolicy('consent-banner', { createScriptURL: () => address }).createScriptURL('');
  } catch {
    // No Trusted Types here, or a page that does not list the policy: if it demands one, the assignment says so.
    return address;
  }
}

export function purposes() {
  const now = api()?.get() ?? none;
  const ids = Object.keys(now);
  if (ids.length !== Object.keys(snapshot).length || ids.some(id => now[id] !== snapshot[id])) snapshot = Object.freeze({ ...now });
  return snapshot;
}

export const permits = id => api()?.permits(id) === true;
export const isReady = () => api() !== undefined;
export const set = choice => whenHere(consent => consent.set(choice));
export const open = () => whenHere(consent => consent.open());

function whenHere(act) {
  if (api()) act(api());
  else if (typeof window !== 'undefined') addEventListener('consent:ready', () => act(api()), { once: true });
}

export function subscribe(listener) {
  if (typeof window === 'undefined') return () => {};
  const heard = () => listener();
  for (const event of ['consent:ready', 'consent:changed']) addEventListener(event, heard);
  return () => { for (const event of ['consent:ready', 'consent:changed']) removeEventListener(event, heard); };
}
