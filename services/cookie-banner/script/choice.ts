import { asked, gpc, site, type Purpose } from './site';

/** Per purpose the meaning that was accepted, or 0 for a refusal, and when (milliseconds). */
type Decided = [meaning: string | 0, at: number];

/** The person's own copy of the choice. The id is there only as long as something is accepted. */
export interface Choice {
  /** Version of this format. */
  v: 1;
  /** Hash of the declaration that the last choice was made on. */
  d: string;
  p: Record<string, Decided>;
  id?: string;
  /** Version of the newest receipt that this browser has seen, of this id. */
  r?: number;
}

// For a browser that refuses cookies: the choice then holds for this page.
let memory: Choice | undefined;

export function read(): Choice {
  try {
    const choice = JSON.parse(decodeURIComponent(/(^|; )consent-choice=([^;]*)/.exec(document.cookie)![2]!));
    // p is an object, whose members are lists: "in" throws at any other value.
    if (choice.v === 1 && !(0 in choice.p) && Object.values<any>(choice.p).every(d => d.map) && /^([0-9a-f]{32})?$/.test(choice.id ?? '')) return choice;
  } catch { /* absent, cut or forged: as if never asked */ }
  return memory ?? { v: 1, d: '', p: {} };
}

export function write(choice: Choice): void {
  // What the declaration no longer asks is forgotten, so that no id outlives what it was given for.
  choice.p = Object.fromEntries(asked.filter(p => choice.p[p.id]).map(p => [p.id, choice.p[p.id]!]));
  if (!Object.values(choice.p).some(d => d[0])) delete choice.id;
  if (!choice.id) delete choice.r;
  memory = choice;
  const expires = end(Math.max(0, ...Object.values(choice.p).map(d => d[1])));
  const value = encodeURIComponent(JSON.stringify(choice));
  const domain = site.domains?.find(d => ('.' + location.hostname).endsWith('.' + d));
  // A domain under which anybody may register is refused by browsers: then the choice is this host's alone.
  for (const where of domain ? [';Domain=' + domain, ''] : ['']) {
    document.cookie = `consent-choice=${value};Path=/;SameSite=Lax;Expires=${expires.toUTCString()}${where}${location.protocol === 'https:' ? ';Secure' : ''}`;
    if (document.cookie.includes(value)) break;
  }
}

/** The choice's term counts from the choice; visits do not renew it. As on the server, 31 August + 6 months is the last of February. */
function end(at: number): Date {
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + site.term[0]);
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  date.setUTCDate(date.getUTCDate() + site.term[1]);
  return date;
}

/** Within its term, and not made in a time to come. The service's clock may be ahead of this one, but not by a whole term. */
function valid(decided: Decided | undefined): decided is Decided {
  const now = Date.now();
  return !!decided && now < +end(decided[1]) && decided[1] < +end(now);
}

/**
 * A grant holds for the meaning under which it was given; a refusal stands until its term ends. What the browser refuses by Global
 * Privacy Control is not asked: who wants it all the same ticks it in the settings.
 */
export function toAsk(purpose: Purpose): boolean {
  const decided = read().p[purpose.id];
  return valid(decided) ? decided[0] !== 0 && decided[0] !== purpose.meaning : !(purpose.advertising && gpc());
}

export function permits(id: string): boolean {
  const purpose = site.purposes.find(p => p.id === id);
  if (!purpose?.meaning) return !!purpose;
  const decided = read().p[id];
  return valid(decided) && decided[0] === purpose.meaning;
}

/** What is permitted now, for each purpose that is asked. */
export function permitted(): Record<string, boolean> {
  return Object.fromEntries(asked.map(p => [p.id, permits(p.id)]));
}
