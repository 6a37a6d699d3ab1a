import { cleanUp } from './clean-up';
import { keepCopy } from './keep-copy';
import type { Core } from './main';
import { oneChoice } from './one-choice';
import { closed, closing, open, putBack } from './reopen';
import { runScripts } from './run-scripts';
import { set } from './set';
import { signal, warn } from './signal';
import { status } from './status';

/** What the service puts ahead of this file, per purpose. */
export interface Effects {
  /** What it stores: cookies, keys of localStorage and of sessionStorage; in the name * is any run of characters. */
  keys?: [kind: 'c' | 'l' | 's', name: string][];
  /** Consent types of Google Consent Mode that it grants. */
  signals?: string[];
}

declare const TEXTS: Record<'close' | 'on' | 'off', string>;
/** act.css, put in by the build. */
declare const STYLE: string;
declare const EFFECTS: Record<string, Effects>;
/** Whether a purpose of the site grants anything to the tags of Google, Microsoft or Matomo. */
declare const SIGNALS: boolean;

export let core: Core;
export const effects = EFFECTS;
export const texts = TEXTS;

export interface Act {
  /** Makes the page as the choice says; isNew after a choice that the service may not have yet. */
  apply(isNew: boolean): void;
  runScripts(): Promise<void>;
  /** Shows the first layer with how things stand. */
  open(): void;
  closed(focus?: boolean): void;
  closing(): Node;
  set(purposes: Record<string, boolean>): void;
  status(): Record<string, string>;
}

/** What follows from a choice. */
export default function begin(given: Core, look: () => void): Act {
  core = given;
  core.addStyle(STYLE);
  putBack();
  warn(SIGNALS);
  const apply = (isNew: boolean): void => {
    oneChoice();
    // Told first: a tag may store that it was refused.
    if (SIGNALS) signal();
    cleanUp();
    void runScripts();
    look();
    keepCopy(isNew);
    core.told();
  };
  return { apply, runScripts, open, closed, closing, set, status };
}
