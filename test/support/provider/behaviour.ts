import { ROTATIONS, type Rotation } from '../rotation.js';
import { FAULTS, OCCASIONS, type Occasion } from './faults.js';

interface Rule {
  fault: string;
  on: Occasion | 'token';
  times: number;
}

/** The parameters by which behaviour is chosen, at the start as options and later as a form. */
export const PARAMETERS = ['rotation', 'lifetime', 'retry_after', 'fault', 'times', 'on'] as const;

/** How a provider behaves now, and what it knows. */
export class Behaviour {
  rotation: Rotation = 'strict';
  /** Seconds that an access token lives. */
  lifetime = 3_600;
  /** Seconds of a 429. */
  retryAfter = 30;
  /** Used up in order. */
  #coming: Rule[] = [];
  /** Counts when no coming one fits. */
  #standing: Rule | undefined;

  /** Changes what is given and leaves the rest. Throws a sentence, having changed nothing, where one makes no sense. */
  choose(given: URLSearchParams): void {
    for (const name of given.keys()) oneOf(PARAMETERS, name, 'parameter');
    const rotation = oneOf(ROTATIONS, given.get('rotation') ?? this.rotation, 'rotation');
    const lifetime = whole(given, 'lifetime', this.lifetime);
    const retryAfter = whole(given, 'retry_after', this.retryAfter);
    const rule = ruleOf(given);
    Object.assign(this, { rotation, lifetime, retryAfter });
    if (rule === undefined) return;
    if (rule === 'none') [this.#coming, this.#standing] = [[], undefined];
    else if (rule.times === Number.POSITIVE_INFINITY) this.#standing = rule;
    else this.#coming.push(rule);
  }

  /** The name of the fault that this answer has; one that was meant for so many answers is used up by that. */
  take(occasion: Occasion): string | undefined {
    const fits = ({ on }: Rule) => on === occasion || (on === 'token' && occasion !== 'revocation');
    const rule = this.#coming.find(fits) ?? [this.#standing].find(one => one && fits(one));
    if (!rule) return undefined;
    rule.times -= 1;
    this.#coming = this.#coming.filter(({ times }) => times > 0);
    return rule.fault;
  }

  /** What is on. */
  get on() {
    const rules = [...this.#coming, ...(this.#standing ? [this.#standing] : [])];
    const faults = rules.map(({ times, ...rule }) => ({ ...rule, times: Number.isFinite(times) ? times : 'always' }));
    return { rotation: this.rotation, lifetime: this.lifetime, retry_after: this.retryAfter, faults };
  }

  /** The same for people. */
  get sentence(): string {
    const { rotation, lifetime, faults } = this.on;
    const wrong = faults.map(
      ({ fault, on, times }) => `${fault} (${on}, ${times === 'always' ? times : `${times} times`})`,
    );
    return `rotation ${rotation}, access tokens of ${lifetime} s, faults: ${wrong.join(', then ') || 'none'}`;
  }
}

/** What there is to choose from. */
export const KNOWN = {
  rotation: ROTATIONS,
  fault: [...FAULTS].map(([name, { says }]) => ({ name, says })).concat({ name: 'none', says: 'no fault any more' }),
  on: ['token', ...OCCASIONS],
} as const;

function ruleOf(given: URLSearchParams): Rule | 'none' | undefined {
  const name = given.get('fault');
  if (name === null) {
    const idle = ['times', 'on'].find(one => given.has(one));
    if (idle) throw new Error(`"${idle}" belongs to a fault. Give fault=… too.`);
    return undefined;
  }
  const fault = oneOf(
    KNOWN.fault.map(one => one.name),
    name,
    'fault',
  );
  if (fault === 'none') return 'none';
  const only = FAULTS.get(fault)?.only;
  const on = oneOf(KNOWN.on, given.get('on') ?? only ?? 'token', 'on');
  if (only && on !== only) throw new Error(`"${fault}" happens on "${only}" alone. Leave "on" out.`);
  const times = given.get('times') === 'always' ? Number.POSITIVE_INFINITY : whole(given, 'times', 1);
  return { fault, on, times };
}

function oneOf<T extends string>(known: readonly T[], value: string, what: string): T {
  const found = known.find(one => one === value);
  if (found === undefined)
    throw new Error(`No ${what} is called "${value.slice(0, 40)}". Choose from: ${known.join(', ')}.`);
  return found;
}

function whole(given: URLSearchParams, name: string, unless: number): number {
  const text = given.get(name) ?? String(unless);
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`"${name}" is a whole number from 1.`);
  return Number(text);
}
