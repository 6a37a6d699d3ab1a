import { core } from './act';
import type { Choice } from './choice';
import { domains } from './domains';

/**
 * A site that got or lost hosts has set its cookie for another domain before, and of two cookies with one name the older would be
 * read: an old grant in the place of a newer refusal. The newest of them stays.
 */
export function oneChoice(): void {
  const values = document.cookie.split('; ').filter(c => c.startsWith('consent-choice='));
  if (values.length < 2) return;
  const drop = (): void => {
    for (const domain of domains()) document.cookie = 'consent-choice=;Path=/;Max-Age=0' + domain;
  };
  drop();
  // Each is read alone, with all the doubt that a cookie deserves.
  const found = values.map(value => {
    document.cookie = value + ';Path=/';
    const choice = core.read();
    drop();
    return choice;
  });
  const madeAt = (choice: Choice) => Math.max(0, ...Object.values(choice.p).map(d => d[1]));
  core.write(found.sort((a, b) => madeAt(a) - madeAt(b)).pop()!);
}
