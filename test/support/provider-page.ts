/** How the pages of the kit's providers look: the system's font, light or dark as the reader has it, no script. */
const STYLES = `
:root { color-scheme: light dark; --ground: #f4f5f7; --sheet: #fff; --text: #1d2129; --quiet: #555d6b; --edge: #7d8696;
  --accent: #1f5fbf; --on-accent: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171c; --sheet: #1c2027; --text: #eceef2; --quiet: #a9b1bf; --edge: #7d8696;
    --accent: #9cc2ff; --on-accent: #10182a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 30rem; margin: 0 auto; padding: 24px; background: var(--sheet); min-height: 100svh; }
@media (min-width: 640px) { main { margin: 64px auto; padding: 40px; min-height: 0; border-radius: 8px; } }
h1 { margin: 8px 0 16px; font-size: 1.375rem; line-height: 1.3; }
p, ul, fieldset { margin: 0 0 16px; }
.quiet { color: var(--quiet); font-size: 0.875rem; }
fieldset { padding: 0; border: 0; }
legend, label.field { display: block; padding: 0; margin-bottom: 4px; font-weight: 600; }
.choice { display: flex; align-items: center; gap: 12px; min-height: 44px; }
.choice input { width: 20px; height: 20px; margin: 0; flex: none; accent-color: var(--accent); }
input[type=text] { width: 100%; min-height: 44px; padding: 8px 12px; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--edge); border-radius: 6px; }
input::placeholder { color: var(--quiet); opacity: 1; }
input + .quiet { margin: 4px 0 0; }
button { display: block; width: 100%; min-height: 44px; margin-top: 12px; padding: 8px 16px; font: inherit; font-weight: 600;
  color: inherit; background: transparent; border: 1px solid var(--edge); border-radius: 6px; cursor: pointer; }
button.first { color: var(--on-accent); background: var(--accent); border-color: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

/** A whole HTML document. `place` says, above the title, whose page this is; `body` is HTML. */
export function providerPage({ place, title, body }: { place: string; title: string; body: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLES}</style>
</head>
<body>
<main>
<p class="quiet">${escaped(place)}</p>
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>`;
}

/** Any text as HTML, between tags and in quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, found => `&#${found.charCodeAt(0)};`);
}
