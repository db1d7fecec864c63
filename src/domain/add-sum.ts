/** Adds to a count by key, and drops it where that comes to nothing. */
export function addSum(sums: Map<string, number>, key: string, count: number): void {
  const sum = (sums.get(key) ?? 0) + count;
  if (sum === 0) sums.delete(key);
  else sums.set(key, sum);
}
