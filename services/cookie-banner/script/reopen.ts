import { core, texts } from './act';

let reopener: HTMLElement | undefined;

/** Closes the panel and leaves all as it is. */
export const closing = () => core.element('button', { type: 'button', className: 'kz-x', onclick: core.close }, texts.close);

/** The first layer, by the person's own click: with how each purpose stands, when anything was chosen. */
export function open(): void {
  const chosen = !core.asked.every(core.toAsk);
  core.open(core.asked, false, chosen ? p => ` (${core.permits(p.id) ? texts.on : texts.off})` : undefined, chosen ? closing() : '');
}

/** The permanent way back, on every page, when the panel is closed; focus: the keyboard goes there. */
export function closed(focus?: boolean): void {
  if (core.options.reopener === 'off' || !core.asked.length) return;
  reopener ??= core.element('button', { type: 'button', className: 'kz kz-r', ...core.spoken(), onclick: open }, core.texts().reopen);
  if (!reopener.isConnected) document.body.append(reopener);
  // Unless the keyboard has gone elsewhere meanwhile.
  if (focus && !core.isOpen() && document.activeElement === document.body) reopener.focus();
}

/** A single-page application that puts another body in takes it out. */
export function putBack(): void {
  new MutationObserver(() => {
    if (reopener?.isConnected === false) core.look();
  }).observe(document.documentElement, { childList: true, subtree: true });
}
