import type { Act } from './act';
import { count } from './count';
import { use, type Details } from './details';
import type { Core, Rest } from './main';
import { settings } from './settings';
import { status } from './status';

declare const DETAILS: Details;
/** rest.css, put in by the build. */
declare const STYLE: string;

/** Everything that the first layer can do without, but for what follows from a choice. */
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
  const follows = () => act || DETAILS.signals || core.options.google || core.pending() || Object.keys(core.read().p).length || document.cookie || stored()
    || [...document.querySelectorAll<HTMLElement>('script[type="text/plain"][data-purpose]')].some(s => core.permits(s.dataset.purpose!));
  const apply = async (action?: string): Promise<void> => {
    count(action);
    if (!follows()) return look();
    act ??= core.part('act').then(file => (file.default as (core: Core, look: () => void) => Act)(core, look));
    act.catch(() => { act = undefined; });
    (await act).apply();
  };

  // What a single-page application adds later is held back or run just the same.
  new MutationObserver(changes => {
    const waits = (node: Node) => node instanceof Element && (node.matches('[data-purpose]') || node.querySelector('[data-purpose]'));
    if (!changes.some(c => [...c.addedNodes].some(waits))) return;
    look();
    if (act) act.then(a => a.runScripts(), () => { /* told already */ });
    else if (follows()) core.apply();
  }).observe(document.documentElement, { childList: true, subtree: true });
  /** What is not asked here cannot be decided here. */
  const set = (purposes: Record<string, boolean>): void => {
    const known = core.asked.filter(p => p.id in purposes);
    const action = known.length === core.asked.length && !known.some(p => purposes[p.id]) ? 'refuse-all' : 'save';
    if (known.length) core.done(Object.fromEntries(known.map(p => [p.id, purposes[p.id] === true])), 'site', 'api', action);
  };
  return { apply, settings, set, status };
}

function stored(): number {
  try {
    return localStorage.length + sessionStorage.length;
  } catch {
    return 0;
  }
}
