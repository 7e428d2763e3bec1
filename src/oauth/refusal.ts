import { ProviderFailure } from '../vault/ports.js';

/** A token request that is refused before anything is sent, because the credential cannot be right. */
export function misconfigured(reason: string, message: string, action: string): ProviderFailure {
  return new ProviderFailure({ class: 'misconfigured', reason, message, action, sent: 'not_sent' });
}
