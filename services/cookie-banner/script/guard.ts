import { holdCalls } from './hold-calls';
import { holdConnections } from './hold-connections';
import { holdElements } from './hold-elements';
import { own, settle } from './hold-request';
import { gateway } from './site';

// Holds what scripts of the page ask of third parties without consent: see README.md for what it covers and what it does not.
const page = window as unknown as Record<symbol, boolean>;
const started = Symbol.for('consent:guard');
// It would hold the banner's own requests if it did not know where they go.
if (!gateway) console.warn('consent: guard.js holds nothing unless it is a script tag of its own, and no module');
else if (!page[started]) {
  page[started] = true;
  own.push(new URL(gateway).hostname);
  holdCalls();
  holdConnections();
  holdElements();
  for (const told of ['ready', 'changed']) addEventListener('consent:' + told, settle);
}
