import type { Details, EmbedTexts } from './details';
import { hold } from './hold';
import type { Core } from './main';

declare const TEXTS: EmbedTexts;
/** embeds.css, put in by the build. */
declare const STYLE: string;

export let core: Core;
export let details: Details;
export const texts = TEXTS;

/** Frames, images, media and stylesheets that wait for consent: loaded where a page has some. Gives what looks after them. */
export default function begin(given: Core, data: Details): () => void {
  core = given;
  details = data;
  core.addStyle(STYLE);
  return hold;
}
