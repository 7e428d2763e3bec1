import { json, type RecordedRequest, respond, ScriptedProvider } from '../scripted-provider.js';
import { authorize } from './authorization-endpoint.js';
import { type Behaviour, KNOWN } from './behaviour.js';
import { FAULTS, type Occasion, type Outcome, plain } from './faults.js';
import { Grants } from './grants.js';
import { grantTokens, occasionOf, revokeToken } from './token-endpoint.js';

export interface RunnableProvider {
  issuer: string;
  authorizationUrl: string;
  tokenUrl: string;
  revocationUrl: string;
  controlUrl: string;
  close(): Promise<void>;
}

/**
 * A whole provider on 127.0.0.1 that behaves as it is told, also while it runs: see docs/provider.md. `log` gets a line
 * for each request, without anything secret. Nothing that was sent is kept.
 */
export async function startRunnableProvider(settings: {
  port: number;
  behaviour: Behaviour;
  log?: (line: string) => void;
}): Promise<RunnableProvider> {
  const { behaviour, log = () => {} } = settings;
  const provider = await ScriptedProvider.start(undefined, settings.port);
  const issuer = `http://127.0.0.1:${provider.port}`;
  const place = { issuer, grants: new Grants(), behaviour };
  provider.always((socket, request) => {
    provider.requests.length = 0;
    const { answer, said } = foreign(provider.port, request) ?? route(place, request);
    log(`${request.method} ${shown(pathOf(request))}  ${said}`);
    answer(socket, request);
  });
  return {
    issuer,
    authorizationUrl: `${issuer}/authorize`,
    tokenUrl: `${issuer}/token`,
    revocationUrl: `${issuer}/revoke`,
    controlUrl: `${issuer}/control`,
    close: () => provider.close(),
  };
}

/** What a web page elsewhere may have sent: under a name that only leads here, or to the control by a visitor's browser. */
function foreign(port: number, request: RecordedRequest) {
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = request.headers;
  const own = ['127.0.0.1', 'localhost', '[::1]'].map(name => `${name}:${port}`);
  if (!own.includes(host.toLowerCase())) {
    return refusal(`This provider is not called that. Call it http://${own[0]}.`);
  }
  if (
    pathOf(request) !== '/control' ||
    (/^(?:same-origin|none)$/.test(site) && (origin ?? `http://${host}`) === `http://${host}`)
  )
    return undefined;
  return refusal('A page of another site may not choose how this provider behaves. Use curl, on this machine.');
}

function refusal(sentence: string) {
  return { answer: json(403, `${JSON.stringify({ error: sentence })}\n`), said: '403' };
}

type Place = Parameters<typeof grantTokens>[0];

function route(place: Place, request: RecordedRequest) {
  const asked = `${request.method} ${pathOf(request)}`;
  if (asked === 'GET /authorize' || asked === 'POST /authorize') return authorize(request, place);
  if (asked === 'GET /control' || asked === 'POST /control') return control(place.behaviour, request);
  if (asked === 'POST /token') {
    const occasion = occasionOf(request);
    return faulty(place, occasion, stranger => grantTokens(place, request, stranger));
  }
  if (asked === 'POST /revoke') return faulty(place, 'revocation', () => revokeToken(place, request));
  const nothing = 'Nothing is here. There are GET /authorize, POST /token, POST /revoke, and GET and POST /control.\n';
  return { answer: respond(404, nothing, { 'content-type': 'text/plain' }), said: '404' };
}

function faulty({ behaviour }: Place, occasion: Occasion | undefined, carryOut: (stranger: boolean) => Outcome) {
  const name = occasion && behaviour.take(occasion);
  const fault = name === undefined ? undefined : FAULTS.get(name);
  const what = `${occasion ?? 'unknown grant type'}  `;
  if (!fault) {
    const outcome = carryOut(false);
    return { answer: plain(outcome), said: `${what}${outcome.said}` };
  }
  const unasked: Outcome = { status: 0, body: {}, said: 'not carried out' };
  const outcome = fault.carriedOut ? carryOut(name === 'other-account') : unasked;
  const circumstances = { retryAfter: behaviour.retryAfter, now: new Date() };
  return { answer: fault.answer(outcome, circumstances), said: `${what}${name}  (${outcome.said})` };
}

function control(behaviour: Behaviour, request: RecordedRequest) {
  const isChange = request.method === 'POST';
  try {
    if (isChange) behaviour.choose(request.form);
    const body = isChange ? behaviour.on : { ...behaviour.on, known: KNOWN };
    return { answer: json(200, `${JSON.stringify(body, null, 2)}\n`), said: `200 ${behaviour.sentence}` };
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    return { answer: json(400, `${JSON.stringify({ error: sentence })}\n`), said: '400' };
  }
}

function pathOf({ path }: RecordedRequest): string {
  return path.split('?')[0] ?? '';
}

/** What a client made up may not steer the terminal, nor fill it. */
function shown(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);
}
