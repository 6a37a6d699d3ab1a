import { core } from './act';

let kept: string | undefined;

/**
 * Lets the site itself set the choice's cookie, over HTTP, by a path of its own that leads to the service (data-keep): so it outlives
 * the seven days after which Safari forgets what scripts have set. Only a new choice, and what changes it: visits renew nothing.
 */
export function keepCopy(isNew: boolean): void {
  const choice = JSON.stringify(core.read());
  const before = kept;
  kept = choice;
  if (!core.options.keep || (before === undefined ? !isNew : before === choice)) return;
  const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: choice, keepalive: true };
  fetch(core.options.keep, request).catch(() => console.warn('consent: the address of data-keep does not answer'));
}
