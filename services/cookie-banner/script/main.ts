import type { Act } from './act';
import { permits, permitted, read, toAsk, write } from './choice';
import { decide, keep, pending, type How } from './decide';
import { button, element, fill } from './element';
import { addStyle, bothButtons, close, done, install, isDismissed, isGone, isOpen, isOpened, open, show, spoken, tag, texts } from './panel';
import { asked, gateway, gpc, options, site } from './site';
import { tell } from './tell';

type Purposes = Record<string, boolean>;

/** The page's side: see the README of this service. */
interface ConsentApi {
  /** Whether the purpose may be served now. Unknown purposes may not. */
  permits(id: string): boolean;
  /** What is permitted now, per purpose that is asked. */
  get(): Purposes;
  /** Records a choice that the person made in the site's own interface; what is not named stays as it is. */
  set(purposes: Purposes): void;
  /** The visitor id; there is one only while something is accepted. */
  id(): string | undefined;
  /** Opens the banner with the current state. */
  open(): void;
  /** Calls the listener with what is permitted, now if that is known already and after each change; gives what ends it. */
  on(listener: (purposes: Purposes) => void): () => void;
  /** How each purpose that is asked stands, in the words of the W3C Data Privacy Vocabulary, such as `dpv:ConsentGiven`. */
  status(): Promise<Record<string, string>>;
  /** What is permitted, as soon as the page can be looked at. */
  ready: Promise<Purposes>;
}

/** What this file and the rest share; the rest is another file, so that the banner is there before it. asks: how often the banner came by itself. */
export const core = { site, asked, options, gateway, gpc, texts, tag, spoken, read, write, permits, toAsk, pending, keep, told, tell, part, button, element, fill, addStyle, bothButtons, close, done, show, open, apply, isGone, isOpen, look, asks: 0 };
export type Core = typeof core;

/** The default export of the rest. */
export interface Rest {
  /** Makes the page as the choice says, and sends what is to be sent; with what was done by the choice that was just made. */
  apply(action?: How['action']): Promise<void>;
  settings(purposes: Site['purposes']): Promise<void>;
  /** What follows from a choice. */
  act(): Promise<Act>;
}
type Site = typeof site;

let rest: Promise<Rest> | undefined;
let last = '';
let isReady = false;
const listeners = new Set<(purposes: Purposes) => void>();

let tries = '';

/** Loads what the banner does not need to be seen. A failure is forgotten, so that it is tried again. */
function load(): Promise<Rest> {
  return rest ??= part('rest').then(file => (file.default as (core: Core) => Rest)(core), (e: unknown) => {
    rest = undefined;
    throw e;
  });
}

const act = () => api.ready.then(load).then(r => r.act());

/** Another file of the site's, in the language that is spoken. Browsers remember that an address failed, so it is another the next time. */
function part(name: string): Promise<{ default: unknown }> {
  return import(`${gateway}/banner/${site.site}/${tag()}/${name}.${site.parts}.js${tries}`).catch((e: unknown) => {
    tries += '?';
    throw e;
  });
}

function apply(action?: How['action']): void {
  void load().then(r => r.apply(action)).catch(() => console.warn('consent: a part did not load')).finally(told);
}

/** Tells the page what is permitted, when that is something else than it was told before. */
function told(): void {
  const purposes = permitted();
  if (last === (last = JSON.stringify(purposes))) return;
  for (const listener of listeners) {
    try {
      listener(purposes);
    } catch (e) {
      // What fails at one listener is the page's to see, and kept from no other.
      setTimeout(() => { throw e; });
    }
  }
  // How things stand at the start is told by "ready": a page that loads itself anew on each change would do so for ever.
  if (isReady) tell('changed', { purposes });
}

/** Shows what is to be seen: at the start, and when the page comes back and another tab may have decided. */
function look(): void {
  const due = asked.filter(toAsk);
  if (due.length && !isDismissed()) {
    if (!isOpen()) {
      open(due, true);
      core.asks++;
    }
  } else if (asked.length && !isOpened()) close();
  // Nothing is permitted before the first choice, so what is to be done then can wait until the page has nothing better to do; but not for ever, since some pages always have.
  if (Object.keys(read().p)[0]) apply();
  else if (!isReady) (window.requestIdleCallback ?? setTimeout)(() => apply(), { timeout: 2000 } as never);
}

/** Without the rest there is no state to show, and still an answer to give. */
function reopen(): void {
  void act().then(a => a.open(), () => open(asked));
}

let spare: HTMLElement | undefined;
let resolve: (purposes: Purposes) => void;
const api: ConsentApi = {
  permits,
  get: permitted,
  set: purposes => void act().then(a => a.set(purposes)),
  id: () => read().id,
  status: () => act().then(a => a.status()),
  open: reopen,
  on: listener => {
    listeners.add(listener);
    if (isReady) listener(permitted());
    return () => void listeners.delete(listener);
  },
  ready: new Promise(r => { resolve = r; }),
};

function start(): void {
  install({
    decided: (purposes, how) => {
      // Where all that is asked is refused by Global Privacy Control, accepting all of the rest accepts nothing.
      if (!Object.keys(purposes)[0]) return;
      decide(purposes, how);
      apply(how.action);
    },
    settings: async purposes => {
      const { settings } = await load();
      // Else answered while they were on their way.
      if (isOpen()) return settings(purposes);
    },
    closed: focus => void act().then(a => {
      spare?.remove();
      a.closed(focus);
    }, () => {
      // Plain, and at the end of the page, as long as the one that floats cannot be loaded.
      if (options.reopener !== 'off') document.body.append(spare ??= button(texts().reopen, reopen));
    }),
  });
  told();
  look();
  isReady = true;
  resolve(permitted());
  tell('ready', { purposes: permitted() });
  addEventListener('pageshow', e => { if (e.persisted) look(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) look(); });
}

/** Not while a page is only being prepared: nobody has seen it, and perhaps nobody will. */
function whenSeen(): void {
  if ((document as { prerendering?: boolean }).prerendering) document.addEventListener('prerenderingchange', start, { once: true });
  else start();
}

// Two script tags on one page are one banner; a form that is named so is none.
if (typeof (window as { consent?: Partial<ConsentApi> }).consent?.permits !== 'function') {
  Object.assign(window, { consent: api });
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', whenSeen);
  else whenSeen();
}
