import type { Act } from './act';
import { count } from './count';
import { use, type Details } from './details';
import type { Core, Rest } from './main';
import { send } from './send';
import { settings } from './settings';

declare const DETAILS: Details;
/** rest.css, put in by the build. */
declare const STYLE: string;

/** Everything that the first layer can do without, but for what follows from a choice on the page. */
export default function begin(core: Core): Rest {
  use(core, DETAILS);
  core.addStyle(STYLE);
  let hold: (() => void) | undefined;
  let loading = false;
  let act: Promise<Act> | undefined;

  /** Shows and takes away what is held back. */
  const look = (): void => {
    if (hold) hold();
    else if (!loading && document.querySelector('[data-purpose]:not(script)')) {
      loading = true;
      core.part('embeds').then(file => {
        hold = (file.default as (core: Core, details: Details) => () => void)(core, DETAILS);
        hold();
      }, () => { loading = false; });
    }
  };
  /** On a page where nothing was chosen and nothing is stored, nothing follows. */
  const follows = () => act || DETAILS.signals || core.options.google || core.options.urlPassthrough !== undefined || core.pending() || Object.keys(core.read().p).length || document.cookie || stored()
    || [...document.querySelectorAll<HTMLElement>('script[type="text/plain"][data-purpose]')].some(s => core.permits(s.dataset.purpose!));
  const load = () => act ??= core.part('act').then(file => (file.default as (core: Core, look: () => void) => Act)(core, look), e => {
    act = undefined;
    throw e;
  });
  const apply = async (action?: string): Promise<void> => {
    count(action);
    if (action) DETAILS.decided = core.pending()?.body.purposes;
    const isNew = !!action || !!core.pending();
    void send(core.apply);
    if (!follows()) return look();
    (await load()).apply(isNew);
  };

  // Before any of this was here, its page may have put another body in.
  if (core.isGone()) core.look();
  // What a single-page application adds later is held back or run just the same.
  new MutationObserver(changes => {
    if (core.isGone()) core.look();
    const waits = (node: Node) => node instanceof Element && (node.matches('[data-purpose]') || node.querySelector('[data-purpose]'));
    if (!changes.some(c => [...c.addedNodes, ...c.removedNodes].some(waits))) return;
    look();
    if (act) act.then(a => a.runScripts(), () => { /* told already */ });
    else if (follows()) core.apply();
  }).observe(document.documentElement, { childList: true, subtree: true });
  return { apply, act: load, settings: async purposes => settings(purposes, core.asked.every(core.toAsk) ? [] : [(await load()).closing()]) };
}

function stored(): number {
  try {
    return localStorage.length + sessionStorage.length;
  } catch {
    return 0;
  }
}
