import { permits, toAsk } from './choice';
import { judge, type Guarded, type Held } from './judge';
import { asked, options } from './site';

declare const GUARD: Guarded;

/** Hosts that are the site's own; the guard adds that of the gateway. */
export const own = [location.hostname, ...GUARD.own];

/** At most so many requests wait at one time; more are held for good. */
const most = 100;
const waiting = new Map<(go: boolean) => void, URL[]>();
const warned = new Set<string>();

/** As the choice's cookie says. Where cookies are refused, only the banner knows, for this page. */
export const may = (purpose: string): boolean =>
  permits(purpose) || (window as { consent?: { permits?(id: string): boolean } }).consent?.permits?.(purpose) === true;

/**
 * Nothing when a request to these addresses, as the page wrote them, may go. Otherwise it is held, the page and the console are told,
 * and what is given tells whether it may go after all: with data-replay, once that is decided; else at once that it may not.
 */
export function holding(kind: string, written: unknown[], repeatable = true): Promise<boolean> | undefined {
  settle();
  const addresses = written.flatMap(resolve);
  const held = look(addresses);
  if (!held) return undefined;
  tell(kind, held);
  return new Promise(answer => {
    if (repeatable && 'replay' in options && isOpen(held) && waiting.size < most) waiting.set(answer, addresses);
    else answer(false);
  });
}

/** Lets go what may, and gives up what was refused; what is still asked waits on. A refusal is seen by the request that tells the service of it. */
export function settle(): void {
  for (const [answer, addresses] of waiting) {
    const held = look(addresses);
    if (held && isOpen(held)) continue;
    waiting.delete(answer);
    answer(!held);
  }
}

const look = (addresses: URL[]) => addresses.map(a => judge(a, own, GUARD.vendors, may)).find(held => held);

/** Whether a choice that is still to come could permit it. */
const isOpen = (held: Held) => asked.some(p => held.purposes.includes(p.id) && toAsk(p));

/** What is no address is the browser's to refuse. */
function resolve(written: unknown): URL[] {
  try {
    return [new URL(String(written), document.baseURI)];
  } catch {
    return [];
  }
}

/** Names the host and nothing behind it: paths and queries may tell of the person. */
function tell(kind: string, { host, vendor, purposes }: Held): void {
  dispatchEvent(new CustomEvent('consent:request-held', { detail: { host, kind, vendor, purposes } }));
  if (warned.has(host)) return;
  warned.add(host);
  console.warn(`consent: requests to ${host} are held: ` + (vendor ? `${vendor} has no consent (${purposes.join(', ')})` : 'the declaration names no such host'));
}
