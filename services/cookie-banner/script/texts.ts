import { site, type Purpose } from './site';

const dutch = {
  title: 'Mogen wij cookies gebruiken?',
  intro: (controller: string) => `Wij gebruiken cookies om deze site te laten werken. Daarnaast vraagt ${controller} uw toestemming voor:`,
  withdraw: 'U kunt uw keuze altijd wijzigen of intrekken met de knop ‘Cookie-instellingen’ onder aan elke pagina.',
  refuse: 'Alles weigeren',
  accept: 'Alles accepteren',
  settings: 'Instellingen',
  reopen: 'Cookie-instellingen',
  save: 'Keuze opslaan',
  close: 'Sluiten',
  on: 'toegestaan',
  off: 'niet toegestaan',
  always: 'altijd aan: hiervoor is geen toestemming nodig',
  held: (purpose: string) => `Dit onderdeel wordt pas geladen als u ‘${purpose}’ toestaat.`,
};
const english: typeof dutch = {
  title: 'May we use cookies?',
  intro: controller => `We use cookies to make this site work. In addition, ${controller} asks your consent for:`,
  withdraw: 'You can change or withdraw your choice at any time with the ‘Cookie settings’ button at the bottom of every page.',
  refuse: 'Reject all',
  accept: 'Accept all',
  settings: 'Settings',
  reopen: 'Cookie settings',
  save: 'Save my choice',
  close: 'Close',
  on: 'allowed',
  off: 'not allowed',
  always: 'always on: this needs no consent',
  held: purpose => `This part is loaded only once you allow ‘${purpose}’.`,
};
const all: Record<string, typeof dutch> = { nl: dutch, en: english };

/** The language, chosen by page, then browser, then declaration, and the banner's own texts in it. */
export function texts(): [language: string, texts: typeof dutch] {
  const wanted = [document.documentElement.lang, ...navigator.languages, ...site.languages].map(l => l.toLowerCase().split('-')[0]!);
  const language = wanted.find(l => site.languages.includes(l) && all[l]) ?? site.languages[0]!;
  return [language, all[language] ?? english];
}

function inLanguage(list: string[] | undefined): string {
  return list?.[Math.max(0, site.languages.indexOf(texts()[0]))] ?? '';
}

export const name = (purpose: Purpose) => inLanguage(purpose.name) || purpose.id;
export const description = (purpose: Purpose) => inLanguage(purpose.text);

/** An element with properties and children; text becomes text nodes, never markup. */
export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T, properties: Partial<HTMLElementTagNameMap[T]>, ...children: (Node | string)[]
): HTMLElementTagNameMap[T] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
