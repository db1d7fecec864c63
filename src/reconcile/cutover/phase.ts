import type { Channel } from "../../domain/channel.ts";
import { CHANNELS_OF } from "../../domain/channel.ts";
import type { CutoverCalendar, CutoverPhase, Wave } from "../../domain/cutover.ts";
import { CUTOVER_PHASES } from "../../domain/cutover.ts";

/** Where a customer is on a channel. `before`: no phase has begun. */
export interface CutoverStanding {
  readonly phase: CutoverPhase | "before";
  /** The wave whose dates count; `null`: the calendar's own. */
  readonly wave: string | null;
}

/**
 * Which phase a customer is in at a moment.
 *
 * @param at UTC epoch milliseconds
 * @param customer its number; `null`: not known, so no customer's wave is his
 */
export function standingOf(
  calendar: CutoverCalendar,
  at: number,
  customer: string | null,
  channel: Channel,
): CutoverStanding {
  const wave = waveOf(calendar, customer, channel);
  const phase = CUTOVER_PHASES.findLast((one) => {
    const begins = beginOf(calendar, wave, one);
    return begins !== null && at >= begins;
  });
  return { phase: phase ?? "before", wave: wave?.id ?? null };
}

/** When a phase begins for a wave, or by the calendar's own date where it names none; `null`: not planned. */
export function beginOf(calendar: CutoverCalendar, wave: Wave | null, phase: CutoverPhase): number | null {
  return (wave?.dates[phase] ?? calendar.phases[phase])?.at ?? null;
}

/** The wave of a customer on a channel: one that names both comes before one that names the customer, then the channel. */
function waveOf(calendar: CutoverCalendar, customer: string | null, channel: Channel): Wave | null {
  let best: Wave | null = null;
  for (const wave of calendar.waves) {
    const isHis = wave.customers === null || (customer !== null && wave.customers.includes(customer));
    const isOfIt = wave.channels === null || wave.channels.includes(channel);
    if (isHis && isOfIt && (best === null || narrownessOf(wave) > narrownessOf(best))) best = wave;
  }
  return best;
}

/** How narrow a wave's scope is; of two that concern the same, the narrower one counts. */
function narrownessOf({ customers, channels }: Pick<Wave, "customers" | "channels">): number {
  return (customers === null ? 0 : 2) + (channels === null ? 0 : 1);
}

/** When the old feed ends, UTC epoch milliseconds; `null`: no end is planned. */
export interface LegacyEnds {
  /** Of customers that are not named. */
  readonly others: number | null;
  readonly customers: Readonly<Record<string, number | null>>;
}

/**
 * When the old feed tells nothing more of each customer: when the last of its
 * channels has ended. `null`: it never ends for anybody.
 */
export function toLegacyEnds(calendar: CutoverCalendar): LegacyEnds | null {
  const endOf = (customer: string | null): number | null => {
    const ends = CHANNELS_OF.legacy.map((channel) =>
      beginOf(calendar, waveOf(calendar, customer, channel), "oldEnds"),
    );
    return ends.includes(null) ? null : Math.max(...ends.map(Number));
  };
  const named = new Set(calendar.waves.flatMap(({ customers }) => customers ?? []));
  const customers = Object.fromEntries([...named].sort().map((customer) => [customer, endOf(customer)]));
  const others = endOf(null);
  const isEndless = others === null && Object.values(customers).every((end) => end === null);
  return isEndless ? null : { others, customers };
}

/** When the old feed ends for a customer; infinite where no end is planned. */
export function legacyEndOf(ends: LegacyEnds | null, customer: string | null): number {
  if (ends === null) return Infinity;
  const own = customer !== null && Object.hasOwn(ends.customers, customer);
  return (own ? ends.customers[customer] : ends.others) ?? Infinity;
}

/** When the old feed ends for the first customer; infinite where no end is planned. */
export function firstLegacyEndOf(ends: LegacyEnds | null): number {
  if (ends === null) return Infinity;
  return Math.min(...[ends.others, ...Object.values(ends.customers)].map((end) => end ?? Infinity));
}

/** When the old feed ends for the last customer: from then on its silence is as it should be. */
export function lastLegacyEndOf(ends: LegacyEnds | null): number {
  if (ends === null) return Infinity;
  return Math.max(...[ends.others, ...Object.values(ends.customers)].map((end) => end ?? Infinity));
}
