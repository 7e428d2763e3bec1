import { type Static, Type } from 'typebox';

/** A token request. Further parameters are allowed and ignored (RFC 6749 §3.2), but none may be there twice. */
export const TokenForm = Type.Object(
  {
    grant_type: Type.String({ minLength: 1, description: 'Always `client_credentials`.' }),
    scope: Type.Optional(Type.String({ description: 'See the route.' })),
    client_id: Type.Optional(Type.String({ description: 'The id of the consumer, unless it is in the Basic header.' })),
    client_secret: Type.Optional(Type.String({ description: 'Its API key, unless it is in the Basic header.' })),
    client_assertion_type: Type.Optional(
      Type.String({ description: 'With client_assertion: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.' }),
    ),
    client_assertion: Type.Optional(
      Type.String({ description: 'The JWT of a trusted workload, in the place of a key (RFC 7523 §2.2).' }),
    ),
  },
  { additionalProperties: Type.String() },
);
/** What the token endpoint gives (RFC 6749 §5.1). */
export const OAuthToken = Type.Object({
  access_token: Type.String(),
  token_type: Type.String(),
  expires_in: Type.Integer({ minimum: 0 }),
  scope: Type.Optional(Type.String({ description: 'As asked; left out when nothing was asked.' })),
});
/** What it says when it does not (§5.2). */
export const OAuthError = Type.Object({
  error: Type.String(),
  error_description: Type.Optional(Type.String()),
  error_uri: Type.Optional(Type.String({ format: 'uri' })),
});
/** How it is described (RFC 8414 §2). */
export const OAuthMetadata = Type.Object({
  issuer: Type.String({ format: 'uri' }),
  token_endpoint: Type.String({ format: 'uri' }),
  token_endpoint_auth_methods_supported: Type.Array(Type.String()),
  grant_types_supported: Type.Array(Type.String()),
  response_types_supported: Type.Array(Type.String()),
  service_documentation: Type.String({ format: 'uri' }),
});

export type TokenForm = Static<typeof TokenForm>;
export type OAuthToken = Static<typeof OAuthToken>;
export type OAuthError = Static<typeof OAuthError>;
