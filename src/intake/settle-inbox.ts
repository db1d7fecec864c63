import type { Store } from "../store/store.ts";
import type { GroupWorker } from "../store/work-on-groups.ts";
import { workOnWaiting } from "../store/work-on-groups.ts";
import type { RowsByChannel } from "./intake-tally.ts";
import { addByChannel, NO_ROWS_BY_CHANNEL } from "./intake-tally.ts";
import { settleBuckets } from "./settle-buckets.ts";

/**
 * Settles everything that waits in the inbox, together with all others who do
 * so. When it returns, what was there when it was called is settled; what came
 * since may wait.
 *
 * @returns what became of the rows that this call settled
 */
export async function settleInbox(store: Store, worker: GroupWorker): Promise<RowsByChannel> {
  let total = NO_ROWS_BY_CHANNEL;
  await workOnWaiting(
    store,
    worker,
    () => store.parcels.inboxBuckets(),
    async (claim, buckets) => {
      total = addByChannel(total, await settleBuckets(store, claim, buckets));
    },
  );
  return total;
}
