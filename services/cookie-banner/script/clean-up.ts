import { core, effects } from './act';
import { domains } from './domains';

const removed: Record<string, (key: string) => void> = {
  c: key => {
    // One that is named __Secure-… is let go only so.
    const secure = location.protocol === 'https:' ? ';Secure' : '';
    // A cookie is told from others of its name by its domain and path; a script cannot see them, so it tries all that can be.
    const paths = location.pathname.split('/').map((_, i, steps) => steps.slice(0, i + 1).join('/'));
    for (const domain of domains()) for (const path of paths) for (const end of ['', '/']) document.cookie = `${key}=;Path=${path + end};Max-Age=0${domain}${secure}`;
  },
  l: key => localStorage.removeItem(key),
  s: key => sessionStorage.removeItem(key),
};
const stored: Record<string, () => string[]> = {
  c: () => document.cookie.split('; ').map(c => c.split('=')[0]!),
  l: () => Object.keys(localStorage),
  s: () => Object.keys(sessionStorage),
};

/** Removes what purposes without consent have stored, unless a permitted purpose stores it too. */
export function cleanUp(): void {
  for (const kind of Object.keys(stored)) {
    const matching = (may: boolean) => {
      const patterns = Object.entries(effects).filter(([id]) => core.permits(id) === may)
        .flatMap(([, p]) => p.keys ?? []).filter(k => k[0] === kind);
      const expressions = patterns.map(k => new RegExp('^' + k[1].replace(/[^\w*]/g, '\\$&').replace(/\*/g, '.*') + '$'));
      return (key: string) => expressions.some(e => e.test(key));
    };
    const [denied, allowed] = [matching(false), matching(true)];
    try {
      for (const key of stored[kind]!()) if (denied(key) && !allowed(key) && !key.startsWith('consent-')) removed[kind]!(key);
    } catch { /* closed to us, hence to the page's scripts too */ }
  }
}
