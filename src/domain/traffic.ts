import { DAY_MS } from "./instant.ts";
import type { DetailField } from "./observation.ts";
import { DETAIL_FIELDS } from "./observation.ts";

/** The fields of a contract of which it is counted how often they are filled. */
export const TRAFFIC_FIELDS = ["barcode", "code", "timestamp", "eventId", ...DETAIL_FIELDS] as const;
export type TrafficField = "barcode" | "code" | "timestamp" | "eventId" | DetailField;

/**
 * What the payloads of one service have shown: nothing of their content but
 * names, kinds and the values of the contract's fields. Sums and earliest
 * sights only, so that it is the same in whatever order and pieces it is
 * gathered.
 */
export interface Traffic {
  /** By day, counted from 1 January 1970, UTC: rows, and how many of them had each field. */
  readonly days: ReadonlyMap<number, DayTraffic>;
  /** By path and kind of value, such as `item.status.code text`; of those payloads that were looked at. */
  readonly paths: ReadonlyMap<string, Sighting>;
  /** By wire code, lower case; of all rows. */
  readonly codes: ReadonlyMap<string, Sighting>;
  /** By field, the newest payload that was looked at and lacked it. */
  readonly lacking: ReadonlyMap<TrafficField, Specimen>;
}

export interface DayTraffic {
  readonly rows: number;
  /** In the order of {@link TRAFFIC_FIELDS}. */
  readonly filled: readonly number[];
}

export interface Sighting {
  /** When the first payload that showed it was received (UTC epoch milliseconds). */
  readonly firstAt: number;
  readonly count: number;
  /** That payload's skeleton as JSON; `null`: not kept. */
  readonly sample: string | null;
}

export interface Specimen {
  /** When it was received (UTC epoch milliseconds). */
  readonly at: number;
  readonly sample: string;
}

export const NO_TRAFFIC: Traffic = Object.freeze({
  days: new Map(),
  paths: new Map(),
  codes: new Map(),
  lacking: new Map(),
});

/** The day on which an instant falls, as {@link Traffic} counts days. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

/** The sum of what two stretches of traffic showed. */
export function addTraffic(a: Traffic, b: Traffic): Traffic {
  return {
    days: join(a.days, b.days, addDays),
    paths: join(a.paths, b.paths, addSightings),
    codes: join(a.codes, b.codes, addSightings),
    lacking: join(a.lacking, b.lacking, laterOf),
  };
}

/** The one that was received last; of two received at once the same one, whichever was read first. */
function laterOf(a: Specimen, b: Specimen): Specimen {
  return b.at > a.at || (b.at === a.at && b.sample > a.sample) ? b : a;
}

function addDays(a: DayTraffic, b: DayTraffic): DayTraffic {
  return { rows: a.rows + b.rows, filled: a.filled.map((count, i) => count + (b.filled[i] ?? 0)) };
}

function addSightings(a: Sighting, b: Sighting): Sighting {
  return { ...earlierOf(a, b), count: a.count + b.count };
}

type FirstSight = Pick<Sighting, "firstAt" | "sample">;

/** The one that was received first; of two received at once the same one, whichever was read first. */
export function earlierOf(a: FirstSight, b: FirstSight): FirstSight {
  const isB = b.firstAt < a.firstAt || (b.firstAt === a.firstAt && (b.sample ?? "") > (a.sample ?? ""));
  const { firstAt, sample } = isB ? b : a;
  return { firstAt, sample };
}

function join<Key, Value>(
  a: ReadonlyMap<Key, Value>,
  b: ReadonlyMap<Key, Value>,
  add: (one: Value, other: Value) => Value,
): Map<Key, Value> {
  const sum = new Map(a);
  for (const [key, value] of b) {
    const before = sum.get(key);
    sum.set(key, before === undefined ? value : add(before, value));
  }
  return sum;
}
