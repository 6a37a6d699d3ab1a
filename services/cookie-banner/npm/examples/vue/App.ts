import { defineComponent, h } from 'vue';
import { ConsentGate, useConsent } from '@consent/banner/vue';

/** The same as the example for React, as a render function, so that it needs no compiler. */
export const App = defineComponent({
  setup() {
    const { ready, purposes, permits, set, open } = useConsent();
    return () => h('main', [
      h('p', { id: 'state' }, ready.value ? JSON.stringify(purposes.value) : 'not ready'),
      h('p', { id: 'count' }, permits('statistics') ? 'This visit is counted.' : 'This visit is not counted.'),
      h(ConsentGate, { purpose: 'media' }, {
        default: () => h('iframe', { id: 'video', title: 'The film', src: '/video.html' }),
        fallback: () => h('button', { id: 'allow', onClick: () => set({ media: true }) }, 'Show the video'),
      }),
      h(ConsentGate, { purpose: 'necessary' }, { default: () => h('p', { id: 'basket' }, 'Basket') }),
      h('button', { id: 'settings', onClick: open }, 'Cookie settings'),
    ]);
  },
});
