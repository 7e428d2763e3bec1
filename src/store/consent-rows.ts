import type { ExpressionBuilder, Selectable } from 'kysely';
import type { ConnectLink, Consent, ConsentOutcome, LinkKind } from '../vault/consent.js';
import type { ConsentWrites } from '../vault/consent-store.js';
import { randomId } from '../vault/ids.js';
import type { Place } from '../vault/ports.js';
import { CONSENT_VERIFIER, placeOf, type SealedRow } from '../vault/sealed-fields.js';
import type { Handle } from './engine.js';
import type { Opening } from './opening.js';
import type { Tables } from './tables.js';

type LinkOptions = Pick<ConnectLink, 'loginHint' | 'returnTo' | 'adminConsentUrl'>;

/** Connect links and consents. Their secrets are hashed, the verifier is sealed. */
export function consentRows(db: Handle, opening: Opening): ConsentWrites {
  return { ...linkRows(db), ...danceRows(db, opening) };
}

type LinkWrites = Pick<
  ConsentWrites,
  | 'findLink'
  | 'linkOf'
  | 'links'
  | 'insertLink'
  | 'countStart'
  | 'holdLink'
  | 'endLink'
  | 'endLinks'
  | 'endChildren'
  | 'removeLink'
>;

function linkRows(db: Handle): LinkWrites {
  const links = () => db.selectFrom('connect_links').selectAll();
  return {
    findLink: async hash => {
      const row = await links().where('hash', '=', hash).executeTakeFirst();
      return row && linkOf(row);
    },
    linkOf: async id => {
      const row = await links().where('id', '=', id).executeTakeFirst();
      return row && linkOf(row);
    },
    links: async credential => {
      const rows = await links().where('credential', '=', credential).orderBy('created_at').orderBy('id').execute();
      return rows.map(linkOf);
    },
    insertLink: async (link, hash) => {
      await db.insertInto('connect_links').values(linkRowOf(link, hash)).execute();
    },
    countStart: async (id, most, now) => {
      const counted = await db
        .updateTable('connect_links')
        .set(eb => ({ starts: eb('starts', '+', 1) }))
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .where('expires_at', '>', now)
        .where('starts', '<', most)
        .executeTakeFirst();
      return counted.numUpdatedRows > 0n;
    },
    endLink: async (id, now) => {
      const open = db.updateTable('connect_links').set({ ended_at: now, completed_at: now }).where('id', '=', id);
      return (await open.where('ended_at', 'is', null).executeTakeFirst()).numUpdatedRows > 0n;
    },
    holdLink: async id => {
      // A write that changes nothing keeps the row: nobody else can end it before this transaction does.
      const open = db
        .updateTable('connect_links')
        .set(eb => ({ starts: eb.ref('starts') }))
        .where('id', '=', id);
      return (await open.where('ended_at', 'is', null).executeTakeFirst()).numUpdatedRows > 0n;
    },
    endLinks: async ({ credential, account }, now) => {
      const open = db.updateTable('connect_links').set({ ended_at: now }).where('ended_at', 'is', null);
      // What an administrator allows is allowed to the application, whatever becomes of the account that it stands with.
      const own = (eb: ExpressionBuilder<Tables, 'connect_links'>) =>
        eb.and({ credential, account, kind: 'connect' satisfies LinkKind });
      await open.where(own).execute();
      await open.where('parent', 'in', db.selectFrom('connect_links').select('id').where(own)).execute();
    },
    endChildren: async (parent, now) => {
      const open = db.updateTable('connect_links').set({ ended_at: now }).where('ended_at', 'is', null);
      await open.where('parent', '=', parent).execute();
    },
    removeLink: async (credential, id) => {
      const mine = db.deleteFrom('connect_links').where('credential', '=', credential).where('id', '=', id);
      return (await mine.executeTakeFirst()).numDeletedRows > 0n;
    },
  };
}

type DanceWrites = Omit<ConsentWrites, keyof LinkWrites>;

function danceRows(db: Handle, opening: Opening): DanceWrites {
  const consents = () => db.selectFrom('consents').selectAll();
  return {
    findConsent: async id => {
      const row = await consents().where('id', '=', id).executeTakeFirst();
      return row && consentOf(row);
    },
    findConsentByState: async hash => {
      const row = await consents().where('state_hash', '=', hash).executeTakeFirst();
      return row && consentOf(row);
    },
    verifier: async ({ id }) => {
      const row = await consents().where('id', '=', id).executeTakeFirstOrThrow();
      return opening.find(placeOfVerifier(row), row.verifier);
    },
    insertConsent: async (consent, stateHash, verifier) => {
      const row = { ...consentRowOf(consent), state_hash: stateHash, version: randomId('v') };
      const value = opening.sealer.seal(placeOfVerifier(row), verifier);
      await db
        .insertInto('consents')
        .values({ ...row, verifier: value })
        .execute();
    },
    claim: async (id, now) => {
      const unused = db.updateTable('consents').set({ used_at: now }).where('id', '=', id).where('used_at', 'is', null);
      return (await unused.where('expires_at', '>', now).executeTakeFirst()).numUpdatedRows > 0n;
    },
    conclude: async (id, outcome) => {
      const text = JSON.stringify(outcome);
      await db.updateTable('consents').set({ outcome: text }).where('id', '=', id).execute();
    },
  };
}

type VerifierRow = Omit<SealedRow<typeof CONSENT_VERIFIER>, 'connect_link'> & { connect_link: string | null };

function placeOfVerifier(row: VerifierRow): Place {
  return placeOf(CONSENT_VERIFIER, { ...row, connect_link: row.connect_link ?? '' });
}

function linkOf(row: Selectable<Tables['connect_links']>): ConnectLink {
  const options: Partial<LinkOptions> = JSON.parse(row.options);
  return {
    id: row.id,
    kind: row.kind as LinkKind,
    credential: row.credential,
    account: row.account,
    loginHint: options.loginHint,
    returnTo: options.returnTo,
    adminConsentUrl: options.adminConsentUrl,
    madeBy: row.made_by,
    parent: row.parent ?? undefined,
    starts: row.starts,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at ?? undefined,
    completedAt: row.completed_at ?? undefined,
  };
}

function linkRowOf(link: ConnectLink, hash: string): Selectable<Tables['connect_links']> {
  const { loginHint, returnTo, adminConsentUrl } = link;
  return {
    id: link.id,
    hash,
    credential: link.credential,
    account: link.account,
    kind: link.kind,
    options: JSON.stringify({ loginHint, returnTo, adminConsentUrl } satisfies LinkOptions),
    made_by: link.madeBy,
    parent: link.parent ?? null,
    starts: link.starts,
    created_at: link.createdAt,
    expires_at: link.expiresAt,
    ended_at: link.endedAt ?? null,
    completed_at: link.completedAt ?? null,
  };
}

function consentOf(row: Selectable<Tables['consents']>): Consent {
  return {
    id: row.id,
    browserHash: row.browser_hash,
    link: row.connect_link ?? '',
    kind: row.kind as LinkKind,
    credential: row.credential,
    credentialVersion: row.credential_version,
    account: row.account,
    startedBy: row.started_by,
    scopes: row.scopes,
    returnTo: row.return_to ?? undefined,
    startedAt: row.started_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at ?? undefined,
    outcome: row.outcome === null ? undefined : (JSON.parse(row.outcome) as ConsentOutcome),
  };
}

function consentRowOf(consent: Consent) {
  return {
    id: consent.id,
    browser_hash: consent.browserHash,
    connect_link: consent.link,
    kind: consent.kind,
    credential: consent.credential,
    credential_version: consent.credentialVersion,
    account: consent.account,
    scopes: consent.scopes,
    return_to: consent.returnTo ?? null,
    started_by: consent.startedBy,
    started_at: consent.startedAt,
    expires_at: consent.expiresAt,
    used_at: consent.usedAt ?? null,
    outcome: consent.outcome ? JSON.stringify(consent.outcome) : null,
  };
}
