import type { Running } from '../http/running.js';

export const MAIL = '/api/v1/credentials/mail';
export const AUTHS = `${MAIL}/client-auths`;

type Send = Running['send'];

/** The one by which `mail` proves itself now. */
export async function activeAuth(send: Send, key: string): Promise<{ id: string }> {
  const found = (await send('GET', AUTHS, { key })).json.items.find(one => one.active);
  if (!found) throw new Error('none is active');
  return found;
}

/** Has a key pair made, which is used at once where there was none; answers the certificate in PEM. */
export async function generated(send: Send, key: string, path: string): Promise<string> {
  const { status, json: made } = await send('POST', `${path}/certificate/generate`, { key });
  if (status !== 201 || !made.active) throw new Error(JSON.stringify(made));
  return await certificateOf(send, key, path);
}

/** The newest certificate in PEM, as an administrator would upload it. */
export async function certificateOf(send: Send, key: string, path = MAIL): Promise<string> {
  const { headers, bytes } = await send('GET', `${path}/certificate.cer`, { key });
  if (headers.get('content-type') !== 'application/pkix-cert') throw new Error('no certificate came');
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
