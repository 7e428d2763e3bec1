/**
 * The styles of every page, light and dark chosen together: text stands out by 4.5 and the edges of controls by 3
 * (WCAG 2, 1.4.3 and 1.4.11). A string, because the compiled code carries nothing but what TypeScript emits.
 */
export const styles = `
:root {
  color-scheme: light dark;
  --ground: oklch(97% 0.004 260);
  --surface: oklch(100% 0 0);
  --inset: oklch(96% 0.005 260);
  --text: oklch(25% 0.02 260);
  --quiet: oklch(47% 0.02 260);
  --line: oklch(90% 0.006 260);
  --edge: oklch(62% 0.02 260);
  --accent: oklch(48% 0.17 262);
  --accent-over: oklch(42% 0.17 262);
  --on-accent: oklch(99% 0.004 260);
  --good: oklch(52% 0.14 150);
  --warn: oklch(63% 0.14 70);
  --bad: oklch(53% 0.2 27);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: oklch(17% 0.012 260);
    --surface: oklch(21% 0.014 260);
    --inset: oklch(26% 0.016 260);
    --text: oklch(94% 0.006 260);
    --quiet: oklch(74% 0.015 260);
    --line: oklch(31% 0.016 260);
    --edge: oklch(56% 0.02 260);
    --accent: oklch(76% 0.11 258);
    --accent-over: oklch(82% 0.09 258);
    --on-accent: oklch(20% 0.04 260);
    --good: oklch(74% 0.15 150);
    --warn: oklch(80% 0.14 80);
    --bad: oklch(70% 0.17 25);
  }
}

*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  /* The sheet's margin stays within, where it would make a page that fits scroll. */
  display: flow-root;
  min-height: 100vh;
  min-height: 100svh;
  background: var(--surface);
  color: var(--text);
  font: 0.9375rem/1.5rem system-ui, sans-serif;
  font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
}
h1, h2, p, ul, dl, dd, pre { margin: 0; }
h1 { font-size: 1.375rem; line-height: 1.75rem; font-weight: 650; letter-spacing: -0.01em; text-wrap: balance; }
p, dd, li { text-wrap: pretty; }
h2 { font-size: 0.9375rem; line-height: 1.5rem; font-weight: 600; }
strong { font-weight: 600; }
code, pre { font: 0.8125rem/1.25rem ui-monospace, monospace; }
code { display: inline-block; unicode-bidi: isolate; max-width: 100%; padding: 0 4px; border-radius: 4px; background: var(--inset); }
time { white-space: nowrap; }
.quiet, footer { color: var(--quiet); font-size: 0.8125rem; line-height: 1.25rem; }
footer strong { color: var(--text); }
.unseen { position: absolute; inset: 0 auto auto 0; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

.sheet { max-width: 32rem; margin: 0 auto; padding: 24px; }
header { display: flex; align-items: center; gap: 12px; min-height: 32px; margin-bottom: 32px; font-weight: 600; }
header img { display: block; height: 32px; max-width: 120px; object-fit: contain; }
main, main section { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
main h2 { margin-top: 8px; margin-bottom: -8px; }
footer { display: grid; gap: 8px; margin-top: 32px; padding-top: 24px; border-top: 1px solid var(--line); }

.abilities { padding: 0; list-style: none; display: grid; gap: 4px; }
.abilities li { padding-left: 20px; position: relative; }
.abilities li::before {
  content: ''; position: absolute; left: 4px; top: 9px; width: 6px; height: 6px; border-radius: 3px; background: var(--edge);
}

.state { display: flex; align-items: center; gap: 8px; margin-bottom: -8px; font-weight: 600; }
.state::before { content: ''; flex: none; width: 10px; height: 10px; border-radius: 5px; background: var(--quiet); }
.state.good::before { background: var(--good); }
.state.warn::before { background: var(--warn); }
.state.bad::before { background: var(--bad); }

.next { display: grid; gap: 12px 16px; padding: 16px 0; border-block: 1px solid var(--line); }
.next dt { color: var(--quiet); font-size: 0.8125rem; }
.next dd { margin-top: -12px; }
.next pre { margin-top: 8px; padding: 8px 12px; border-radius: 8px; background: var(--inset); white-space: pre-wrap; }
.next:last-child { padding-bottom: 0; border-bottom: 0; }

form { margin: 8px 0 -4px; }
button, .button {
  display: block; min-height: 44px; padding: 9px 16px;
  border: 1px solid transparent; border-radius: 8px;
  background: var(--accent); color: var(--on-accent);
  font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
  transition: background-color 120ms;
}
button[hidden] { display: none; }
form button, .copyable button:not(.minor), .button { width: 100%; padding-block: 11px; }
button:hover, .button:hover { background: var(--accent-over); }
.minor { border-color: var(--edge); background: transparent; color: inherit; }
.minor:hover { background: var(--inset); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

.copyable { display: grid; gap: 8px; justify-items: start; }
.copyable pre {
  width: 100%; padding: 12px; border-radius: 8px; background: var(--inset);
  white-space: pre-wrap; user-select: all;
}
details { color: var(--quiet); }
summary { padding-block: 12px; border-radius: 8px; font-size: 0.8125rem; line-height: 1.25rem; cursor: pointer; }
details button { font-size: 0.8125rem; }

@media (min-width: 640px) {
  body { background: var(--ground); }
  h1 { font-size: 1.5rem; line-height: 2rem; }
  .sheet {
    margin: 64px auto; padding: 40px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface);
  }
  .next { grid-template-columns: max-content minmax(0, 1fr); }
  .next dt { font-size: inherit; }
  .next dd { margin-top: 0; }
}
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { transition: none !important; }
}
@media (forced-colors: active) {
  .state::before, .abilities li::before { background: CanvasText; }
}
`;
