import { compareText } from "../../domain/observation.ts";
import type { Sums } from "../facts/sums.ts";
import type { EpisodeCounts, GateCode } from "./gate-report.ts";
import type { GateFindings } from "./gather-findings.ts";
import type { Dimension } from "./policy.ts";
import { DIMENSIONS } from "./policy.ts";

/** One part of the traffic, day by day (UTC dates of the event). */
export interface StratumCounts {
  readonly dimension: Dimension;
  readonly value: string;
  readonly days: ReadonlyMap<string, EpisodeCounts>;
}

const NO_COUNTS: EpisodeCounts = Object.freeze({ clean: 0, bad: 0, pending: 0, known: 0 });

/** `open` and `explained` are bad: either way the new feed did not say what the old one said. */
const COUNTED_AS = {
  clean: "clean",
  open: "bad",
  explained: "bad",
  pending: "pending",
  known: "known",
} as const;

const DAY_KEY = /^day\|(\d{4}-\d{2}-\d{2})\|([a-z]+)\|(.*)\|([a-z]+)$/s;

/**
 * The episodes of each stratum by day, those of all traffic first.
 *
 * What the webhook did not push, or the status API did not list, is no episode
 * of that channel, because it did not tell of it; it is added to its bad ones.
 */
export function readStrata(sums: Sums, { missedBy }: Pick<GateFindings, "missedBy">): StratumCounts[] {
  const strata = new Map<string, { dimension: Dimension; value: string; days: Map<string, EpisodeCounts> }>();
  const add = (
    dimension: Dimension,
    value: string,
    day: string,
    part: keyof EpisodeCounts,
    count: number,
  ) => {
    const key = `${dimension}|${value}`;
    let stratum = strata.get(key);
    if (stratum === undefined) {
      stratum = { dimension, value, days: new Map() };
      strata.set(key, stratum);
    }
    const counts = stratum.days.get(day) ?? NO_COUNTS;
    stratum.days.set(day, { ...counts, [part]: counts[part] + count });
  };
  for (const [key, count] of sums) {
    const [, day, dimension, value, standing] = DAY_KEY.exec(key) ?? [];
    if (day === undefined || value === undefined || !isDimension(dimension) || !isStanding(standing))
      continue;
    add(dimension, value, day, COUNTED_AS[standing], count);
  }
  for (const { channel, day, part, count } of missedBy) add("channel", channel, day, part, count);
  return [...strata.values()].sort(
    (a, b) =>
      DIMENSIONS.indexOf(a.dimension) - DIMENSIONS.indexOf(b.dimension) || compareText(a.value, b.value),
  );
}

/** The codes in use on some days, most used first. */
export function readCodes(sums: Sums, days: ReadonlySet<string>): GateCode[] {
  const codes = new Map<string, { seen: number; met: number }>();
  for (const [key, count] of sums) {
    const isSeen = key.startsWith("codeday|");
    if (!(isSeen || key.startsWith("codeok|"))) continue;
    const [, day = "", ...parts] = key.split("|");
    if (!days.has(day)) continue;
    const code = parts.join("|");
    const { seen, met } = codes.get(code) ?? { seen: 0, met: 0 };
    codes.set(code, isSeen ? { seen: seen + count, met } : { seen, met: met + count });
  }
  return [...codes]
    .map(([code, counts]) => ({ code, ...counts }))
    .sort((a, b) => b.seen - a.seen || compareText(a.code, b.code));
}

/** The counts of some days together. */
export function sumCounts({ days }: StratumCounts, wanted: Iterable<string>): EpisodeCounts {
  let { clean, bad, pending, known } = NO_COUNTS;
  for (const day of wanted) {
    const counts = days.get(day);
    if (counts === undefined) continue;
    clean += counts.clean;
    bad += counts.bad;
    pending += counts.pending;
    known += counts.known;
  }
  return { clean, bad, pending, known };
}

function isDimension(text: string | undefined): text is Dimension {
  return (DIMENSIONS as readonly (string | undefined)[]).includes(text);
}

function isStanding(text: string | undefined): text is keyof typeof COUNTED_AS {
  return text !== undefined && Object.hasOwn(COUNTED_AS, text);
}
