import type { Claim } from "../store/claims.ts";
import { packKeyOf } from "../store/pack.ts";
import type { SpoolBatch, SpoolKey } from "../store/spool-access.ts";
import { readDeliveries } from "../store/spool-codec.ts";
import type { Store } from "../store/store.ts";
import type { GroupWorker } from "../store/work-on-groups.ts";
import { workOnWaiting } from "../store/work-on-groups.ts";
import { haulPayloads } from "./haul-payloads.ts";
import type { PayloadIntake, RawDelivery } from "./incoming.ts";
import type { IntakeTally, RowsByChannel } from "./intake-tally.ts";
import { addRows, NO_ROWS_BY_CHANNEL } from "./intake-tally.ts";
import { makeHaulWriter } from "./save-hauls.ts";

/**
 * So many bytes of deliveries share a transaction: each commit waits for the
 * disk, and where one process writes at a time, receivers wait for each.
 */
const BYTES_A_COMMIT = 1024 * 1024;

/**
 * Unpacks everything that waits in the spool, together with all others who do
 * so: deliveries are read, appended to the inbox, and gone from the spool, in
 * one transaction. What cannot be read is set aside. When it returns, what was
 * there when it was called is unpacked; what came since may wait.
 *
 * @param parse never throws for what a delivery holds
 * @returns rows that need no settling
 */
export async function unpackSpool(
  store: Store,
  worker: GroupWorker,
  parse: (delivery: RawDelivery) => PayloadIntake,
): Promise<RowsByChannel> {
  let total = NO_ROWS_BY_CHANNEL;
  await workOnWaiting(
    store,
    worker,
    () => store.spool.buckets(),
    async (claim, buckets) => {
      for (const keys of toPortions(await listBatches(store, buckets))) {
        if (worker.signal?.aborted) return;
        const batches = await readBatches(store, keys);
        const { intakes: _, ...rows } = await unpack(store, claim, batches, parse);
        total = { ...total, webhook: addRows(total.webhook, rows) };
      }
    },
  );
  return total;
}

type SizedKey = SpoolKey & { readonly bytes: number };

async function listBatches(store: Store, buckets: readonly number[]): Promise<SizedKey[]> {
  const listed: SizedKey[] = [];
  for (const bucket of buckets) listed.push(...(await store.spool.sizes(bucket)));
  return listed;
}

function* toPortions(keys: readonly SizedKey[]): Generator<readonly SpoolKey[]> {
  let portion: SizedKey[] = [];
  let bytes = 0;
  for (const key of keys) {
    portion.push(key);
    bytes += key.bytes;
    if (bytes < BYTES_A_COMMIT) continue;
    yield portion;
    portion = [];
    bytes = 0;
  }
  if (portion.length > 0) yield portion;
}

async function readBatches(store: Store, keys: readonly SpoolKey[]): Promise<(SpoolBatch & SpoolKey)[]> {
  const batches: (SpoolBatch & SpoolKey)[] = [];
  for (const [bucket, ofBucket] of Map.groupBy(keys, (key) => key.bucket)) {
    const seqs = ofBucket.map(({ seq }) => seq);
    batches.push(...(await store.spool.batches(bucket, seqs)));
  }
  return batches;
}

/** Nobody but the holder of the claim removes batches, so that those that were read before the transaction are still there. */
async function unpack(
  store: Store,
  claim: Claim,
  batches: readonly (SpoolBatch & SpoolKey)[],
  parse: (delivery: RawDelivery) => PayloadIntake,
): Promise<IntakeTally> {
  const deliveries = batches.flatMap((batch) => [...readDeliveries(batch.deliveries)]);
  const pack = packKeyOf(deliveries.map(({ body }) => body));
  const haul = haulPayloads("webhook", deliveries.values().map(parse), pack);
  return store.transaction(async (tx) => {
    await tx.assertClaim(claim);
    const writer = makeHaulWriter(tx, "webhook");
    await writer.add(haul);
    await tx.spool.remove(batches);
    return writer.finish();
  });
}
