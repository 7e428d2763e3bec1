import {
  type Consumer,
  type Credential,
  type CredentialCreate,
  type CredentialReplace,
  type TokenwellClient,
  TokenwellError,
} from '../client/client.js';
import {
  type ConsumerDifference,
  type CredentialDifference,
  credentialDifference,
  type Difference,
} from './apply-difference.js';
import type { ReadProof } from './apply-secrets.js';
import { confirmLastAdmin } from './last-admin.js';
import type { Session } from './session.js';

/** A difference with what its secrets were read as, where they are sent. */
export interface Ready {
  difference: Difference;
  proof: ReadProof | undefined;
}

/** A write: an item that is one is named by its kind, and a consumer may have a second one. */
export type Step = 'credential' | 'consumer' | 'permissions';

/** How far an item came, for whoever is told that it went no further. */
export interface Progress {
  done: Step[];
  /** Asked of the vault, and not answered yet. */
  asked?: Step | undefined;
}

/** What is written of an item, in this order. */
export function stepsOf(difference: Difference): Step[] {
  if (difference.action === 'none') return [];
  if ('sends' in difference) return ['credential'];
  const { before, fields, permissions } = difference;
  const [own, permitted] = [!before || fields.length > 0, permissions.changed.length > 0];
  return [...(own ? (['consumer'] as const) : []), ...(permitted ? (['permissions'] as const) : [])];
}

/**
 * Does one item, and says in `progress` how far it came. Answers the fields that the vault stored otherwise. Throws
 * `TokenwellError`.
 */
export async function applyOne(
  session: Session,
  client: TokenwellClient,
  { difference, proof }: Ready,
  progress: Progress,
) {
  if (difference.action === 'none') return [];
  if (!('sends' in difference)) {
    await applyConsumer(session, client, difference, progress);
    return [];
  }
  const { before, declared } = difference;
  const stored = await step(progress, 'credential', () =>
    before
      ? client.credentials.replace(declared.id, changed(difference, before, proof), before.version)
      : client.credentials.create(created(difference, proof)),
  );
  return credentialDifference(difference.declared, stored, false).fields.map(({ field }) => field);
}

async function step<Answer>(progress: Progress, name: Step, write: () => Promise<Answer>): Promise<Answer> {
  progress.asked = name;
  const answer = await write();
  progress.done.push(name);
  progress.asked = undefined;
  return answer;
}

/** What the file leaves out is asked for by the vault, in its words. */
function created({ declared }: CredentialDifference, proof: ReadProof | undefined): CredentialCreate {
  const { id, fields } = declared;
  const client_id = fields.client_id ?? proof?.clientId;
  const body: Partial<CredentialCreate> = { ...given(fields), id, client_auth: sent(declared, proof) };
  if (client_id !== undefined) body.client_id = client_id;
  return body as CredentialCreate;
}

/** What is there, with what the file says in its place. */
function changed(
  { declared, sends }: CredentialDifference,
  before: Credential,
  proof: ReadProof | undefined,
): CredentialReplace {
  const { fields, auth = {} } = declared;
  const { secret: _, certificate: __, service_account: ___, ...said } = auth;
  const { client_auth: stored } = before;
  const named = proof?.clientId !== undefined && fields.client_id === undefined ? { client_id: proof.clientId } : {};
  return { ...before, ...named, ...given(fields), client_auth: nextAuth() };

  function nextAuth(): CredentialReplace['client_auth'] {
    if (said.same_as) return { same_as: said.same_as };
    const method = said.method ?? proof?.auth.method ?? stored.method;
    const other = method !== stored.method || stored.same_as !== undefined;
    if (sends === undefined) return other ? given({ ...said, method }) : { ...stored, ...given(said), ...taken(said) };
    // Of a new secret the old expiry says nothing, nor the old name of a key.
    const { signing_alg } = stored;
    return { ...(other || !signing_alg ? {} : { signing_alg }), method, ...proof?.auth, ...given(said) };
  }
}

/** What is sent of a new one: the method that goes with its secret, unless the file says another. */
function sent(
  { auth = {} }: CredentialDifference['declared'],
  proof: ReadProof | undefined,
): CredentialCreate['client_auth'] {
  const { secret, certificate: _, service_account: __, ...said } = auth;
  const usual = said.same_as ? {} : { method: secret ? ('client_secret_post' as const) : ('private_key_jwt' as const) };
  const known = proof && !said.method ? usual : {};
  return { ...known, ...proof?.auth, ...given(said) };
}

/** Without what is to be taken out, which is said as an empty text. */
function given<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value === '' ? undefined : value]),
  ) as Fields;
}

function taken(said: object): object {
  return Object.fromEntries(Object.entries(said).flatMap(([name, value]) => (value === '' ? [[name, undefined]] : [])));
}

/** Consumers have no version, so what is there is read once more; what changes between that and the write is overwritten. */
async function applyConsumer(
  session: Session,
  client: TokenwellClient,
  difference: ConsumerDifference,
  progress: Progress,
): Promise<void> {
  const { declared, before, fields, permissions } = difference;
  const { id } = declared;
  if (!before) {
    const consumer = { role: 'service' as const, ...given(declared.fields), id };
    await step(progress, 'consumer', () => client.consumers.create(consumer));
  } else {
    const now = await client.consumers.get(id);
    const list = declared.permissions ? await client.permissions.get(id) : [];
    if (!isSame(now, before) || JSON.stringify(list) !== JSON.stringify(difference.permitted))
      throw changedMeanwhile(id);
    const changes = given(declared.fields);
    if (fields.length > 0) {
      const instead = `change ${id} with tokenwell consumer, and --force`;
      await confirmLastAdmin(session, client, { id, changes, force: undefined, instead });
      await step(progress, 'consumer', () => client.consumers.replace(id, { ...before, ...changes }));
    }
  }
  if (permissions.changed.length > 0)
    await step(progress, 'permissions', () => client.permissions.replace(id, permissions.all));
}

function isSame(one: Consumer, other: Consumer): boolean {
  return one.updated_at === other.updated_at && one.role === other.role && one.disabled === other.disabled;
}

function changedMeanwhile(id: string): TokenwellError {
  return new TokenwellError({
    code: 'version_conflict',
    status: 412,
    detail: `The consumer ${id} was changed since the difference was made; it was left as it is.`,
  });
}
