import { AssertionChecker, type Registration } from '../support/assertion-checker.js';
import { type Answer, json, token } from '../support/scripted-provider.js';

/** What is wrong with a client's proof in a form; undefined where nothing is. `now` in epoch seconds. */
export type Check = (form: URLSearchParams, now: number) => Promise<string | undefined>;

/** Takes assertions of this certificate, each once. */
export function ofCertificate(registration: Registration): Check {
  const checker = new AssertionChecker(registration);
  return (form, now) => checker.flaw(form, now).catch(String);
}

/** Takes this client secret in the form. */
export function ofSecret(secret: string): Check {
  return async form => (form.get('client_secret') === secret ? undefined : 'client_secret');
}

/**
 * A token for whoever proves itself by one of these; the others are told so as Microsoft tells it, and what is wrong with
 * them is added to `flaws`. `more` stands beside the token, `now` is in epoch milliseconds.
 */
export function strict(
  checks: readonly Check[],
  flaws: string[],
  { more = {}, now = Date.now }: { more?: Record<string, unknown>; now?: () => number } = {},
): Answer {
  let given = 0;
  return (socket, request) => {
    const seconds = Math.floor(now() / 1000);
    void Promise.all(checks.map(check => check(request.form, seconds))).then(found => {
      const good = found.includes(undefined);
      if (!good) flaws.push(found.join('; '));
      given += 1;
      const answer = good ? token(`at-${given}`, more) : json(401, { error: 'invalid_client', error_codes: [700027] });
      answer(socket, request);
    });
  };
}
