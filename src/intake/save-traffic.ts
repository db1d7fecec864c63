import type { Channel } from "../domain/channel.ts";
import { DAY_MS } from "../domain/instant.ts";
import { compareText } from "../domain/observation.ts";
import type { Sighting, Traffic } from "../domain/traffic.ts";
import { addTraffic, NO_TRAFFIC } from "../domain/traffic.ts";
import type { FeedStateReader, FeedStateWriter } from "../store/feed-state-access.ts";
import type { HauledTraffic } from "./traffic-tally.ts";

/** Keeps what the payloads of one channel have shown, in the transaction that keeps their rows. */
export interface TrafficSaver {
  readonly add: (hauled: HauledTraffic | null) => void;
  readonly save: () => Promise<void>;
}

export function makeTrafficSaver(states: FeedStateWriter, channel: Channel): TrafficSaver {
  const fresh = new Map<string, Traffic>();
  return {
    add(hauled) {
      if (hauled === null) return;
      const { contract, traffic } = hauled;
      fresh.set(contract, addTraffic(fresh.get(contract) ?? NO_TRAFFIC, traffic));
    },
    async save() {
      for (const [contract, traffic] of fresh) {
        if (traffic.days.size === 0 && traffic.paths.size === 0) continue;
        const sum = trim(addTraffic(await readTraffic(states, contract, channel), traffic));
        await states.save({
          feed: toFeed(contract),
          key: toKey(channel),
          value: encode(sum),
          // The moment it speaks of; no clock is asked.
          changedAt: (Math.max(...sum.days.keys(), 0) + 1) * DAY_MS,
        });
      }
      fresh.clear();
    },
  };
}

/** What the payloads of a channel have shown under a contract. */
export async function readTraffic(
  states: FeedStateReader,
  contract: string,
  channel: Channel,
): Promise<Traffic> {
  const state = await states.find(toFeed(contract), toKey(channel));
  return state === undefined ? NO_TRAFFIC : decode(state.value);
}

/** So many days are remembered one by one. */
const MOST_DAYS = 42;
const MOST_PATHS = 1000;
const MOST_CODES = 500;
/** So many of the newest sights keep the skeleton of their payload. */
const MOST_SAMPLES = 100;

const toFeed = (contract: string): string => `contract ${contract}`;
const toKey = (channel: Channel): string => `traffic ${channel}`;

/** Keeps what is remembered small: the newest days and samples, and of names only so many. */
function trim({ days, paths, codes, lacking }: Traffic): Traffic {
  const newest = Math.max(...days.keys());
  return {
    days: new Map([...days].filter(([day]) => day > newest - MOST_DAYS)),
    paths: trimSightings(paths, MOST_PATHS),
    codes: trimSightings(codes, MOST_CODES),
    lacking,
  };
}

function trimSightings(all: ReadonlyMap<string, Sighting>, most: number): Map<string, Sighting> {
  const inOrder = [...all].sort(
    ([a, { firstAt }], [b, other]) => firstAt - other.firstAt || compareText(a, b),
  );
  const kept = inOrder.slice(0, most);
  return new Map(
    kept.map(([key, sighting], i) => [
      key,
      i >= kept.length - MOST_SAMPLES ? sighting : { ...sighting, sample: null },
    ]),
  );
}

function encode({ days, paths, codes, lacking }: Traffic): string {
  return JSON.stringify({ days: [...days], paths: [...paths], codes: [...codes], lacking: [...lacking] });
}

function decode(value: string): Traffic {
  const { days, paths, codes, lacking } = JSON.parse(value) as Record<keyof Traffic, never>;
  return { days: new Map(days), paths: new Map(paths), codes: new Map(codes), lacking: new Map(lacking) };
}
