import type { ClientAuthMethod } from '../vault/ports.js';
import type { EndpointAnswer } from './endpoint-answer.js';
import { misconfigured, type Verdict, WRONG_CLIENT_SECRET } from './verdicts.js';

const CLIENT_REFUSED = misconfigured('client_refused');
const CERTIFICATE_REFUSED = misconfigured('certificate_refused');

/** Microsoft lets clocks differ by five minutes; less than this is not worth a word. */
const SKEW_MS = 60_000;

/**
 * What a refused client (`invalid_client`) has to mend, by how it proves itself: the secret, nothing, or a certificate,
 * whose assertion also fails when the clocks of both sides differ. `now` in epoch milliseconds.
 */
export function clientVerdict(judged: Verdict, method: ClientAuthMethod, answer: EndpointAnswer, now: number): Verdict {
  if (judged !== WRONG_CLIENT_SECRET) return judged;
  if (method === 'none') return CLIENT_REFUSED;
  if (method !== 'private_key_jwt') return judged;
  return clockSkew(answer, now) ?? CERTIFICATE_REFUSED;
}

/** What is wrong with a refused assertion where the clocks of both sides differ. `now` in epoch milliseconds. */
export function clockSkew({ date }: EndpointAnswer, now: number): Verdict | undefined {
  const ahead = now - Date.parse(date ?? '');
  return Math.abs(ahead) > SKEW_MS ? clockWrong(ahead) : undefined;
}

/** RFC 7523 §3: an assertion counts from `nbf` to `exp` only. */
function clockWrong(ahead: number): Verdict {
  const minutes = Math.max(1, Math.round(Math.abs(ahead) / 60_000));
  const known = { minutes: String(minutes), direction: ahead > 0 ? 'ahead of' : 'behind' };
  return { ...misconfigured('clock_skew'), known };
}
