import { createHash } from 'node:crypto';
import { icon } from './icon.js';
import { script } from './script.js';
import { styles } from './styles.js';

/** What a page loads: its bytes never change under one address, so it may be kept for ever. */
export interface Asset {
  body: string;
  contentType: string;
}

const assets = new Map<string, Asset>();

/** Where the pages find their styles, their script and their icon; the name holds a hash of what is inside. */
export const stylesPath = add('css', { body: styles, contentType: 'text/css; charset=utf-8' });
export const iconPath = add('svg', { body: icon, contentType: 'image/svg+xml' });
export const scriptPath = add('js', { body: script, contentType: 'text/javascript; charset=utf-8' });

/** What lies at an address path (`/assets/…`), exactly as the pages spell it; undefined for every other. */
export function asset(path: string): Asset | undefined {
  return assets.get(path);
}

function add(extension: string, one: Asset): string {
  const hash = createHash('sha256').update(one.body).digest('hex').slice(0, 16);
  const path = `/assets/console.${hash}.${extension}`;
  assets.set(path, one);
  return path;
}
