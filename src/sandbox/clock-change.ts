/** The zone of the carrier's scan files and of API v2. */
export const CARRIER_ZONE = "Europe/Amsterdam";

/**
 * Instants (UTC epoch milliseconds, `until` excluded) whose local time the
 * wall clock shows twice (`repeated`: the two hours around the autumn change),
 * or that a clock which was not put forward writes as a time that does not
 * exist (`skipped`: the hour after the spring change).
 */
export interface ClockChange {
  readonly kind: "repeated" | "skipped";
  readonly from: number;
  readonly until: number;
  /** The zone's offset before the change, such as `+01:00`. */
  readonly offsetBefore: string;
}

/** The clock changes of a zone between two instants, earliest first. */
export function listClockChanges(zone: string, from: number, until: number): readonly ClockChange[] {
  const changes: ClockChange[] = [];
  let moment: Temporal.ZonedDateTime | null =
    Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  for (;;) {
    const before: Temporal.ZonedDateTime = moment;
    moment = before.getTimeZoneTransition("next");
    if (moment === null || moment.epochMilliseconds > until) return changes;
    const at = moment.epochMilliseconds;
    const justBefore = moment.subtract({ nanoseconds: 1 });
    const gainedMs = (moment.offsetNanoseconds - justBefore.offsetNanoseconds) / 1_000_000;
    if (gainedMs < 0) {
      changes.push({
        kind: "repeated",
        from: at + gainedMs,
        until: at - gainedMs,
        offsetBefore: justBefore.offset,
      });
    } else if (gainedMs > 0) {
      changes.push({ kind: "skipped", from: at, until: at + gainedMs, offsetBefore: justBefore.offset });
    }
  }
}
