import { ConsentGate, useConsent } from '@consent/banner/react';

/** A video that waits for consent, a count of visits that does, and the site's own way back to the choice. */
export function App() {
  const { ready, purposes, permits, set, open } = useConsent();
  return (
    <main>
      <p id="state">{ready ? JSON.stringify(purposes) : 'not ready'}</p>
      <p id="count">{permits('statistics') ? 'This visit is counted.' : 'This visit is not counted.'}</p>
      <ConsentGate purpose="media" fallback={<button id="allow" onClick={() => set({ media: true })}>Show the video</button>}>
        <iframe id="video" title="The film" src="/video.html" />
      </ConsentGate>
      <ConsentGate purpose="necessary"><p id="basket">Basket</p></ConsentGate>
      <button id="settings" onClick={open}>Cookie settings</button>
    </main>
  );
}
