/** When the nightly run is due. */
export interface NightlySchedule {
  /** Time of day by the clock of `zone`: `03:30`. */
  readonly nightlyAt: string;
  /** IANA name. */
  readonly zone: string;
}

/** The nightly run of the latest business date; see {@link DueRun.businessDate}. */
export interface LastRun {
  readonly businessDate: string;
  readonly hasEnded: boolean;
}

export interface DueRun {
  /** The day that had ended before the run came due: that of the 21st at 03:30 is 2026-03-20. */
  readonly businessDate: string;
}

/**
 * Decides which nightly run is to be made now: that of the latest night whose
 * hour has come, unless it has ended. Nights that were missed are made up for
 * by that one. Pure.
 *
 * In the night of spring that skips the hour, it comes due as much later; in
 * the night of autumn that repeats the hour, at its first passing.
 *
 * @param last `undefined`: there was none yet
 * @param now UTC epoch milliseconds
 */
export function planRun(
  { nightlyAt, zone }: NightlySchedule,
  last: LastRun | undefined,
  now: number,
): DueRun | undefined {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
  const isDue = (day: Temporal.PlainDate): boolean =>
    day.toZonedDateTime({ timeZone: zone, plainTime: nightlyAt }).epochMilliseconds <= now;
  const night = isDue(today) ? today : today.subtract({ days: 1 });
  const businessDate = night.subtract({ days: 1 }).toString();
  if (last === undefined || last.businessDate < businessDate) return { businessDate };
  return last.businessDate === businessDate && !last.hasEnded ? { businessDate } : undefined;
}

/** The next night's run. */
export interface NextRun extends DueRun {
  /** UTC epoch milliseconds. */
  readonly dueAt: number;
}

/** When the nightly run comes due next, and for which business date. Pure. */
export function findNextRun({ nightlyAt, zone }: NightlySchedule, now: number): NextRun {
  let night = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
  for (;;) {
    const dueAt = night.toZonedDateTime({ timeZone: zone, plainTime: nightlyAt }).epochMilliseconds;
    if (dueAt > now) return { dueAt, businessDate: night.subtract({ days: 1 }).toString() };
    night = night.add({ days: 1 });
  }
}

/** When the run for a business date came, or comes, due (UTC epoch milliseconds). Pure. */
export function dueAtOf({ nightlyAt, zone }: NightlySchedule, businessDate: string): number {
  return Temporal.PlainDate.from(businessDate)
    .add({ days: 1 })
    .toZonedDateTime({ timeZone: zone, plainTime: nightlyAt }).epochMilliseconds;
}
