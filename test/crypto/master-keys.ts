import type { MasterKeyFault } from '../../src/crypto/master-key.js';
import { EXAMPLE_MASTER_KEY } from '../../src/crypto/master-key-flaws.js';

/** A master key of no vault, for known answers. */
export const FIXED_MASTER_KEY = `twm1_${Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64url')}`;

export interface BadFile {
  title: string;
  text: string;
  fault: MasterKeyFault;
  says: RegExp;
}

function ofBytes(bytes: readonly number[]): string {
  return `twm1_${Buffer.from(bytes).toString('base64url')}`;
}

const repeated = Array.from({ length: 32 }, (_, index) => 200 + (index % 15));
const hex = 'c0ffee00'.repeat(8);
const body = FIXED_MASTER_KEY.slice(5);

/** What a master key file may not hold. */
export const badFiles: BadFile[] = [
  { title: 'nothing', text: '', fault: 'empty', says: /is empty/ },
  { title: 'one newline', text: '\n', fault: 'empty', says: /is empty/ },
  { title: 'the prefix alone', text: 'twm1_', fault: 'too_short', says: /cut short/ },
  { title: '42 characters', text: FIXED_MASTER_KEY.slice(0, -1), fault: 'too_short', says: /cut short/ },
  { title: '44 characters', text: `${FIXED_MASTER_KEY}A`, fault: 'wrong_form', says: /does not hold a master key/ },
  { title: 'no prefix', text: body, fault: 'wrong_form', says: /does not hold a master key/ },
  { title: 'another prefix', text: `twm2_${body}`, fault: 'wrong_form', says: /does not hold a master key/ },
  { title: 'an API key', text: `twk_abc_${body}`, fault: 'wrong_form', says: /does not hold a master key/ },
  { title: 'hex', text: hex, fault: 'wrong_form', says: /does not hold a master key/ },
  { title: 'padding', text: `${FIXED_MASTER_KEY}=`, fault: 'wrong_form', says: /does not hold a master key/ },
  { title: 'spare bits', text: `${FIXED_MASTER_KEY.slice(0, -1)}9`, fault: 'wrong_form', says: /does not hold/ },
  { title: 'a space before it', text: ` ${FIXED_MASTER_KEY}`, fault: 'wrong_form', says: /does not hold a master key/ },
  { title: 'two newlines', text: `${FIXED_MASTER_KEY}\n\n`, fault: 'wrong_form', says: /does not hold a master key/ },
  { title: 'two lines', text: `${FIXED_MASTER_KEY}\n${FIXED_MASTER_KEY}`, fault: 'wrong_form', says: /does not hold/ },
  { title: 'a large file', text: 'x'.repeat(2000), fault: 'wrong_form', says: /too large/ },
  { title: 'zeros', text: ofBytes(Array(32).fill(0)), fault: 'all_zero', says: /nothing but zeros/ },
  {
    title: 'one byte again and again',
    text: ofBytes(Array(32).fill(255)),
    fault: 'low_variety',
    says: /repeats itself/,
  },
  { title: '15 distinct bytes', text: ofBytes(repeated), fault: 'low_variety', says: /repeats itself/ },
  {
    title: 'a passphrase of 32 letters',
    text: ofBytes([...Buffer.from('Correct horse battery staple 42!')]),
    fault: 'text_in_disguise',
    says: /readable text/,
  },
  { title: 'the example', text: EXAMPLE_MASTER_KEY, fault: 'example', says: /example key of the documentation/ },
];

/** Modes of the key file, and whether it is read. */
export const modes: [mode: number, taken: boolean][] = [
  [0o400, true],
  [0o600, true],
  [0o440, true],
  [0o640, true],
  [0o404, false],
  [0o402, false],
  [0o401, false],
  [0o420, false],
  [0o460, false],
  [0o644, false],
  [0o666, false],
  [0o777, false],
];
