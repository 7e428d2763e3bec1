import { noticePage } from '../../src/console/notice-page.js';
import { homePage } from '../../src/console/stray-page.js';
import { connect, result } from './views.js';

/** Stands in every payload; where it is found, the payload is. */
export const MARK = 'שלוםX';

/** A text that wants to be more than text, and what is seen of it where that is not the same. */
export interface Payload {
  text: string;
  seen: string;
}

const wide = `${MARK}${'W'.repeat(30)}`;

export const payloads: readonly Payload[] = [
  ...[
    `${MARK}<img src=x onerror=alert(1)>`,
    `${MARK}"><svg onload=alert(1)><a href="javascript:alert(1)">`,
    `${MARK}' onmouseover='alert(1)' style='position:fixed`,
    `${MARK}</title></bdi><script>alert(1)</script><!--`,
    `javascript:alert(1)//${MARK}`,
    `{{[].map.constructor('alert(1)')()}}\${alert(1)}<%=1%>${MARK}`,
    `&lt;b&gt;&amp;&#60;${MARK}`,
    `👍🏽${MARK}`,
  ].map(text => ({ text, seen: text })),
  { text: `\u202Egnp.\u2066${MARK}\u2067\u200F\u200B`, seen: `gnp.${MARK}` },
  { text: `a\r\nb\u0000\u001B[31m\u2028${MARK}`, seen: `a b [31m ${MARK}` },
  { text: `${wide}${'W'.repeat(600)}`, seen: wide },
];

/** Every page that shows text from outside, with this text in each of its fields, addresses among them. */
export function hostilePages(text: string): Record<string, string> {
  const brand = { name: text, logo: text };
  const common = { brand, asker: text, link: text, returnTo: text, adminLink: text, requestId: text };
  const asked = { brand, asker: text, scopes: [text, `${text}/.default`], loginHint: text, madeBy: text };
  const named = { error: text, error_description: text, codes: [text] };
  const provider = { ...named, trace_id: text, correlation_id: text, timestamp: text };
  const words = { message: text, action: text, provider };
  return {
    connect: connect(asked),
    admin: connect({ ...asked, kind: 'admin_consent' }),
    connected: result({
      ...common,
      outcome: { code: 'connected', name: text, missing: [text], lasting: true, expiresAt: undefined },
    }),
    waiting: result({ ...common, outcome: { code: 'waiting', name: text, doubt: 'identity_refused' } }),
    allowed: result({ ...common, outcome: { code: 'admin_consented', tenant: text } }),
    failed: result({ ...common, outcome: { code: 'failed', class: 'needs_operator', ...words } }),
    needed: result({ ...common, outcome: { code: 'needs_admin', class: 'needs_admin', ...words } }),
    home: homePage(brand),
    notice: noticePage({ brand, code: 'internal', link: text, requestId: text }),
  };
}
