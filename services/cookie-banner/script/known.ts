import type { Core } from './main';

/** Whether an element is marked with a purpose that there is; else its author is told, once, why it stays held back. */
export function known(core: Core & { misspelt?: Set<string> }, { dataset: { purpose = '' } }: HTMLElement): boolean {
  if (core.site.purposes.some(p => p.id === purpose)) return true;
  // Told once by all parts together.
  const told = core.misspelt ??= new Set();
  if (!told.has(purpose)) console.warn(`consent: no purpose "${purpose}" is asked or declared here, so what is marked with it stays held back`);
  told.add(purpose);
  return false;
}
