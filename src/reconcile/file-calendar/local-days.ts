/** A day by a zone's clock. */
export interface LocalDay {
  readonly date: Temporal.PlainDate;
  /** ISO. */
  readonly key: string;
}

/** The days that a stretch of time (UTC epoch milliseconds) touches, in order. */
export function listDays(fromAt: number, untilAt: number, zone: string): LocalDay[] {
  const days: LocalDay[] = [];
  let date = toLocal(fromAt, zone).toPlainDate();
  const last = toLocal(untilAt, zone).toPlainDate();
  while (Temporal.PlainDate.compare(date, last) <= 0) {
    days.push({ date, key: date.toString() });
    date = date.add({ days: 1 });
  }
  return days;
}

export function toLocal(at: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}

/** Minutes since midnight that the clock shows. */
export function minuteOf(local: Temporal.ZonedDateTime): number {
  return local.hour * 60 + local.minute;
}

/** When a day's clock shows a time: one that is skipped comes an hour later, of a repeated one the first. */
export function instantOf(date: Temporal.PlainDate, minute: number, zone: string): number {
  return toReadings(date, minute, zone)[0];
}

/** Both instants at which a day's clock shows a time, mostly the same. */
export function toReadings(
  date: Temporal.PlainDate,
  minute: number,
  zone: string,
): readonly [number, number] {
  const time = date.toPlainDateTime().add({ minutes: minute });
  const read = (disambiguation: "compatible" | "later") =>
    time.toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
  return [read("compatible"), read("later")];
}
