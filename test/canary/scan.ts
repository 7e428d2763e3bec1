/** One secret and the name under which a leak of it is reported. */
export interface Canary {
  name: string;
  value: string;
}

/** A place where no secret may be: its name and everything that was found there. */
export interface Sink {
  name: string;
  content: Buffer;
}

/** Every form in which a secret could have got somewhere. */
const ENCODINGS: Record<string, (value: string) => string[]> = {
  raw: value => [value],
  'first 12 characters': value => [value.slice(value.startsWith('twk_') ? 17 : 0).slice(0, 12)],
  base64: value => atEveryOffset(value, 'base64'),
  base64url: value => atEveryOffset(value, 'base64url'),
  hex: value => [Buffer.from(value).toString('hex'), Buffer.from(value).toString('hex').toUpperCase()],
  'URL-escaped': value => [encodeURIComponent(value), new URLSearchParams({ v: value }).toString().slice(2)],
  'JSON-escaped': value => [JSON.stringify(value).slice(1, -1), JSON.stringify(JSON.stringify(value)).slice(3, -3)],
};

export const ENCODING_NAMES = Object.keys(ENCODINGS);

/** Base64 of a value looks different by where it begins; only the part that does not depend on its neighbours counts. */
function atEveryOffset(value: string, encoding: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map(offset => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)])
      .toString(encoding)
      .replace(/=+$/, '');
    return encoded.slice(offset === 0 ? 0 : 4, -2);
  });
}

/** Every place where a canary was found, as `name in sink as encoding`. */
export function leaks(canaries: Canary[], sinks: Sink[]): string[] {
  const found: string[] = [];
  for (const { name, value } of canaries) {
    for (const [encoding, encode] of Object.entries(ENCODINGS)) {
      const needles = encode(value).filter(needle => needle.length >= 8);
      for (const sink of sinks) {
        if (needles.some(needle => sink.content.includes(needle))) found.push(`${name} in ${sink.name} as ${encoding}`);
      }
    }
  }
  return found;
}
