import { type ErrorCode, type FieldError, VaultError } from '../vault/errors.js';

interface Told {
  code: ErrorCode;
  /** In our words: those of the framework may repeat the input. */
  detail: string;
  at?: Pick<FieldError, 'field' | 'rule'>;
}

const BY_CODE: Record<string, Told> = {
  FST_ERR_BAD_URL: {
    code: 'invalid_request',
    detail: 'The path is not valid: check its percent-encoding.',
    at: { field: 'path', rule: 'encoding' },
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'invalid_request',
    detail: 'The body is not as long as Content-Length says.',
    at: { field: 'body', rule: 'length' },
  },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'too_large',
    detail: 'The body is larger than this route takes.',
    at: { field: 'body', rule: 'max_bytes' },
  },
};

const BY_STATUS: Record<number, Told> = {
  400: { code: 'invalid_request', detail: 'The request is not valid.' },
  404: { code: 'not_found', detail: 'There is nothing at this path.' },
  413: { code: 'too_large', detail: 'The request is too large.' },
  414: { code: 'not_found', detail: 'There is nothing at this path.' },
  415: { code: 'unsupported_media_type', detail: 'The content type is not supported.' },
};

/**
 * The error as callers are told it; undefined for one that nobody foresaw, of which nothing may be told. `mediaType` is
 * the one that bodies have where it happened.
 */
export function foreseen(error: unknown, mediaType = 'application/json'): VaultError | undefined {
  if (error instanceof VaultError) return error;
  const told = toldOf(error, mediaType);
  if (!told) return undefined;
  const errors = told.at && [{ ...told.at, detail: told.detail }];
  return new VaultError(told.code, told.detail, errors ? { errors } : {}, { cause: error });
}

function toldOf(error: unknown, mediaType: string): Told | undefined {
  const code = textOf(error, 'code');
  if (code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return BY_CODE[code] ?? BY_STATUS[Number(textOf(error, 'statusCode'))];
  const detail = `A body is taken here with the header Content-Type: ${mediaType} alone.`;
  return { code: 'unsupported_media_type', detail, at: { field: 'content-type', rule: 'media_type' } };
}

function textOf(error: unknown, field: string): string {
  const value = error instanceof Error ? Object.getOwnPropertyDescriptor(error, field)?.value : undefined;
  return String(value ?? '');
}

/** The answer to what nobody foresaw: nothing of the cause, but the way to find it. */
export function internal(): VaultError {
  return new VaultError('internal', 'Something went wrong here. The request id finds it in the log.', {
    action: 'Try again; if it lasts, give the request id to the operator of this vault.',
  });
}
