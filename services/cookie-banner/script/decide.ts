import { read, write } from './choice';
import { asked, site } from './site';

/** How the choice was made. The words stand in receipts: they are never renamed, and a new layer or button gets a new one. */
export interface How {
  action: 'refuse-all' | 'accept-all' | 'save' | 'withdraw';
  language: string;
  collection: { build: string; layout: 'banner' | 'settings' | 'placeholder' | 'site'; element: 'refuse-all' | 'accept-all' | 'save' | 'always' | 'api' };
}

/** A decision on its way to the consent service: the newest one only, earlier ones of the same id merged into it. */
export interface Pending {
  key: string;
  body: { subjectId: string; heldVersion: number; purposes: Record<string, boolean> } & Record<string, unknown>;
}

const slot = 'consent-pending';
let memory: Pending | undefined;

export function pending(): Pending | undefined {
  try {
    const found = JSON.parse(localStorage.getItem(slot)!);
    if (/^[0-9a-f]{32}$/.test(found.body.subjectId)) return found;
  } catch { /* absent, forged or closed to us */ }
  return memory;
}

export function keep(decision: Pending | undefined): void {
  memory = decision;
  try {
    if (decision) localStorage.setItem(slot, JSON.stringify(decision));
    else localStorage.removeItem(slot);
  } catch { /* storage is closed to us: sent from this page or not at all */ }
}

const random = () => crypto.getRandomValues(new Uint8Array(16)).reduce((text, b) => text + (b + 256).toString(16).slice(1), '');

/** Takes effect here and now, whether or not the service can be reached; the rest sends what is kept. */
export function decide(purposes: Record<string, boolean>, how: How): void {
  const choice = read();
  const before = pending();
  // Not all that passes for a text in a forged choice is one, nor for a version.
  const id = '' + (choice.id || before?.body.subjectId || random());
  const same = before?.body.subjectId === id ? before.body : undefined;
  const now = Date.now();
  for (const p of asked) {
    if (p.id in purposes) choice.p[p.id] = [purposes[p.id] ? p.meaning! : 0, now];
  }
  keep({
    key: random(),
    body: {
      subjectId: id,
      heldVersion: Math.max(choice.r! | 0, same?.heldVersion! | 0),
      purposes: { ...same?.purposes, ...purposes },
      declaration: site.hash,
      ...how,
      source: 'banner',
      claimedAt: new Date(now).toISOString(),
    },
  });
  write({ ...choice, id, d: site.hash });
}
