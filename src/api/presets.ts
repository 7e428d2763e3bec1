import { type Static, Type } from 'typebox';
import { Purpose, Servers } from './credentials.js';
import { closed, open, pageOf, Url } from './fields.js';

// The wire of what is known of providers. Names in braces stand for the tenant and the hosts of the cloud.

const Strings = (description: string) => Type.Array(Type.String(), { description });

export const Preset = open({
  id: Type.String({ description: 'Give it as `preset` of a credential.' }),
  name: Type.String(),
  tenant: Type.Optional(
    open({
      hint: Type.String({ description: 'What to enter.' }),
      any: Strings('Names that stand for whoever signs in; not for client_credentials.'),
    }),
  ),
  clouds: Type.Array(
    open({
      id: Type.String({ description: 'Give it as `cloud`; the first is meant where none is named.' }),
      name: Type.String(),
      hosts: Type.Record(Type.String(), Type.String(), { description: 'What fills the templates.' }),
      servers: Servers,
      unsure: Strings(
        'Servers whose name differs between sources: override them in `servers` where another one works.',
      ),
    }),
  ),
  authorization_url: Type.Optional(Type.String()),
  token_url: Type.Optional(Type.String()),
  revocation_url: Type.Optional(Type.String()),
  issuer: Type.Optional(Type.String()),
  grant_types: Type.Array(
    open({
      grant_type: Type.String(),
      purposes: Type.Array(
        open({
          purpose: Purpose,
          scope: Type.String(),
          needs: Strings('What of it a good token holds.'),
        }),
      ),
      authorization_params: Type.Optional(Type.Record(Type.String(), Type.String())),
      signing_alg: Type.Optional(Type.String()),
    }),
  ),
  refresh_policy: Type.Optional(Type.String()),
  idle_days: Type.Optional(Type.Integer({ description: 'Days without use after which a refresh token ends.' })),
  notes: Strings('What to know before relying on it.'),
});
/** Whose addresses are wanted. */
export const DiscoverRequest = closed({ issuer: Url });
/** What an issuer says of itself; the first fields are those of a credential. */
export const Discovered = open({
  issuer: Type.String(),
  authorization_url: Type.Optional(Type.String()),
  token_url: Type.String(),
  revocation_url: Type.Optional(Type.String()),
  client_auth_methods: Strings('How a client may prove itself there, of what Tokenwell can do.'),
  grant_types: Strings('As the issuer names them; empty where it names none.'),
  scopes: Strings('As the issuer names them; empty where it names none.'),
});
export type Discovered = Static<typeof Discovered>;
export type Preset = Static<typeof Preset>;
export const PresetList = pageOf(Preset);
