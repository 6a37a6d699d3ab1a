import { permits } from './choice';
import { site } from './site';
import { element, name, texts } from './texts';

let running = false;

/** Runs what is permitted and not yet run, in document order; a script waits for the one before it. */
export async function runScripts(): Promise<void> {
  if (running) return;
  running = true;
  const next = () => [...document.querySelectorAll<HTMLScriptElement>('script[type="text/plain"][data-purpose]')]
    .find(s => permits(s.dataset.purpose!));
  for (let held = next(); held; held = next()) {
    const script = document.createElement('script');
    for (const a of held.attributes) if (a.name !== 'type' && a.name !== 'data-src') script.setAttribute(a.name, a.value);
    if (held.dataset.type) script.type = held.dataset.type;
    script.nonce = held.nonce;
    script.text = held.text;
    const source = held.dataset.src;
    if (source) script.src = source;
    await new Promise<unknown>(done => {
      script.onload = script.onerror = done;
      held!.replaceWith(script);
      if (!source || held!.hasAttribute('async')) done(0);
    });
  }
  running = false;
}

/** Loads permitted frames; empties and covers the others with a note that says what they wait for. */
export function showFrames(open: () => void): void {
  for (let frame of document.querySelectorAll<HTMLIFrameElement>('iframe[data-purpose][data-src]')) {
    const id = frame.dataset.purpose!;
    const note = frame.previousElementSibling?.classList.contains('kz-n') ? frame.previousElementSibling : null;
    const may = permits(id);
    if (may) {
      note?.remove();
      if (!frame.hasAttribute('src')) frame.src = frame.dataset.src!;
    } else {
      if (frame.hasAttribute('src')) {
        // A fresh element ends whatever the old one was doing.
        const fresh = frame.cloneNode() as HTMLIFrameElement;
        fresh.removeAttribute('src');
        frame.replaceWith(fresh);
        frame = fresh;
      }
      if (!note) {
        const [language, text] = texts();
        const purpose = site.purposes.find(p => p.id === id);
        const button = element('button', { type: 'button', onclick: open }, text.reopen);
        frame.before(element('div', { className: 'kz-n', lang: language },
          element('p', {}, text.held(purpose ? name(purpose) : id)), button));
      }
    }
    frame.hidden = !may;
  }
}

/** Removes what purposes without consent have stored, unless a permitted purpose stores it too. */
export function cleanUp(): void {
  const matching = (may: boolean, kind: string) => {
    const patterns = site.purposes.filter(p => permits(p.id) === may).flatMap(p => p.keys ?? []).filter(k => k[0] === kind);
    const expressions = patterns.map(k => new RegExp('^' + k.slice(1).replace(/[^\w*]/g, '\\$&').replace(/\*/g, '.*') + '$'));
    return (key: string) => expressions.some(e => e.test(key));
  };
  const stored = (kind: string, keys: string[]) => {
    const denied = matching(false, kind);
    const allowed = matching(true, kind);
    return keys.filter(k => denied(k) && !allowed(k) && !k.startsWith('consent-'));
  };
  for (const key of stored('c', document.cookie.split('; ').map(c => c.split('=')[0]!))) {
    const labels = location.hostname.split('.');
    const domains = ['', ...labels.map((_, i) => ';Domain=' + labels.slice(i).join('.'))];
    for (const domain of domains) document.cookie = `${key}=;Path=/;Max-Age=0${domain}`;
  }
  for (const [kind, area] of [['l', 'localStorage'], ['s', 'sessionStorage']] as const) {
    try {
      const storage = window[area];
      for (const key of stored(kind, Object.keys(storage))) storage.removeItem(key);
    } catch { /* closed to us, hence to the page's scripts too */ }
  }
}
