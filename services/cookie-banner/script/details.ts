import type { Core } from './main';

/** What the service puts ahead of the rest: the declaration in one language, as far as the first layer does not have it. */
export interface Details {
  texts: Texts;
  /** Whether the tags of Google, Microsoft or Matomo are told something, also before a choice. */
  signals?: boolean;
  /** What the person has just decided on, until what is held back has heard of it. */
  decided?: Record<string, boolean> | undefined;
  purposes: Record<string, PurposeDetails>;
  vendors: Record<string, VendorDetails>;
}

/** Members of texts/*.json that only the rest shows; gpc where a purpose is advertising. */
export type Texts = Record<
  'save' | 'gpc' | 'always' | 'vendors' | 'ourselves' | 'cookies' | 'session' | 'unlimited' | 'statement', string>;
export type EmbedTexts = Record<'held' | 'heldHere' | 'once' | 'allow' | 'allowFor', string>;

export interface PurposeDetails {
  name: string;
  text: string;
  /** Of what is not asked: why not, in words. */
  basis?: string;
  /** Vendors' ids. */
  vendors?: string[];
  keys?: Key[];
}

export interface VendorDetails {
  name: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  privacy?: string;
}

/** What is stored: a cookie, or else a key of localStorage or sessionStorage; in the name * is any run of characters. */
export interface Key {
  kind?: 'l' | 's';
  name: string;
  /** Years, months, days; absent for the browser's session, or where storage is for good. */
  life?: [years: number, months: number, days: number];
  text: string;
}

export let core: Core;
export let details: Details;

export function use(given: Core, data: Details): void {
  core = given;
  details = data;
}
