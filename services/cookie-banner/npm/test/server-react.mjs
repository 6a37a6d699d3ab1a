import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { App } from '../examples/react/App';

export const html = renderToString(createElement(App));
