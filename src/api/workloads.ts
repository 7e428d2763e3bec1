import { Type } from 'typebox';
import { closed, open, Time, text } from './fields.js';

const trustFields = {
  issuer: Type.String({
    pattern: '^[!-~]+$',
    minLength: 1,
    maxLength: 512,
    description: 'The `iss` of the tokens, to the letter. Its keys are found by its metadata.',
  }),
  audience: text(512, 'The `aud` of the tokens, to the letter, and their only one.', 1),
  subject: text(
    512,
    'The `sub` of the tokens, to the letter; a `*` stands for one whole segment between `:` or `/`, after the first two.',
    1,
  ),
};

/** Whose JWTs stand for a consumer, as an admin says it. */
export const Trust = closed(trustFields, {
  description: 'The workload whose JWTs stand for this consumer, besides its keys. Left out: none.',
});
/** As it is read. */
export const TrustView = open(trustFields);

/** The workload behind a request. */
export const Workload = open(
  {
    issuer: Type.String(),
    subject: Type.String(),
    expires_at: Type.Optional({ ...Time, description: 'When its token ends, a difference of clocks included.' }),
  },
  { description: 'The workload whose token this is, where no key was sent.' },
);
