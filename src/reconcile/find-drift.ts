import { DAY_MS } from "../domain/instant.ts";
import { compareText } from "../domain/observation.ts";
import type { DayTraffic, Sighting, Traffic, TrafficField } from "../domain/traffic.ts";
import { dayOf, TRAFFIC_FIELDS } from "../domain/traffic.ts";

/** What is different in a service's payloads from what was usual. A notice: it changes no verdict. */
export type Drift = {
  /** When the first payload that shows it was received; of a field that is gone, the beginning of that day. */
  readonly firstSeenAt: number;
  /** Rows (`gone`, `code`), or payloads among those that were looked at (`new`, `type`), that show it. */
  readonly count: number;
  /** A payload's skeleton as JSON; `null`: none was kept. */
  readonly sample: string | null;
} & (
  | {
      readonly what: "gone";
      readonly field: TrafficField;
      /** Shares of the rows that had it, 0 to 1. */
      readonly usual: number;
      readonly now: number;
    }
  | { readonly what: "new"; readonly path: string; readonly kind: string }
  | {
      readonly what: "type";
      readonly path: string;
      readonly kind: string;
      readonly usualKinds: readonly string[];
    }
  | { readonly what: "code"; readonly code: string }
);

/** So long a feed is only learnt from: so many days with rows, and so many rows. */
const LEARN_DAYS = 3;
const LEARN_ROWS = 200;
/** So many days a notice stands, counted to the newest day with rows. */
const STANDS_DAYS = 14;
/** A day with fewer rows says nothing about rates. */
const MOST_TIMID_ROWS = 20;
/** So few rows prove no change. */
const LEAST_ROWS_NOW = 50;
/**
 * How improbable the rows of now must be if nothing had changed. There are some 140 questions
 * (ten fields, fourteen days) each night, so one in a billion each is one false notice in 19,000 years.
 */
const ALPHA = 1e-9;

/**
 * Compares what payloads showed of late with what was usual.
 *
 * A path, a kind of value or a code that the contract does not know is news when it is first seen after three
 * days with together 200 rows. A field is gone when, from some day on, fewer
 * than half as many of the rows have it as on the poorest day before, and that
 * is no chance: by Chernoff's bound on the binomial tail (Hoeffding 1963,
 * theorem 1: P ≤ exp(−n·KL(now‖usual))) with the lower end of Wilson's interval
 * (1927) for what was usual. The poorest day is what keeps a field quiet that
 * some customers fill and others do not: their shares differ from day to day.
 *
 * @param knownCodes the contract's wire codes, lower case: a rare one is no news
 */
export function findDrift(traffic: Traffic, knownCodes: ReadonlyMap<string, unknown>): Drift[] {
  const days = [...traffic.days].sort(([a], [b]) => a - b);
  const newest = days.at(-1)?.[0];
  if (newest === undefined) return [];
  const isNews = ({ firstAt }: Sighting): boolean => {
    const day = dayOf(firstAt);
    return day > newest - STANDS_DAYS && hasLearnt(days.filter(([other]) => other < day));
  };
  return [
    ...TRAFFIC_FIELDS.flatMap((field, i) => findGone(field, i, days, newest, traffic)),
    ...findNewPaths(traffic, isNews),
    ...[...traffic.codes]
      .filter(([code, sighting]) => !knownCodes.has(code) && isNews(sighting))
      .map(
        ([code, { firstAt, count, sample }]): Drift => ({
          what: "code",
          code,
          firstSeenAt: firstAt,
          count,
          sample,
        }),
      ),
  ].sort((a, b) => a.firstSeenAt - b.firstSeenAt);
}

type Day = readonly [day: number, traffic: DayTraffic];

function hasLearnt(days: readonly Day[]): boolean {
  return days.length >= LEARN_DAYS && sumOf(days, ({ rows }) => rows) >= LEARN_ROWS;
}

function findGone(
  field: TrafficField,
  index: number,
  days: readonly Day[],
  newest: number,
  { lacking }: Traffic,
): Drift[] {
  const filledOf = ({ filled }: DayTraffic): number => filled[index] ?? 0;
  for (const [split, [day]] of days.entries()) {
    if (day <= newest - STANDS_DAYS) continue;
    const before = days.slice(0, split).filter(([, { rows }]) => rows >= MOST_TIMID_ROWS);
    if (!hasLearnt(before)) continue;
    const after = days.slice(split);
    const [rows, filled] = [sumOf(after, (one) => one.rows), sumOf(after, filledOf)];
    const [rowsBefore, filledBefore] = [sumOf(before, (one) => one.rows), sumOf(before, filledOf)];
    const poorest = Math.min(...before.map(([, one]) => filledOf(one) / one.rows));
    const now = filled / rows;
    if (rows < LEAST_ROWS_NOW || now >= poorest / 2) continue;
    const usual = toWilsonLower(filledBefore, rowsBefore);
    if (now >= usual || rows * toDivergence(now, usual) < -Math.log(ALPHA)) continue;
    // Not from a day on that was still as usual: the poorest would hide a later one.
    const [, first] = days[split] as Day;
    if (filledOf(first) / first.rows >= poorest / 2) continue;
    const specimen = lacking.get(field);
    const firstSeenAt = day * DAY_MS;
    return [
      {
        what: "gone",
        field,
        usual: filledBefore / rowsBefore,
        now,
        firstSeenAt,
        count: rows - filled,
        sample: specimen !== undefined && specimen.at >= firstSeenAt ? specimen.sample : null,
      },
    ];
  }
  return [];
}

/** Of the normal distribution, for {@link ALPHA} on one side. */
const Z = 6;

/** The lower end of Wilson's interval: what is surely the rate, however few there were. */
function toWilsonLower(filled: number, rows: number): number {
  const rate = filled / rows;
  const spread = Z * Math.sqrt((rate * (1 - rate)) / rows + Z ** 2 / (4 * rows ** 2));
  return Math.max(0, (rate + Z ** 2 / (2 * rows) - spread) / (1 + Z ** 2 / rows));
}

/** Kullback and Leibler's divergence of two rates, in nats. */
function toDivergence(now: number, usual: number): number {
  const part = (p: number, q: number): number => (p === 0 ? 0 : p * Math.log(p / q));
  return part(now, usual) + part(1 - now, 1 - usual);
}

function findNewPaths({ paths }: Traffic, isNews: (sighting: Sighting) => boolean): Drift[] {
  const byPath = new Map<string, { readonly kind: string; readonly sighting: Sighting }[]>();
  for (const [key, sighting] of paths) {
    const blank = key.lastIndexOf(" ");
    const [path, kind] = [key.slice(0, blank), key.slice(blank + 1)];
    const kinds = byPath.get(path) ?? [];
    kinds.push({ kind, sighting });
    byPath.set(path, kinds);
  }
  const found: Drift[] = [];
  const told = new Set<string>();
  for (const [path, kinds] of [...byPath].sort(([a], [b]) => compareText(a, b))) {
    kinds.sort((a, b) => a.sighting.firstAt - b.sighting.firstAt || compareText(a.kind, b.kind));
    const [first] = kinds;
    if (first === undefined) continue;
    const values = kinds.filter(({ kind }) => kind !== "null");
    const isNewPath = isNews(first.sighting);
    const changed = isNewPath ? [] : values.slice(1).filter(({ sighting }) => isNews(sighting));
    if (!isNewPath && changed.length === 0) continue;
    told.add(path);
    // What stands in something new is not told again.
    if (listParents(path).some((parent) => told.has(parent))) continue;
    if (isNewPath) {
      const { kind, sighting } = values[0] ?? first;
      found.push({ what: "new", path, kind, ...toSight(sighting) });
    }
    for (const { kind, sighting } of changed) {
      const usualKinds = values
        .filter((other) => other.sighting.firstAt < sighting.firstAt)
        .map((other) => other.kind);
      if (usualKinds.length > 0) found.push({ what: "type", path, kind, usualKinds, ...toSight(sighting) });
    }
  }
  return found;
}

function toSight({ firstAt, count, sample }: Sighting): Pick<Drift, "firstSeenAt" | "count" | "sample"> {
  return { firstSeenAt: firstAt, count, sample };
}

/** `a.b[].c` → `a`, `a.b`, `a.b[]`. */
function listParents(path: string): string[] {
  return [...path.matchAll(/\[\]|\./g)]
    .flatMap(({ 0: mark, index }) =>
      mark === "." ? [path.slice(0, index)] : [path.slice(0, index), path.slice(0, index + 2)],
    )
    .filter((parent) => parent !== path && parent !== "");
}

function sumOf(days: readonly Day[], figureOf: (traffic: DayTraffic) => number): number {
  return days.reduce((sum, [, traffic]) => sum + figureOf(traffic), 0);
}
