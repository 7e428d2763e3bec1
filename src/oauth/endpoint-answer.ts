/** An endpoint's answer, read to its end. Everything we decide is decided from here, never from an error object. */
export interface EndpointAnswer {
  status: number;
  /** The body when it is a JSON object, whatever its content type says. */
  json: Record<string, unknown> | undefined;
  body: 'empty' | 'web_page' | 'json' | 'other';
  /** `refresh_token` as it stands there, also in an object that breaks off or is followed by something else. */
  refreshToken: unknown;
  retryAfter: string | null;
  /** The server's clock (RFC 9110 §6.6.1). */
  date: string | null;
}

export async function readAnswer(response: Response): Promise<EndpointAnswer> {
  const text = await response.text();
  const json = parseObject(text);
  const body = json ? 'json' : kindOf(text, response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    json,
    body,
    refreshToken: json ? json.refresh_token : body === 'other' ? refreshTokenIn(text) : undefined,
    retryAfter: response.headers.get('retry-after'),
    date: response.headers.get('date'),
  };
}

/** The `error` of an answer; providers also send it with status 200. Undefined where there is none. */
export function errorOf({ json }: EndpointAnswer): string | undefined {
  const error = json?.error;
  if (error === undefined || error === null || error === false || error === '') return undefined;
  return typeof error === 'string' ? error : 'not a string';
}

/** The tokens that came. A provider may repeat them in its error text, so they are secrets from here on. */
export function tokensIn({ json, refreshToken }: EndpointAnswer): string[] {
  return [json?.access_token, json?.id_token, refreshToken].filter(token => typeof token === 'string');
}

/**
 * The answer as openid-client may see it: without the fields that it refuses or misreads although we read them
 * ourselves (`id_token`, `expires_in`, `refresh_token`, `scope`), and with the token type that some providers forget.
 */
export function forLibrary({ status, json }: EndpointAnswer): Response {
  if (status !== 200 || !json) return new Response(null, { status });
  const { id_token, expires_in, refresh_token, scope, ...rest } = json;
  return Response.json({ ...rest, token_type: rest.token_type ?? 'Bearer' });
}

function parseObject(text: string): Record<string, unknown> | undefined {
  const value = parse(text);
  return isObject(value) ? value : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(text: string, contentType: string): EndpointAnswer['body'] {
  if (text.trim() === '') return 'empty';
  return /html/i.test(contentType) || text.trimStart().startsWith('<') ? 'web_page' : 'other';
}

/** Only of what begins as an object and with its closing quote: half a token, or one from a page of examples, is none. */
function refreshTokenIn(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return undefined;
  const members = [...text.matchAll(/"refresh_token"\s*:\s*("[^"\\]*(?:\\.[^"\\]*)*")/g)];
  return parse(members.at(-1)?.[1] ?? '');
}
