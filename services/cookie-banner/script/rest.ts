import { cleanUp } from './clean-up';
import { details, use, type Details } from './details';
import { keepCopy } from './keep-copy';
import type { Core, Rest } from './main';
import { runScripts } from './run-scripts';
import { send } from './send';
import { settings } from './settings';
import { signal } from './signal';

declare const DETAILS: Details;
/** rest.css, put in by the build. */
declare const STYLE: string;
/** Whether a purpose of the site grants anything to the tags of Google, Microsoft or Matomo. */
declare const SIGNALS: boolean;

/** Everything that the first layer can do without. */
export default function begin(core: Core): Rest {
  use(core, DETAILS);
  core.addStyle(STYLE);
  let hold: (() => void) | undefined;
  let loading = false;

  /** Runs, shows and takes away: the page as the choice says. */
  const look = (): void => {
    void runScripts();
    if (hold) hold();
    else if (!loading && document.querySelector('[data-purpose]:not(script)')) {
      loading = true;
      core.part('embeds.' + details.embeds).then(file => {
        hold = (file.default as (core: Core, details: Details) => () => void)(core, details);
        hold();
      }, () => { loading = false; });
    }
  };
  const apply = (): void => {
    cleanUp();
    if (SIGNALS) signal();
    look();
    keepCopy();
    void send(apply);
    core.told();
  };

  // What a single-page application adds later is held back or run just the same.
  new MutationObserver(changes => {
    const waits = (node: Node) => node instanceof Element && (node.matches('[data-purpose]') || node.querySelector('[data-purpose]'));
    if (changes.some(c => [...c.addedNodes].some(waits))) look();
  }).observe(document.documentElement, { childList: true, subtree: true });
  /** What is not asked here cannot be decided here. */
  const set = (purposes: Record<string, boolean>): void => {
    const known = core.asked.filter(p => p.id in purposes);
    const action = known.length === core.asked.length && !known.some(p => purposes[p.id]) ? 'refuse-all' : 'save';
    if (known.length) core.done(Object.fromEntries(known.map(p => [p.id, purposes[p.id] === true])), 'site', 'api', action);
  };
  return { apply, settings, set };
}
