/** A token endpoint's answer, read to its end. Everything we decide is decided from here, never from an error object. */
export interface TokenEndpointAnswer {
  status: number;
  /** The body when it is a JSON object, whatever its content type says. */
  json: Record<string, unknown> | undefined;
  body: 'empty' | 'web_page' | 'json' | 'other';
  retryAfter: string | null;
}

export async function readAnswer(response: Response): Promise<TokenEndpointAnswer> {
  const text = await response.text();
  const json = parseObject(text);
  return {
    status: response.status,
    json,
    body: json ? 'json' : kindOf(text, response.headers.get('content-type') ?? ''),
    retryAfter: response.headers.get('retry-after'),
  };
}

/** The `error` of an answer; providers also send it with status 200. Undefined where there is none. */
export function errorOf({ json }: TokenEndpointAnswer): string | undefined {
  const error = json?.error;
  if (error === undefined || error === null || error === false || error === '') return undefined;
  return typeof error === 'string' ? error : 'not a string';
}

/**
 * The answer as openid-client may see it: without the fields that it refuses or misreads although we read them
 * ourselves (`id_token`, `expires_in`, `refresh_token`, `scope`), and with the token type that some providers forget.
 */
export function forLibrary({ status, json }: TokenEndpointAnswer): Response {
  if (status !== 200 || !json) return new Response(null, { status });
  const { id_token, expires_in, refresh_token, scope, ...rest } = json;
  return Response.json({ ...rest, token_type: rest.token_type ?? 'Bearer' });
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(text: string, contentType: string): TokenEndpointAnswer['body'] {
  if (text.trim() === '') return 'empty';
  return /html/i.test(contentType) || text.trimStart().startsWith('<') ? 'web_page' : 'other';
}
