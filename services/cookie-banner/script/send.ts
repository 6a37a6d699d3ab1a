import type { Pending } from './decide';
import { core } from './details';

interface Receipt {
  subjectId: string;
  version: number;
  purposes: Record<string, { status: string; decidedAt: string; meaning?: string }>;
}

let sending = false;

/** Tells the consent service what was decided, until it has taken it; then the choice is made what the receipt says. */
export async function send(changed: () => void): Promise<void> {
  const sent = core.pending();
  if (!sent || sending) return;
  // What could not be told for as long as a choice counts is no longer what the person wants; and what was refused needs no telling then.
  const counts = new Date(sent.body.claimedAt as string);
  counts.setUTCMonth(counts.getUTCMonth() + core.site.term[0], counts.getUTCDate() + core.site.term[1]);
  if (+counts < Date.now()) return core.keep(undefined);
  sending = true;
  let answer: Response | undefined;
  let receipt: Receipt | undefined;
  let problem: string | undefined;
  try {
    answer = await fetch(`${core.gateway}/v1/sites/${core.site.site}/decisions`, {
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

  const newest = core.pending();
  if (newest && newest.key !== sent.key) {
    // Decided again meanwhile, by the same person who made the first decision, hence knowing of it.
    if (answer.ok && receipt && newest.body.subjectId === receipt.subjectId) newest.body.heldVersion = receipt.version;
    core.keep(newest);
    return send(changed);
  }
  core.keep(undefined);
  if (!receipt) console.warn('consent: the decision was not taken', answer.status, problem);
  if (takeOver(sent, receipt)) changed();
}

/**
 * The receipt tells how things stand, also what was decided elsewhere since. A grant that is not in it, or got none, is undone:
 * nobody could prove it. A refusal holds here, whatever the answer.
 */
function takeOver(sent: Pending, receipt: Receipt | undefined): boolean {
  const choice = core.read();
  if (choice.id !== sent.body.subjectId) return false;
  if (receipt) choice.r = receipt.version;
  for (const p of core.asked) {
    const decided = receipt?.purposes[p.id];
    if (decided) choice.p[p.id] = [decided.status === 'given' && decided.meaning ? decided.meaning : 0, Date.parse(decided.decidedAt)];
    else if (choice.p[p.id]?.[0] && (receipt || sent.body.purposes[p.id])) delete choice.p[p.id];
  }
  core.write(choice);
  return true;
}
