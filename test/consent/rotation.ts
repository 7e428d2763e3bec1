import { json, type ScriptedProvider, token } from '../support/scripted-provider.js';

export type Rotation = 'none' | 'grace' | 'strict';

/**
 * Makes a scripted provider answer as one that rotates refresh tokens: `none` never does; `grace` takes the last one
 * again and gives the same successor; `strict` ends the whole grant when it sees one that was used.
 */
export function rotate(provider: ScriptedProvider, kind: Rotation, lifetime: number): void {
  let generation = 0;
  let ended = false;
  const name = (of: number) => `refresh-${of}`;
  provider.always((socket, request) => {
    const form = new URLSearchParams(request.body);
    const presented = form.get('refresh_token');
    const isNew = form.get('grant_type') === 'authorization_code';
    if (isNew) {
      generation += 1;
      ended = false;
    } else if (presented === name(generation) && !ended) {
      if (kind !== 'none') generation += 1;
    } else if (kind !== 'grace' || presented !== name(generation - 1)) {
      ended = true;
    }
    const access = `access-${provider.requests.length}`;
    const good = token(access, { refresh_token: name(generation), expires_in: lifetime });
    (ended ? json(400, { error: 'invalid_grant' }) : good)(socket, request);
  });
}
