/** To the page, as an event on window. */
export function tell(what: string, detail: unknown): void {
  dispatchEvent(new CustomEvent('consent:' + what, { detail }));
}
