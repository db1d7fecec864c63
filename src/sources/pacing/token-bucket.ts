/** How often requests may leave: on average, and how many at once after a pause. */
export interface Rate {
  readonly requestsPerSecond: number;
  readonly burst: number;
}

/** Tokens at a moment (UTC epoch milliseconds); below zero when requests already wait for theirs. */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** A bucket that nobody has taken from. */
export function fillBucket({ burst }: Rate, now: number): Bucket {
  return { tokens: burst, at: now };
}

/**
 * A bucket of which nothing is known, such as that of a process that was
 * killed: it may have been emptied this very moment.
 */
export function emptyBucket(now: number): Bucket {
  return { tokens: 0, at: now };
}

/**
 * Takes a token, in advance where there is none yet.
 *
 * In every period of `t` seconds at most `burst + t × requestsPerSecond`
 * requests leave, if each waits as told (periods rounded to a millisecond). A
 * clock that was set back brings no tokens.
 *
 * @returns the bucket afterwards, and how long the request must wait, in whole milliseconds
 */
export function takeToken(
  { tokens, at }: Bucket,
  { requestsPerSecond, burst }: Rate,
  now: number,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const refilled = Math.min(burst, tokens + (Math.max(0, now - at) * requestsPerSecond) / 1000);
  const left = refilled - 1;
  return {
    bucket: { tokens: left, at: now },
    waitMs: left >= 0 ? 0 : Math.ceil((-left * 1000) / requestsPerSecond),
  };
}
