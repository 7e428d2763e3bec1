/**
 * The type among `offered` that an Accept header wants most (RFC 9110 §12.5.1); the first one where it wants none of
 * them or says nothing, for an answer that was not asked for helps more than none.
 */
export function preferred<Type extends string>(accept: string | undefined, offered: readonly [Type, ...Type[]]): Type {
  const ranges = (accept ?? '*/*').split(',').map(rangeOf);
  let best = offered[0];
  let most = 0;
  for (const type of offered) {
    const weight = weightOf(type, ranges);
    if (weight > most) [best, most] = [type, weight];
  }
  return best;
}

interface Range {
  name: string;
  weight: number;
}

function rangeOf(text: string): Range {
  const [name = '', ...parameters] = text.split(';').map(part => part.trim().toLowerCase());
  const weight = parameters.find(one => one.startsWith('q='))?.slice('q='.length);
  const known = weight !== undefined && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight);
  return { name, weight: known ? Number(weight) : 1 };
}

/** Of several ranges that fit, the one that says most counts. */
function weightOf(type: string, ranges: readonly Range[]): number {
  const names = [type, `${type.split('/')[0]}/*`, '*/*'];
  return names.map(wanted => ranges.find(({ name }) => name === wanted)).find(range => range)?.weight ?? 0;
}
