import { core } from './act';

/**
 * How each purpose that is asked stands, in the words of the W3C Data Privacy Vocabulary (https://w3id.org/dpv#ConsentStatus). Whether a
 * refusal was a withdrawal is known to the receipt alone.
 */
export function status(): Record<string, string> {
  const { p } = core.read();
  return Object.fromEntries(core.asked.map(purpose => {
    const decided = p[purpose.id];
    if (core.permits(purpose.id)) return [purpose.id, 'dpv:ConsentGiven'];
    if (!decided) return [purpose.id, 'dpv:ConsentUnknown'];
    if (!decided[0]) return [purpose.id, 'dpv:ConsentRefused'];
    // It was given: for another meaning than this, or longer ago than it counts.
    return [purpose.id, decided[0] === purpose.meaning ? 'dpv:ConsentExpired' : 'dpv:ConsentInvalidated'];
  }));
}
