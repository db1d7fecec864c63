import type { CertificateDemand, CertificateState } from "../../domain/certificate.ts";
import { compareText } from "../../domain/observation.ts";
import type { GateDay } from "./gate-report.ts";
import { endOf } from "./judge-days.ts";

/** How the certificate of each channel stands, by UTC date and then by channel. */
export type DayStates = ReadonlyMap<string, ReadonlyMap<string, CertificateState>>;

/** Days on which the data of some channels is not shown to be all there. */
export interface Uncertified {
  readonly days: number;
  readonly channels: readonly string[];
  readonly first: string;
  readonly last: string;
}

/** What the demand is held against. */
export interface CertifiedFeeds {
  readonly days: DayStates;
  /** Channels in use, and when each first spoke (UTC epoch milliseconds); `null`: not yet. */
  readonly begunAt: ReadonlyMap<string, number | null>;
}

/**
 * Holds the days on which a verdict would rest against their certificates:
 * from the first of them to the last, also those without traffic, because that
 * there was none is what a certificate shows. Which days these are does not
 * depend on it, so that what is missing never moves a bad day out of sight.
 *
 * @param last the days that count, oldest first
 * @param demand all: of every channel in use that had begun to speak by the day
 * @returns `lacking`: something is not there; `unproven`: nobody can vouch for it; `unknown`: no run judged it
 */
export function findUncertified(
  last: readonly Pick<GateDay, "day">[],
  demand: CertificateDemand,
  { days, begunAt }: CertifiedFeeds,
): Readonly<Record<"lacking" | "unproven" | "unknown", Uncertified | null>> {
  const [first] = last;
  const end = last.at(-1);
  const lacking = new Tally();
  const unproven = new Tally();
  const unknown = new Tally();
  if (first === undefined || end === undefined || demand === false) {
    return { lacking: null, unproven: null, unknown: null };
  }
  for (const day of listDays(first.day, end.day)) {
    const states = days.get(day);
    for (const channel of demand === true ? begunAt.keys() : demand) {
      const begun = begunAt.get(channel) ?? null;
      if (demand === true && begun !== null && begun >= endOf(day)) continue;
      const state = states?.get(channel);
      if (state === undefined) unknown.add(day, channel);
      else if (state === "unproven") unproven.add(day, channel);
      else if (state === "incomplete") lacking.add(day, channel);
    }
  }
  return { lacking: lacking.sum(), unproven: unproven.sum(), unknown: unknown.sum() };
}

class Tally {
  readonly #days = new Set<string>();
  readonly #channels = new Set<string>();

  add(day: string, channel: string): void {
    this.#days.add(day);
    this.#channels.add(channel);
  }

  sum(): Uncertified | null {
    const days = [...this.#days].sort(compareText);
    const [first] = days;
    const last = days.at(-1);
    if (first === undefined || last === undefined) return null;
    return { days: days.length, channels: [...this.#channels].sort(compareText), first, last };
  }
}

function listDays(first: string, last: string): string[] {
  const days: string[] = [];
  const end = Temporal.PlainDate.from(last);
  for (let day = Temporal.PlainDate.from(first); Temporal.PlainDate.compare(day, end) <= 0; ) {
    days.push(day.toString());
    day = day.add({ days: 1 });
  }
  return days;
}
