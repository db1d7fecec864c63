import type { GroupWorker } from "../store/bucket-groups.ts";
import { bucketsOf, groupOf, workOnGroups } from "../store/bucket-groups.ts";
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
  let left: ReadonlySet<number> | undefined;
  const done = new Set<number>();
  await workOnGroups(
    store,
    worker,
    async () => {
      const waiting = new Set((await store.parcels.inboxBuckets()).map(groupOf));
      left = (left?.intersection(waiting) ?? waiting).difference(done);
      return [...left];
    },
    async (claim, group) => {
      total = addByChannel(total, await settleBuckets(store, claim, bucketsOf(group)));
      done.add(group);
    },
  );
  return total;
}
