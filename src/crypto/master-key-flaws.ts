const FORM = /^twm1_[A-Za-z0-9_-]{43}$/;
const CUT_SHORT = /^twm1_[A-Za-z0-9_-]{0,42}$/;
const FORM_IN_WORDS = 'A master key is one line: twm1_ and 43 characters of base64url.';
const LEAST_VARIETY = 16;

/** How the text of a master key begins. */
export const PREFIX = 'twm1_';

/** What to do about a file that holds no good key. */
export const REPLACE_IT = 'Put the key file of this database in its place.';

/** The key that the documentation shows. Everyone knows it, so it is refused. */
export const EXAMPLE_MASTER_KEY = 'twm1_X_0XkPNxSsasKJGWr03DITW5k3lzwcMBGoMsc5hqmoo';

/** What is wrong with the text of a master key; `detail` goes on from "The master key file …" and never holds the key. */
export interface KeyFlaw {
  fault: 'empty' | 'too_short' | 'wrong_form' | 'example' | 'all_zero' | 'low_variety' | 'text_in_disguise';
  detail: string;
}

/**
 * The flaw of a master key's text, undefined for a good one. A key drawn at random is never refused: fewer than 16
 * distinct bytes among 32, or readable text, come by chance less than once in 10^13.
 */
export function flawOf(text: string): KeyFlaw | undefined {
  const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url');
  return flawOfText(text, bytes) ?? flawOfKey(bytes);
}

function flawOfText(text: string, bytes: Buffer): KeyFlaw | undefined {
  if (text === '') return { fault: 'empty', detail: 'is empty.' };
  if (CUT_SHORT.test(text)) return { fault: 'too_short', detail: `holds a key that is cut short. ${FORM_IN_WORDS}` };
  if (!FORM.test(text) || PREFIX + bytes.toString('base64url') !== text) {
    return { fault: 'wrong_form', detail: `does not hold a master key. ${FORM_IN_WORDS}` };
  }
  if (text === EXAMPLE_MASTER_KEY) {
    return { fault: 'example', detail: 'holds the example key of the documentation, which everyone knows.' };
  }
  return undefined;
}

function flawOfKey(bytes: Buffer): KeyFlaw | undefined {
  if (bytes.every(byte => byte === 0))
    return { fault: 'all_zero', detail: 'holds nothing but zeros, which is no key.' };
  if (new Set(bytes).size < LEAST_VARIETY) {
    return { fault: 'low_variety', detail: 'holds a key that repeats itself and was not drawn at random.' };
  }
  if (bytes.every(byte => byte >= 0x20 && byte <= 0x7e)) {
    return { fault: 'text_in_disguise', detail: 'holds readable text in base64url, which can be guessed.' };
  }
  return undefined;
}
