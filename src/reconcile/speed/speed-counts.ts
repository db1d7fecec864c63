import type { Channel, Side } from "../../domain/channel.ts";

/** A channel, or a side: whichever of its channels was first. */
export type Feed = Channel | Side;

/** How often, by a number: a bin, or seconds. */
export type Histogram = ReadonlyMap<number, number>;

/** Episodes that one side alone has told of. */
export interface Untold {
  /** The bin of the seconds from the event to its receipt. */
  readonly bin: number;
  /** The hour of its receipt, from the UTC epoch. */
  readonly hour: number;
  readonly count: number;
}

/** What `facts/sums.ts` counted about receipts, read back. */
export interface SpeedCounts {
  /** By feed and status: bins of seconds from the event to its receipt. */
  readonly lags: ReadonlyMap<Feed, ReadonlyMap<string, Histogram>>;
  /** By status: bins of the seconds by which the new side was first; both have told. */
  readonly gains: ReadonlyMap<string, Histogram>;
  /** By status; the other side has not yet told. */
  readonly onlyLegacy: ReadonlyMap<string, readonly Untold[]>;
  readonly onlyNew: ReadonlyMap<string, readonly Untold[]>;
  /** By status: both have told, differently. */
  readonly unlike: ReadonlyMap<string, number>;
  /** New time minus legacy time of agreed pairs, in seconds. */
  readonly skew: Histogram;
  /** By feed: episodes by day of the event, and by day of receipt. */
  readonly eventDays: ReadonlyMap<Feed, ReadonlyMap<string, number>>;
  readonly receiptDays: ReadonlyMap<Feed, ReadonlyMap<string, number>>;
}

/** @param sums see `facts/sums.ts` */
export function toSpeedCounts(sums: ReadonlyMap<string, number>): SpeedCounts {
  const lags = new Map<Feed, Map<string, Map<number, number>>>();
  const gains = new Map<string, Map<number, number>>();
  const onlyLegacy = new Map<string, Untold[]>();
  const onlyNew = new Map<string, Untold[]>();
  const unlike = new Map<string, number>();
  const skew = new Map<number, number>();
  const eventDays = new Map<Feed, Map<string, number>>();
  const receiptDays = new Map<Feed, Map<string, number>>();
  const addLag = (feed: Feed, status: string, bin: string, count: number): void =>
    add(mapIn(mapIn(lags, feed), status), Number(bin), count);
  for (const [key, count] of sums) {
    // None of these families has a coordinate that could hold a bar.
    const [family, a = "", b = "", c = ""] = key.split("|");
    switch (family) {
      case "lag":
      case "sidelag":
        addLag(a as Feed, b, c, count);
        break;
      case "lagday":
      case "side":
        add(mapIn(eventDays, a as Feed), b, count);
        break;
      case "receiptday":
        add(mapIn(receiptDays, a as Feed), b, count);
        break;
      case "gain":
        add(mapIn(gains, a), Number(b), count);
        break;
      case "onlylegacy":
        listIn(onlyLegacy, a).push({ bin: Number(b), hour: Number(c), count });
        break;
      case "onlynew":
        listIn(onlyNew, a).push({ bin: Number(b), hour: Number(c), count });
        break;
      case "unlike":
        add(unlike, a, count);
        break;
      case "skew":
        add(skew, Number(a), count);
        break;
      default:
    }
  }
  return { lags, gains, onlyLegacy, onlyNew, unlike, skew, eventDays, receiptDays };
}

/** Several histograms as one. */
export function addUp(histograms: Iterable<Histogram>): Histogram {
  const all = new Map<number, number>();
  for (const histogram of histograms) for (const [at, count] of histogram) add(all, at, count);
  return all;
}

/** How many there are in all. */
export function countOf(histogram: ReadonlyMap<unknown, number>): number {
  return histogram.values().reduce((sum, count) => sum + count, 0);
}

function add<Key>(to: Map<Key, number>, key: Key, count: number): void {
  to.set(key, (to.get(key) ?? 0) + count);
}

function mapIn<Key, Inner, Value>(maps: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  let map = maps.get(key);
  if (map === undefined) {
    map = new Map();
    maps.set(key, map);
  }
  return map;
}

function listIn<Value>(lists: Map<string, Value[]>, key: string): Value[] {
  let list = lists.get(key);
  if (list === undefined) {
    list = [];
    lists.set(key, list);
  }
  return list;
}
