import type { Command } from 'commander';
import type { Consumer } from '../client/client.js';
import { UsageError } from './failure-text.js';

type Trust = NonNullable<Consumer['trust']>;

/** What the command line says of a trust. */
export interface TrustFlags {
  trustIssuer?: string;
  trustAudience?: string;
  trustSubject?: string;
  /** False where it is to end. */
  trust?: boolean;
}

const HELP = `
A workload of a platform that signs tokens for it needs no key: it sends such a token (a JWT) in its place. Issuer, audience
and subject are iss, aud and sub of the token. A * in the subject stands for one whole part between : or /.
  Kubernetes      --trust-issuer   what \`kubectl get --raw /.well-known/openid-configuration\` calls issuer
                  --trust-subject  system:serviceaccount:<namespace>:<service account>, or …:<namespace>:*
  GitHub Actions  --trust-issuer   https://token.actions.githubusercontent.com
                  --trust-subject  repo:<owner>/<repository>:ref:refs/heads/main, or repo:<owner>/<repository>:environment:<name>
  Entra ID        --trust-issuer   https://login.microsoftonline.com/<tenant id>/v2.0
                  --trust-subject  the object id of the managed identity or service principal`;

/** The flags of a trust, and what they are for. */
export function addTrustFlags(command: Command): Command {
  return command
    .option('--trust-issuer <url>', 'take the tokens of this issuer in the place of a key (iss)')
    .option('--trust-audience <text>', 'whom its tokens must be for (aud), such as the address of this vault')
    .option('--trust-subject <text>', 'whose they must be (sub)')
    .addHelpText('after', HELP);
}

/** The trust that the flags make of the one before; undefined where they say nothing of it. Throws `UsageError`. */
export function trustOf(flags: TrustFlags, before?: Trust): Trust | undefined {
  const { trustIssuer, trustAudience, trustSubject } = flags;
  if ([trustIssuer, trustAudience, trustSubject].every(flag => flag === undefined)) return undefined;
  const issuer = trustIssuer ?? before?.issuer;
  const audience = trustAudience ?? before?.audience;
  const subject = trustSubject ?? before?.subject;
  if (issuer === undefined || audience === undefined || subject === undefined) {
    throw new UsageError('--trust-issuer, --trust-audience and --trust-subject go together: one of them is missing.');
  }
  return { issuer, audience, subject };
}
