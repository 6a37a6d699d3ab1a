import { core } from './act';
import { known } from './known';

let running = false;
const ran = new WeakSet<Element>();

/** Each script once, in document order; a script waits for the one before it. What waited stays where it is: its page may count on it. */
export async function runScripts(): Promise<void> {
  if (running) return;
  running = true;
  const next = () => [...document.querySelectorAll<HTMLScriptElement>('script[type="text/plain"][data-purpose]')]
    .find(s => !ran.has(s) && known(core, s) && core.permits(s.dataset.purpose!));
  for (let waiting = next(); waiting; waiting = next()) {
    ran.add(waiting);
    try {
      await run(waiting);
    } catch (e) {
      // The page's policy takes no script from us; the others and the choice itself do not depend on it.
      console.warn('consent: the policy of this page refuses a held-back script', e);
    }
  }
  running = false;
}

async function run(waiting: HTMLScriptElement): Promise<void> {
  const script = document.createElement('script');
  const source = waiting.dataset.src ?? waiting.getAttribute('src');
  for (const a of waiting.attributes) if (!/^(type|src|data-src|nonce)$/.test(a.name)) script.setAttribute(a.name, a.value);
  if (waiting.dataset.type) script.type = waiting.dataset.type;
  script.nonce = waiting.nonce;
  script.text = policy.createScript(waiting.text);
  if (source) script.src = policy.createScriptURL(source);
  await new Promise<unknown>(done => {
    script.onload = script.onerror = done;
    waiting.after(script);
    // Of what a browser does not load it never says that it was loaded.
    if (!source || waiting.hasAttribute('async') || script.noModule || !/^$|module|javascript/i.test(script.type)) done(0);
  });
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
