import { cleanUp } from './clean-up';
import { keepCopy } from './keep-copy';
import type { Core } from './main';
import { runScripts } from './run-scripts';
import { signal } from './signal';
import { status } from './status';

/** What the service puts ahead of this file, per purpose: nothing of it is in a language. */
export interface Effects {
  /** What it stores: cookies, keys of localStorage and of sessionStorage; in the name * is any run of characters. */
  keys?: [kind: 'c' | 'l' | 's', name: string][];
  /** Consent types of Google Consent Mode that it grants. */
  signals?: string[];
}

declare const EFFECTS: Record<string, Effects>;
/** Whether a purpose of the site grants anything to the tags of Google, Microsoft or Matomo. */
declare const SIGNALS: boolean;

export let core: Core;
export const effects = EFFECTS;

export interface Act {
  /** Makes the page as the choice says; isNew after a choice that the service may not have yet. */
  apply(isNew: boolean): void;
  runScripts(): Promise<void>;
  status(): Record<string, string>;
}

/** What follows from a choice. */
export default function begin(given: Core, look: () => void): Act {
  core = given;
  const apply = (isNew: boolean): void => {
    cleanUp();
    if (SIGNALS) signal();
    void runScripts();
    look();
    keepCopy(isNew);
    core.told();
  };
  return { apply, runScripts, status };
}
