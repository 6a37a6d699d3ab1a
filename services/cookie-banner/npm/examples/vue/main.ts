import { createApp, createSSRApp } from 'vue';
import { loadConsent } from '@consent/banner';
import { App } from './App';

// Everything works without it, with nothing permitted.
loadConsent({ gateway: '', site: 'my-site', position: 'corner', reopener: false })
  .catch(error => { document.documentElement.dataset.failed = String(error); });

const root = document.getElementById('app')!;
(root.hasChildNodes() ? createSSRApp : createApp)(App).mount(root);
