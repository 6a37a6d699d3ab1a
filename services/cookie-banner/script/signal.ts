import { core, effects } from './act';

/** Google Consent Mode v2; security_storage needs no consent. */
const types = ['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage', 'functionality_storage', 'personalization_storage', 'security_storage'];
type State = 'granted' | 'denied';
type Page = Record<string, unknown> & { dataLayer?: unknown[]; uetq?: unknown[]; _paq?: unknown[]; clarity?: (...values: unknown[]) => void };

let last: string | undefined;

/**
 * Tells the tags of Google, Microsoft and Matomo what is granted, before any of them is run, and again after each change. By default
 * ("basic") none of them is on the page before consent: they are held back as every script is.
 */
export function signal(): void {
  const purposes = Object.entries(effects);
  const granted = new Set(purposes.filter(([id, p]) => p.signals && core.permits(id)).flatMap(([, p]) => p.signals!));
  const states = Object.fromEntries(types.map(t => [t, granted.has(t) || t === 'security_storage' ? 'granted' : 'denied'])) as Record<string, State>;
  const page = window as unknown as Page;
  const isFirst = last === undefined;
  if (last === (last = JSON.stringify(states))) return;
  // gtag.js reads objects of arguments, and passes arrays over.
  const gtag = function () { (page.dataLayer ??= []).push(arguments); } as (...values: unknown[]) => void;
  const { ad_storage, analytics_storage } = states;
  page.uetq ??= [];
  page._paq ??= [];
  // As its own snippet has it: Clarity reads what was said before it came.
  page.clarity ??= function clarity() { (queue(clarity).q ??= []).push(arguments); };
  if (isFirst) {
    // In advanced mode the page itself has said it, ahead of the tags that it loads without consent.
    if (core.options.google !== 'advanced') gtag('consent', 'default', { ...Object.fromEntries(types.map(t => [t, 'denied'])), security_storage: 'granted' });
    page.uetq.push('consent', 'default', { ad_storage: 'denied' });
    page._paq.push(['requireConsent']);
    if (!granted.size) return;
  }
  gtag('consent', 'update', states);
  page.uetq.push('consent', 'update', { ad_storage });
  page._paq.push([analytics_storage === 'granted' ? 'setConsentGiven' : 'forgetConsentGiven']);
  page.clarity('consentv2', { ad_Storage: ad_storage, analytics_Storage: analytics_storage });
}

const queue = (clarity: unknown) => clarity as { q?: unknown[] };

/** What an author switches on by his own wish, he is told the meaning of; also where nothing comes of it. */
export function warn(tells: boolean): void {
  const { google, urlPassthrough } = core.options;
  if (google === 'advanced') console.warn('consent: data-google="advanced" lets Google tags send requests before consent; in the EU that needs a legal basis of its own');
  if (google && !tells) console.warn('consent: data-google does nothing here: no purpose of the declaration has signals');
  if (urlPassthrough === undefined) return;
  (function (..._: unknown[]) { ((window as unknown as Page).dataLayer ??= []).push(arguments); })('set', 'url_passthrough', true);
  console.warn('consent: data-url-passthrough puts identifiers of advertisements into links, also without consent');
}
