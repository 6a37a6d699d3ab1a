import { core } from './act';

let seen: string | undefined;
let sent: string | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Lets the site itself set the choice's cookie, over HTTP, by a path of its own that leads to the service (data-keep): so it outlives
 * the seven days after which Safari forgets what scripts have set. Only a new choice, and what changes it: visits renew nothing.
 */
export function keepCopy(isNew: boolean): void {
  const choice = JSON.stringify(core.read());
  const isChanged = seen !== undefined && seen !== choice;
  seen = choice;
  const { keep } = core.options;
  // One that was made, and answered, while this file was on its way is seen before it is told to be new.
  if (!keep || !(isNew || isChanged) || sent === choice) return;
  sent = choice;
  const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: choice, keepalive: true };
  // One after the other, so that the answer to an earlier choice never comes after that to a later one. (What outlives its page cannot be called back.)
  last = last.then(() => (seen === choice ? fetch(keep, request) : undefined)).catch(() => console.warn('consent: the address of data-keep does not answer'));
}
