// Not run: the compiler reads it. What must not compile is marked, and an error that does not come is one.
import { loadConsent, permits, purposes, subscribe } from '@consent/banner';

loadConsent({ gateway: 'https://consent.example', site: 'my-site', position: 'bar', google: 'advanced', keep: '/consent/keep' })
  .then(consent => {
    const stop: () => void = consent.on(now => { const statistics: boolean | undefined = now['statistics']; void statistics; });
    consent.set({ statistics: false });
    const id: string | undefined = consent.id();
    void id;
    stop();
  });
addEventListener('consent:changed', event => { const may: boolean | undefined = event.detail.purposes['media']; void may; });
addEventListener('consent:held', event => { const { purpose, element }: { purpose: string; element: Element } = event.detail; void purpose; void element; });
addEventListener('consent:request-held', event => { const { host, vendor }: { host: string; vendor?: string } = event.detail; void host; void vendor; });
const stop: () => void = subscribe(() => { const may: boolean = permits('media'); void may; });
void stop;

// @ts-expect-error The site is not given.
loadConsent({ gateway: '' });
// @ts-expect-error No such position.
loadConsent({ gateway: '', site: 'x', position: 'left' });
// @ts-expect-error What is permitted is the visitor's to say.
purposes()['media'] = true;
