import { createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { App } from '../examples/vue/App';

export const html = await renderToString(createSSRApp(App));
