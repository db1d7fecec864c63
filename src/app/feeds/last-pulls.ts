import { z } from "zod";
import type { FeedStateReader } from "../../store/feed-state-access.ts";
import type { App } from "../open-app.ts";
import type { FeedPull } from "./feed-pull.ts";

/** How the last pull of a feed ended, for people who look later. */
export interface LastPull {
  /** UTC epoch milliseconds. */
  readonly endedAt: number;
  /** The first of them. */
  readonly problems: readonly string[];
}

const KEY = "last pull";
const GOOD_KEY = "last good pull";
const MOST_PROBLEMS = 5;
const PROBLEMS = z.array(z.string());

/** Remembers how pulls ended. */
export async function savePulls({ store, clock }: App, pulls: readonly FeedPull[]): Promise<void> {
  if (pulls.length === 0) return;
  await store.transaction(async ({ feedStates }) => {
    for (const { feed, problems } of pulls) {
      const value = JSON.stringify(problems.slice(0, MOST_PROBLEMS));
      const changedAt = clock();
      await feedStates.save({ feed, key: KEY, value, changedAt });
      if (problems.length === 0) await feedStates.save({ feed, key: GOOD_KEY, value: "{}", changedAt });
    }
  });
}

/** @param feed such as `scan-files postnl` */
export async function findLastPull(states: FeedStateReader, feed: string): Promise<LastPull | undefined> {
  const state = await states.find(feed, KEY);
  if (state === undefined) return undefined;
  return { endedAt: state.changedAt, problems: PROBLEMS.parse(JSON.parse(state.value)) };
}

/** When a pull of a feed last ended without a problem (UTC epoch milliseconds). */
export async function findLastGoodPull(states: FeedStateReader, feed: string): Promise<number | undefined> {
  return (await states.find(feed, GOOD_KEY))?.changedAt;
}
