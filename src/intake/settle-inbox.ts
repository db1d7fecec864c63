import { bucketsOf, groupOf, workOnGroups } from "../store/bucket-groups.ts";
import type { Store } from "../store/store.ts";
import type { RowsByChannel } from "./intake-tally.ts";
import { addByChannel, NO_ROWS_BY_CHANNEL } from "./intake-tally.ts";
import { settleBuckets } from "./settle-buckets.ts";

/**
 * Settles everything that waits in the inbox, together with all others who do
 * so. When it returns, what was there when it was called is settled.
 *
 * @returns what became of the rows that this call settled
 */
export async function settleInbox(store: Store, owner: string): Promise<RowsByChannel> {
  let total = NO_ROWS_BY_CHANNEL;
  await workOnGroups(
    store,
    owner,
    async () => [...new Set((await store.parcels.inboxBuckets()).map(groupOf))],
    async (claim, group) => {
      total = addByChannel(total, await settleBuckets(store, claim, bucketsOf(group)));
    },
  );
  return total;
}
