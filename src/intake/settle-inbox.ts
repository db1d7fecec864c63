import type { GroupWorker } from "../store/bucket-groups.ts";
import { groupOf, workOnGroups } from "../store/bucket-groups.ts";
import type { Store } from "../store/store.ts";
import type { RowsByChannel } from "./intake-tally.ts";
import { addByChannel, NO_ROWS_BY_CHANNEL } from "./intake-tally.ts";
import { settleBuckets } from "./settle-buckets.ts";

/**
 * Settles everything that waits in the inbox, together with all others who do
 * so. When it returns, what was there when it was called is settled; what came
 * since may wait, so that a steady stream does not hold it up for ever.
 *
 * @returns what became of the rows that this call settled
 */
export async function settleInbox(store: Store, worker: GroupWorker): Promise<RowsByChannel> {
  let total = NO_ROWS_BY_CHANNEL;
  let waiting: readonly number[] = [];
  let left: ReadonlySet<number> | undefined;
  const done = new Set<number>();
  await workOnGroups(
    store,
    worker,
    async () => {
      waiting = await store.parcels.inboxBuckets();
      const groups = new Set(waiting.map(groupOf));
      left = (left?.intersection(groups) ?? groups).difference(done);
      return [...left];
    },
    async (claim, group) => {
      const buckets = waiting.filter((bucket) => groupOf(bucket) === group);
      total = addByChannel(total, await settleBuckets(store, claim, buckets));
      done.add(group);
    },
  );
  return total;
}
