import { StrictMode } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { loadConsent } from '@consent/banner';
import { App } from './App';

// Everything works without it, with nothing permitted.
loadConsent({ gateway: '', site: 'my-site', position: 'corner', reopener: false })
  .catch(error => { document.documentElement.dataset.failed = String(error); });

const root = document.getElementById('app')!;
const app = <StrictMode><App /></StrictMode>;
if (root.hasChildNodes()) hydrateRoot(root, app, { onRecoverableError: error => { document.documentElement.dataset.mismatch = String(error); } });
else createRoot(root).render(app);
