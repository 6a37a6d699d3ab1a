import { core } from './act';

/** What the person chose in the site's own interface. What is not asked here cannot be decided here. */
export function set(purposes: Record<string, boolean>): void {
  const known = core.asked.filter(p => p.id in purposes);
  const refused = known.length === core.asked.length && !known.some(p => purposes[p.id]);
  const action = !refused ? 'save' : known.some(p => core.read().p[p.id]?.[0]) ? 'withdraw' : 'refuse-all';
  if (known.length) core.done(Object.fromEntries(known.map(p => [p.id, purposes[p.id] === true])), 'site', 'api', action);
}
