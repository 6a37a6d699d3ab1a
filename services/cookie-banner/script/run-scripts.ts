import { core } from './act';

let running = false;

/** Each script once, in document order; a script waits for the one before it. */
export async function runScripts(): Promise<void> {
  if (running) return;
  running = true;
  const next = () => [...document.querySelectorAll<HTMLScriptElement>('script[type="text/plain"][data-purpose]')]
    .find(s => core.permits(s.dataset.purpose!));
  for (let waiting = next(); waiting; waiting = next()) {
    const script = document.createElement('script');
    for (const a of waiting.attributes) if (a.name !== 'type' && a.name !== 'data-src') script.setAttribute(a.name, a.value);
    if (waiting.dataset.type) script.type = waiting.dataset.type;
    script.nonce = waiting.nonce;
    const source = waiting.dataset.src;
    try {
      script.text = policy.createScript(waiting.text);
      if (source) script.src = policy.createScriptURL(source);
    } catch (e) {
      // The page's policy takes no script from us; the others and the choice itself do not depend on it.
      waiting.removeAttribute('data-purpose');
      console.warn('consent: the policy of this page refuses a held-back script', e);
      continue;
    }
    await new Promise<unknown>(done => {
      script.onload = script.onerror = done;
      waiting!.replaceWith(script);
      if (!source || waiting!.hasAttribute('async')) done(0);
    });
  }
  running = false;
}

/** Under require-trusted-types-for 'script' the page's own markup is trusted, and nothing else is put in. */
const same = { createScript: (text: string) => text, createScriptURL: (url: string) => url };
const policy = make();

function make(): typeof same {
  try {
    return (window as { trustedTypes?: { createPolicy(name: string, rules: typeof same): typeof same } }).trustedTypes!.createPolicy('consent', same);
  } catch {
    // Unknown to the browser, or not among those that the page allows: then it is not needed, or each script is refused by itself.
    return same;
  }
}
