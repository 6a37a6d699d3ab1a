import { read, write } from './choice';
import type { How } from './panel';
import { api, asked, site } from './site';

/** A decision on its way to the consent service: the newest one only, earlier ones of the same id merged into it. */
interface Pending {
  key: string;
  body: { subjectId: string; heldVersion: number; purposes: Record<string, boolean> } & Record<string, unknown>;
}
interface Receipt {
  subjectId: string;
  version: number;
  purposes: Record<string, { status: string; decidedAt: string; meaning?: string }>;
}

const slot = 'consent-pending';
let memory: Pending | undefined;
let sending = false;

function pending(): Pending | undefined {
  try {
    return JSON.parse(localStorage.getItem(slot)!) ?? memory;
  } catch {
    return memory;
  }
}

function keep(decision: Pending | undefined): void {
  memory = decision;
  try {
    if (decision) localStorage.setItem(slot, JSON.stringify(decision));
    else localStorage.removeItem(slot);
  } catch { /* storage is closed to us: sent from this page or not at all */ }
}

const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('');

/** Takes effect here at once, and is told to the consent service as soon as that can be reached. */
export function decide(purposes: Record<string, boolean>, how: How, changed: () => void): void {
  const choice = read();
  const before = pending();
  const id = choice.id ?? before?.body.subjectId ?? random();
  const same = before?.body.subjectId === id ? before.body : undefined;
  const now = Date.now();
  for (const p of asked) {
    if (p.id in purposes) choice.p[p.id] = [purposes[p.id] ? p.meaning! : 0, now];
  }
  keep({
    key: random(),
    body: {
      subjectId: id,
      heldVersion: Math.max(choice.r ?? 0, same?.heldVersion ?? 0),
      purposes: { ...same?.purposes, ...purposes },
      declaration: site.hash,
      ...how,
      source: 'banner',
      claimedAt: new Date(now).toISOString(),
    },
  });
  write({ ...choice, id, d: site.hash });
  changed();
  void send(changed);
}

export async function send(changed: () => void): Promise<void> {
  const sent = pending();
  if (!sent || sending) return;
  sending = true;
  let answer: Response | undefined;
  let receipt: Receipt | undefined;
  let problem: string | undefined;
  try {
    answer = await fetch(api, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': sent.key },
      body: JSON.stringify(sent.body),
      credentials: 'omit',
      keepalive: true,
    });
    const body = await answer.json();
    if (answer.ok) receipt = body;
    else [receipt, problem] = [body.receipt, body.detail];
  } catch { /* offline, or no answer that can be read */ }
  sending = false;
  // What was not taken is kept for the next page; what can never be taken is not.
  if (!answer || (answer.ok && !receipt) || answer.status > 499 || answer.status === 429 || answer.status === 408) return;

  const newest = pending();
  if (newest && newest.key !== sent.key) {
    // Decided again meanwhile, by the same person who made the first decision, hence knowing of it.
    if (answer.ok && receipt && newest.body.subjectId === receipt.subjectId) newest.body.heldVersion = receipt.version;
    keep(newest);
    return send(changed);
  }
  keep(undefined);
  if (!receipt) console.warn('consent: the decision was not taken', answer.status, problem);
  takeOver(sent, receipt, changed);
}

/**
 * The receipt tells how things stand, also what was decided elsewhere since. A grant that is not in it, or got none, is undone:
 * nobody could prove it. A refusal holds here, whatever the answer.
 */
function takeOver(sent: Pending, receipt: Receipt | undefined, changed: () => void): void {
  const choice = read();
  if (choice.id !== sent.body.subjectId) return;
  if (receipt) choice.r = receipt.version;
  for (const p of asked) {
    const decided = receipt?.purposes[p.id];
    if (decided) choice.p[p.id] = [decided.status === 'given' && decided.meaning ? decided.meaning : 0, Date.parse(decided.decidedAt)];
    else if (choice.p[p.id]?.[0] && (receipt || sent.body.purposes[p.id])) delete choice.p[p.id];
  }
  write(choice);
  changed();
}
