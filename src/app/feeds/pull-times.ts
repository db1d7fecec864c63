import type { Store } from "../../store/store.ts";

const FEED = "worker";
const KEYS = { pulledAt: "pulled", sweptAt: "swept" } as const;
type Times = { readonly [name in keyof typeof KEYS]: number | undefined };

/** When feeds were last fetched on a store, by whichever worker (UTC epoch milliseconds). */
export async function readPullTimes({ feedStates }: Pick<Store, "feedStates">): Promise<Times> {
  const find = async (key: string): Promise<number | undefined> =>
    (await feedStates.find(FEED, key))?.changedAt;
  return { pulledAt: await find(KEYS.pulledAt), sweptAt: await find(KEYS.sweptAt) };
}

/** Notes that feeds were fetched. */
export async function savePullTime(
  store: Pick<Store, "transaction">,
  what: keyof typeof KEYS,
  at: number,
): Promise<void> {
  await store.transaction(({ feedStates }) =>
    feedStates.save({ feed: FEED, key: KEYS[what], value: "{}", changedAt: at }),
  );
}
