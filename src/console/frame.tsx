import type { ComponentChildren, VNode } from 'preact';
import { render } from 'preact-render-to-string';
import { picturable } from './address.js';
import { iconPath, scriptPath, stylesPath } from './assets.js';
import { Outside, shown } from './outside-text.js';

/** Who runs this vault, as the owners of mailboxes know it. */
export interface Brand {
  name: string;
  /** A data URL of a picture or a path of this vault; anything else is not shown. */
  logo?: string;
}

/** How something stands; each has a colour, and a word always beside it. */
export type Tone = 'good' | 'warn' | 'bad' | 'plain';

interface Frame {
  brand: Brand;
  title: string;
  children: ComponentChildren;
  /** What stands below the page's one question. */
  footer?: ComponentChildren;
}

/** A whole page as an HTML document, without a script or a style of its own (its policy may forbid them). */
export function framed({ brand, title, children, footer }: Frame): string {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${shown(title, 120)} · ${shown(brand.name, 60)}`}</title>
        <link rel="icon" type="image/svg+xml" href={iconPath} />
        <link rel="stylesheet" href={stylesPath} />
        <script type="module" src={scriptPath} />
      </head>
      <body>
        <div class="sheet">
          <Header brand={brand} />
          <main>{children}</main>
          {footer && <footer>{footer}</footer>}
        </div>
      </body>
    </html>
  );
  return `<!doctype html>${render(page)}`;
}

function Header({ brand }: { brand: Brand }): VNode {
  const logo = picturable(brand.logo);
  return (
    <header>
      {logo && <img src={logo} alt="" />}
      <Outside text={brand.name} longest={60} />
    </header>
  );
}

/** A state: a dot, and the word that says the same. */
export function State({ tone, word }: { tone: Tone; word: string }): VNode {
  return <p class={`state ${tone}`}>{word}</p>;
}

interface Way {
  href: string | undefined;
  /** Not what the page is about: it is drawn as an outline. */
  minor?: boolean;
  children: ComponentChildren;
}

/** A link that looks like the page's button; nothing where the address may not be linked. */
export function ButtonLink({ href, minor, children }: Way): VNode | null {
  return href === undefined ? null : (
    <p>
      <a class={minor ? 'button minor' : 'button'} href={href}>
        {children}
      </a>
    </p>
  );
}
