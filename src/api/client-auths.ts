import { type Static, Type } from 'typebox';
import { closed, open, PLAIN_TEXT_PATTERN, SLUG_PATTERN, Time, text, words } from './fields.js';

// The wire of the ways in which a credential proves itself.

const METHODS = ['client_secret_post', 'client_secret_basic', 'private_key_jwt', 'none'] as const;
export const Method = words([...METHODS], 'How the client proves itself to the provider.');
const ClientSecret = Type.String({
  minLength: 1,
  maxLength: 4096,
  pattern: PLAIN_TEXT_PATTERN,
  writeOnly: true,
  description: 'Write-only. Left out in a PUT, the stored secret stays.',
});

const KeyPassword = Type.String({
  maxLength: 256,
  writeOnly: true,
  description: 'Write-only, used once and not kept: what opens the file or the private key.',
});
const Pem = { maxLength: 32_768, minLength: 1 };
const PrivateKey = Type.String({
  ...Pem,
  writeOnly: true,
  description: 'Write-only. The RSA private key in PEM, encrypted or not.',
});
const Pfx = Type.String({
  maxLength: 49_152,
  minLength: 1,
  pattern: '^[A-Za-z0-9+/]+={0,2}$',
  writeOnly: true,
  description: 'Write-only. A PKCS#12 file (.pfx, .p12) in base64, with certificate and private key.',
});

const Certificate = open({
  subject: Type.String(),
  thumbprint_sha1: Type.String({ description: 'Lower-case hex; Entra shows it in upper case.' }),
  thumbprint_sha256: Type.String({ description: 'Lower-case hex.' }),
  not_before: Time,
  not_after: Time,
});

/** A PFX file, or certificate and key in PEM; for jwt_bearer the key alone will do. What GET shows is accepted and ignored. */
const CertificateInput = closed({
  pfx: Type.Optional(Pfx),
  password: Type.Optional(KeyPassword),
  certificate: Type.Optional(
    Type.String({ ...Pem, description: 'The certificate in PEM, and those that vouch for it.' }),
  ),
  private_key: Type.Optional(PrivateKey),
  ...Type.Partial(Type.Object(Certificate.properties)).properties,
});

/** What is said of one way to prove oneself. */
export const clientAuthInput = {
  method: Method,
  secret: Type.Optional(ClientSecret),
  secret_expires_at: Type.Optional(Time),
  signing_alg: Type.Optional(
    words(['PS256', 'RS256'], 'How private_key_jwt signs: PS256 with x5t#S256 unless said, RS256 with x5t.'),
  ),
  certificate: Type.Optional(CertificateInput),
  key_id: Type.Optional(
    text(
      256,
      'The `kid` by which the provider knows the private key, such as `private_key_id` of a service account.',
      1,
    ),
  ),
};
/** The same for a credential, which may also share that of another one. */
export const ownOrShared = {
  ...clientAuthInput,
  method: Type.Optional(
    words(
      [...METHODS],
      'How the client proves itself to the provider. A new credential with a preset may leave it out: then it is client_secret_post with a secret, private_key_jwt with a private key.',
    ),
  ),
  same_as: Type.Optional(
    Type.String({
      pattern: SLUG_PATTERN,
      description:
        'In place of `method`: the credential whose secret or certificate this one uses too. Both have the same client id, and token and revocation URLs of the same origins.',
    }),
  ),
};

/** What Tokenwell says of it besides. */
export const clientAuthState = {
  id: Type.String({ description: 'Names this way to prove itself.' }),
  has_secret: Type.Boolean({ description: 'Whether a secret is stored.' }),
};

/** How it is read. */
export const clientAuthView = {
  ...clientAuthState,
  method: Method,
  same_as: Type.Optional(Type.String({ description: 'The credential that holds it.' })),
  secret_expires_at: Type.Optional(Time),
  signing_alg: clientAuthInput.signing_alg,
  certificate: Type.Optional(Certificate),
  key_id: clientAuthInput.key_id,
};

/** A further way to prove oneself, beside the active one. */
export const ClientAuthCreate = closed(clientAuthInput);

/** One of a credential's ways to prove itself. */
export const ClientAuth = open({
  ...clientAuthView,
  active: Type.Boolean({ description: 'Whether requests are made with it.' }),
  created_at: Time,
});

/** A key pair to be made here. */
export const CertificateWish = closed({
  subject: Type.Optional(
    text(64, 'The common name of the certificate; `tokenwell` and the credential unless said.', 1),
  ),
  months: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 120, description: 'How long the certificate holds; 24 unless said.' }),
  ),
});

export type ClientAuth = Static<typeof ClientAuth>;
export type ClientAuthCreate = Static<typeof ClientAuthCreate>;
export type CertificateWish = Static<typeof CertificateWish>;
