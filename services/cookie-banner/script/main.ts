import { permits, permitted, read, toAsk } from './choice';
import { decide, send } from './decide';
import { cleanUp, runScripts, showFrames } from './gate';
import { close, install, open } from './panel';
import { asked } from './site';

/** The page's side: see the README of this service. */
interface ConsentApi {
  /** Whether the purpose may be served now. Unknown purposes may not. */
  permits(id: string): boolean;
  /** What is permitted now, per purpose that is asked. */
  get(): Record<string, boolean>;
  /** The visitor id; there is one only while something is accepted. */
  id(): string | undefined;
  /** Opens the banner with the current state. */
  open(): void;
}

let told = '';

function apply(): void {
  cleanUp();
  showFrames(() => open(true));
  void runScripts();
  const purposes = permitted();
  if (told !== (told = JSON.stringify(purposes))) dispatchEvent(new CustomEvent('consent:changed', { detail: { purposes } }));
}

function start(): void {
  install((purposes, how) => decide(purposes, how, apply));
  apply();
  void send(apply);
  const due = asked.filter(toAsk);
  if (due.length) open(false, due);
  else if (asked.length) close();
}

// Two script tags on one page are one banner.
if (!(window as { consent?: Partial<ConsentApi> }).consent?.permits) {
  Object.assign(window, { consent: { permits, get: permitted, id: () => read().id, open: () => open() } satisfies ConsentApi });
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start);
  else start();
}
