import { type Static, Type } from 'typebox';
import { Method } from './client-auths.js';
import { credentialFields, Purpose } from './credentials.js';
import { AccountName, closed, open, Slug, words } from './fields.js';

// The wire of set-up guides: what administrators do at the provider, with the credential's own values.

export const SetupQuery = closed({
  purpose: Type.Optional(Purpose),
  mailbox: Type.Optional(
    Type.String({ ...AccountName, description: 'One address, in place of the `mailboxes` of the credential.' }),
  ),
  // What follows is for a credential that is not stored yet.
  preset: credentialFields.preset,
  tenant: credentialFields.tenant,
  cloud: credentialFields.cloud,
  grant_type: Type.Optional(credentialFields.grant_type),
  method: Type.Optional(Method),
});

const SetupStep = open({
  id: Type.String({ description: 'A stable word, such as `admin-consent`; findings name the step that mends them.' }),
  title: Type.String(),
  who: words(['tenant_admin', 'exchange_admin', 'project_owner', 'operator', 'mailbox_owner'], 'Who does it.'),
  why: Type.String({ description: 'In a sentence.' }),
  optional: Type.Boolean({ description: 'Whether it is needed only in the case that `text` says.' }),
  text: Type.Optional(Type.String({ description: 'What to know about it.' })),
  instructions: Type.Optional(Type.Array(Type.String(), { description: 'What to do by hand, in order.' })),
  commands: Type.Optional(
    Type.Array(
      open({
        shell: words(['powershell', 'bash'], 'Where it belongs; `bash` is any POSIX shell.'),
        text: Type.String({ description: 'To be pasted as it stands; every value in it is quoted.' }),
      }),
      { description: 'The same as the instructions; one of the shells is enough.' },
    ),
  ),
  link: Type.Optional(Type.String({ description: 'To be opened in a browser.' })),
});

export const SetupGuide = open({
  credential: Slug,
  preset: Type.String(),
  provider: Type.String({ description: 'The provider and its cloud, for people.' }),
  purpose: Purpose,
  mailboxes: Type.Array(Type.String()),
  steps: Type.Array(SetupStep),
  remove: Type.Array(
    open({
      permissions: Type.Array(Type.String()),
      resource: Type.String(),
      kind: words(['Application', 'Delegated'], 'Whether somebody signs in.'),
      why: Type.String(),
    }),
    { description: 'What instructions often ask for and this does not need: take it away.' },
  ),
  markdown: Type.String({ description: 'The whole guide, to be sent to whoever does it.' }),
});
export type SetupGuide = Static<typeof SetupGuide>;
