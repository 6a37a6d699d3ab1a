/** What the service puts ahead of the script: the part of the site's declaration that a banner needs. */
export interface Site {
  site: string;
  /** Hash of the declaration. */
  hash: string;
  /** Names this very script: see the README of this service. */
  build: string;
  controller: string;
  /** Languages of the declaration, the first being its own; each list of texts follows this order. */
  languages: string[];
  /** How long a choice counts: calendar months, then days. */
  term: [months: number, days: number];
  purposes: Purpose[];
}

export interface Purpose {
  id: string;
  /** Present when the banner asks consent for it. Absent: permitted without, on another legal basis. */
  meaning?: string;
  /** Name and description per language; absent for what stores nothing and is not asked. */
  name?: string[];
  text?: string[];
  /** What it stores: c, l or s (cookie, localStorage, sessionStorage), then the name, in which * is any run of characters. */
  keys?: string[];
}

declare const SITE: Site;
export const site = SITE;
export const asked = site.purposes.filter(p => p.meaning);

// Read at once: currentScript is gone when the first callback runs.
const source = (document.currentScript as HTMLScriptElement | null)?.src ?? '';
export const api = source.replace(/\/banner\/[^]*$/, '') + '/v1/sites/' + site.site + '/decisions';
