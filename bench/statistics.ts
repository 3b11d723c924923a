/** The middle of the values, which one slow run doesn't move. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The middle of the ratios of runs that were made side by side, so that a slow spell of the machine meets both. */
export function pairedRatio(values: readonly number[], others: readonly number[]): number {
  return median(values.map((value, at) => value / others[at]));
}
