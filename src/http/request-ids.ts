/** Makes request ids: the prefix, which names this start, and a growing number in base 36. */
export function requestIds(prefix: string): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `${prefix}-${last.toString(36)}`;
  };
}
