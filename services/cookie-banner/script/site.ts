/** What the service puts ahead of the script: the part of the site's declaration that the first layer needs. */
export interface Site {
  site: string;
  /** Hash of the declaration. */
  hash: string;
  /** Names this very script: see the README of this service. */
  build: string;
  controller: string;
  /** Languages of the declaration, the first being its own; each list of texts follows this order. */
  languages: string[];
  /** Per language the texts of the first layer. */
  texts: Texts[];
  /** Tag of the files that this one asks for. */
  parts: string;
  /** How long a choice counts: calendar months, then days. */
  term: [months: number, days: number];
  /** Domains that several of the site's origins have in common: one choice for all hosts of one. */
  domains?: string[];
  purposes: Purpose[];
}

export interface Purpose {
  id: string;
  /** Present when the banner asks consent for it. Absent: permitted without, on another legal basis. */
  meaning?: string;
  /** Per language; of what is asked. */
  name?: string[];
  /** Advertising, sharing or profiling: what Global Privacy Control refuses. */
  advertising?: boolean;
}

/** Members of texts/*.json that the first layer shows. */
export type Texts = Record<'title' | 'intro' | 'again' | 'withdraw' | 'refuse' | 'accept' | 'settings' | 'reopen' | 'failed', string> & { dir?: string };

declare const SITE: Site;
export const site = SITE;
export const asked = site.purposes.filter(p => p.meaning);

// Read at once: currentScript is gone when the first callback runs. By its getter: an image that a visitor names currentScript would stand for document.currentScript.
const script = Reflect.get(Document.prototype, 'currentScript', document) as HTMLScriptElement | null;
/** data-… attributes of the script's tag: see README.md. */
export const options: DOMStringMap = script?.dataset ?? {};
export const nonce = script?.nonce;
export const gateway = script?.src.replace(/\/banner\/[^]*$/, '') ?? '';

/** Global Privacy Control as the browser tells it to pages; to the service it is told by the header Sec-GPC. */
export const gpc = () => (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;

let spoken: number | undefined;
/** Place of the language in the site's lists, chosen once by page, then browser, then declaration: all that a visitor reads on one page, and what a receipt says of it, is in one. */
export const language = () => spoken ??= choose();

function choose(): number {
  const first = (tag: string) => tag.toLowerCase().split('-')[0];
  for (const wanted of [document.documentElement.lang, ...navigator.languages]) {
    const found = site.languages.findIndex(own => first(own) === first(wanted));
    if (found >= 0) return found;
  }
  return 0;
}
