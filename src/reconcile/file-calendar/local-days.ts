/** A day by a zone's clock. Instants are UTC epoch milliseconds. */
export interface LocalDay {
  readonly date: Temporal.PlainDate;
  /** ISO. */
  readonly key: string;
  readonly startAt: number;
  /** The next day's start: 23 to 25 hours later. */
  readonly endAt: number;
}

/** The days that a stretch of time touches, in order. */
export function listDays(fromAt: number, untilAt: number, zone: string): LocalDay[] {
  const days: LocalDay[] = [];
  let date = toLocal(fromAt, zone).toPlainDate();
  const last = toLocal(untilAt, zone).toPlainDate();
  while (Temporal.PlainDate.compare(date, last) <= 0) {
    const next = date.add({ days: 1 });
    days.push({ date, key: date.toString(), startAt: startOf(date, zone), endAt: startOf(next, zone) });
    date = next;
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

function startOf(date: Temporal.PlainDate, zone: string): number {
  return date.toZonedDateTime(zone).epochMilliseconds;
}
