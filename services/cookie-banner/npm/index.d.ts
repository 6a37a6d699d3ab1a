/** Per purpose of the site's declaration that the banner asks: whether it may be served now. */
export type Purposes = Record<string, boolean>;

/** `window.consent`: there once the site's script has run. */
export interface Consent {
  /** What is permitted now, for each purpose that the banner asks. False before a choice, and when a choice has expired. */
  get(): Purposes;
  /** Whether the purpose may be served now. True too for a purpose of the declaration that needs no consent; false for an unknown one. */
  permits(id: string): boolean;
  /**
   * Records a choice that the visitor made in the site's own interface. Purposes that are left out keep their state. The site answers
   * for its interface: refusing must be as easy as accepting, and what is asked must be what the declaration says (GDPR art. 4(11), 7).
   */
  set(purposes: Purposes): void;
  /**
   * How each purpose that the banner asks stands, in the words of the W3C Data Privacy Vocabulary (https://w3id.org/dpv#ConsentStatus). A
   * withdrawal is `dpv:ConsentRefused` here: the receipt knows the difference.
   */
  status(): Promise<Record<string, 'dpv:ConsentGiven' | 'dpv:ConsentRefused' | 'dpv:ConsentUnknown' | 'dpv:ConsentExpired' | 'dpv:ConsentInvalidated'>>;
  /** Opens the banner with the current state, so that a choice can be changed or withdrawn (GDPR art. 7(3)). */
  open(): void;
  /** Calls the listener with what is permitted: now, when that is known already, and after each change, until the answer is called. */
  on(listener: (purposes: Purposes) => void): () => void;
  /** Resolves with what is permitted once the page can be looked at; it does not wait for a choice. */
  readonly ready: Promise<Purposes>;
  /** The visitor id under which receipts are kept; there is one only while something is accepted. */
  id(): string | undefined;
}

/** How the script's tag is made. What is left out is as the service's INTEGRATE.md says. */
export interface LoadOptions {
  /** Address of the gateway, such as `https://consent.example`, or `''` when a reverse proxy serves `/banner/` on the site's own host. */
  gateway: string;
  /** Name of the site in its declaration. */
  site: string;
  /** The only language that the banner is to speak, one of the declaration's. Otherwise page, browser and declaration choose, in this order. */
  language?: string;
  position?: 'bar' | 'corner' | 'centre';
  /** Google Consent Mode. `basic` (the default): the page holds Google's tags back. `advanced`: they run before consent, and the page sets their default. */
  google?: 'basic' | 'advanced';
  /** Google's url_passthrough: carries click identifiers on in links. */
  urlPassthrough?: boolean;
  /** Path on the site's own host that keeps the choice cookie beyond a browser's limit for scripts, such as `/consent/keep`. */
  keep?: string;
  /** False when the site has a button of its own that calls `open`. It must be on every page. */
  reopener?: boolean;
  /** False when nothing is to be counted, see the service's README: Statistics. */
  count?: boolean;
  /** Nonce of the page's Content-Security-Policy. */
  nonce?: string;
}

/**
 * Adds the site's script to the page, once however often it is called, and resolves when `window.consent` is ready. A script that
 * the page already holds is used, with its own attributes. Rejects on a server, when the script cannot be loaded (a later call tries
 * again), and when another site was loaded before. Until it resolves, nothing is permitted.
 *
 * Under Trusted Types it makes its address through a policy named `consent-banner`, which lets through that address alone.
 */
export function loadConsent(options: LoadOptions): Promise<Consent>;

/** What is permitted now; the same object until something changes. Empty before the script has run, and on a server. */
export function purposes(): Readonly<Purposes>;
/** As `Consent.permits`; false before the script has run, and on a server. */
export function permits(id: string): boolean;
/** Whether the script has run on this page. */
export function isReady(): boolean;
/** As `Consent.set`; before the script has run it waits for it. Lost when the script never comes: check `isReady` where that matters. */
export function set(purposes: Purposes): void;
/** As `Consent.open`; before the script has run it waits for it. */
export function open(): void;
/** Calls the listener when the script is ready and after each change, until the answer is called. May be called before `loadConsent`. */
export function subscribe(listener: () => void): () => void;

declare global {
  interface Window {
    consent?: Consent;
  }
  interface WindowEventMap {
    'consent:ready': CustomEvent<{ purposes: Purposes }>;
    'consent:changed': CustomEvent<{ purposes: Purposes }>;
    'consent:shown': CustomEvent;
    /** Something was held back for want of consent. */
    'consent:held': CustomEvent<{ purpose: string; element: Element }>;
    /** The guard holds a request to this host: a vendor's without consent, or of nobody whom the declaration names. */
    'consent:request-held': CustomEvent<{ host: string; kind: string; purposes: string[]; vendor?: string }>;
  }
}
