import type { CutoverCalendar, PhaseDate, Wave } from "../../src/domain/cutover.ts";

/** A phase's date, at midnight in Amsterdam. */
export function aPhaseDate(date: string): PhaseDate {
  const at = Temporal.PlainDate.from(date).toZonedDateTime("Europe/Amsterdam").epochMilliseconds;
  return { date, at, announced: null, changedOn: null, history: [] };
}

/** A wave of everybody, until a test says of whom. */
export function aWave({
  dates,
  ...wish
}: Omit<Partial<Wave>, "dates"> & { dates: Partial<Wave["dates"]> }): Wave {
  const none = { parallelRun: null, newLeads: null, oldEnds: null };
  return { id: "a", customers: null, channels: null, ...wish, dates: { ...none, ...dates } };
}

/** A calendar without dates, until a test names some. */
export function aCalendar({
  phases,
  ...wish
}: Omit<Partial<CutoverCalendar>, "phases"> & {
  phases?: Partial<CutoverCalendar["phases"]>;
} = {}): CutoverCalendar {
  return {
    phases: { parallelRun: null, newLeads: null, oldEnds: null, ...phases },
    waves: [],
    rollback: { windowMs: 24 * 3_600_000, leastEvents: 10, wrongMessages: 0.01, openCritical: 0.005 },
    ...wish,
  };
}
