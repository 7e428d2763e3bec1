import type { ClientAuthMethod } from '../vault/ports.js';
import type { EndpointAnswer } from './endpoint-answer.js';
import { type Verdict, WRONG_CLIENT_SECRET } from './verdicts.js';

const CLIENT_REFUSED: Verdict = {
  class: 'misconfigured',
  reason: 'client_refused',
  says: 'does not accept this client without a secret: it has one there, or the client id is wrong',
  action: 'Check the client id, or choose client_secret_post and paste the client secret into the credential.',
};

const CERTIFICATE_REFUSED: Verdict = {
  class: 'misconfigured',
  reason: 'certificate_refused',
  says: 'does not accept the certificate: it is not uploaded to this application there, it has expired, or the client id is wrong',
  action:
    'Upload the certificate (.cer) to the application at the provider, and check the client id of the credential.',
};

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
  return {
    class: 'misconfigured',
    reason: 'clock_skew',
    says: `does not accept the assertion, and the clock here is ${minutes} min ${ahead > 0 ? 'ahead of' : 'behind'} its own`,
    action: 'Set the clock of this machine by NTP, then test again.',
  };
}
