/** Bins of durations: four to a doubling, so that each is a fifth wider than the one before; signed. */
const BINS_A_DOUBLING = 4;

/** The bin of a duration in seconds; 0 stands for less than a tenth of a second. */
export function toBin(seconds: number): number {
  const bin = Math.round(Math.log2(1 + Math.abs(seconds)) * BINS_A_DOUBLING);
  return seconds < 0 ? -bin : bin;
}

/** Where a bin begins and ends, in seconds. */
export function boundsOf(bin: number): { readonly from: number; readonly to: number } {
  const edge = (at: number): number => Math.sign(at) * (2 ** (Math.abs(at) / BINS_A_DOUBLING) - 1);
  return { from: edge(bin - 0.5), to: edge(bin + 0.5) };
}

/** The duration that a bin stands for, in seconds. */
export function middleOf(bin: number): number {
  return Math.sign(bin) * (2 ** (Math.abs(bin) / BINS_A_DOUBLING) - 1);
}
