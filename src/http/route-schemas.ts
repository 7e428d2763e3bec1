import { Type } from 'typebox';
import { AccountName, Slug } from '../api/fields.js';

const closed = { additionalProperties: false };

/** The path of a credential. */
export const CredentialParams = Type.Object({ credential: Slug }, closed);
/** The path of an account. */
export const AccountParams = Type.Object({ credential: Slug, account: AccountName }, closed);
/** The path of a consumer. */
export const ConsumerParams = Type.Object({ consumer: Slug }, closed);
/** The path of a consumer's key. */
export const KeyParams = Type.Object(
  { consumer: Slug, id: Type.String({ pattern: '^[a-z0-9]{12}$', description: 'The id of a key.' }) },
  closed,
);
export const LINK_ID_PATTERN = '^link_[A-Za-z0-9_-]{22}$';

/** The path of a credential's link. */
export const LinkParams = Type.Object(
  { credential: Slug, id: Type.String({ pattern: LINK_ID_PATTERN, description: 'The id of a link.' }) },
  closed,
);

export const CLIENT_AUTH_ID_PATTERN = '^auth_[A-Za-z0-9_-]{22}$';

/** The path of one of a credential's client auths. */
export const ClientAuthParams = Type.Object(
  {
    credential: Slug,
    id: Type.String({ pattern: CLIENT_AUTH_ID_PATTERN, description: 'The id of a client authentication.' }),
  },
  closed,
);

export const CALENDAR_LINK_ID_PATTERN = '^cal_[A-Za-z0-9_-]{22}$';

/** The path of a calendar's link. */
export const CalendarLinkParams = Type.Object(
  { id: Type.String({ pattern: CALENDAR_LINK_ID_PATTERN, description: 'The id of a calendar link.' }) },
  closed,
);

/** A certificate in DER. */
export const CertificateFile = Type.Unsafe<Buffer>({ type: 'string', description: 'The certificate in DER.' });

/** The body of a 204. */
export const Nothing = Type.Null({ description: 'Done.' });
/** Entries of the ledger as NDJSON. */
export const Lines = Type.String({ description: 'One entry a line.' });
/** The process runs. */
export const Health = Type.Object({ status: Type.Literal('ok') });
/** Requests are welcome. */
export const Ready = Type.Object({ status: Type.Literal('ready') });
/** A set-up guide to be sent on. */
export const MarkdownText = Type.String({ description: 'The guide in Markdown.' });
/** A set-up guide to be run. */
export const PowerShellText = Type.String({ description: 'The guide as one script for PowerShell, in ASCII.' });
