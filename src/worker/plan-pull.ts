/** When feeds are fetched between nights. */
export interface PullSchedule {
  readonly pullMinutes: number;
  readonly sweepMinutes: number;
}

/** When feeds were last fetched (UTC epoch milliseconds); `undefined`: never. */
export interface LastPull {
  readonly pulledAt: number | undefined;
  readonly sweptAt: number | undefined;
}

const MINUTE = 60_000;

/**
 * Decides what of the fetching is due. A clock that was set back counts as
 * time gone by: fetching too often does less harm than not at all. Pure.
 *
 * @param now UTC epoch milliseconds
 */
export function planPull(
  { pullMinutes, sweepMinutes }: PullSchedule,
  { pulledAt, sweptAt }: LastPull,
  now: number,
): { readonly isPullDue: boolean; readonly isSweepDue: boolean } {
  return { isPullDue: isDue(pulledAt, pullMinutes, now), isSweepDue: isDue(sweptAt, sweepMinutes, now) };
}

function isDue(lastAt: number | undefined, minutes: number, now: number): boolean {
  return lastAt === undefined || now < lastAt || now - lastAt >= minutes * MINUTE;
}
