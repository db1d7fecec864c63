import { bucketOf } from "../domain/barcode.ts";
import type { SpoolBatch } from "../store/spool-access.ts";
import { encodeDeliveries } from "../store/spool-codec.ts";
import type { Store } from "../store/store.ts";
import type { RawDelivery } from "./incoming.ts";

const MINUTE_MS = 60_000;

/**
 * Puts deliveries together as they came. Nothing of them is read: what cannot
 * be read later is set aside then, with its bytes.
 *
 * @param receiver names whoever received them. What it keeps in one minute
 *   lies together and can be unpacked together; several receivers are spread
 *   over the buckets
 */
export function toSpoolBatch(receiver: string, deliveries: readonly RawDelivery[]): SpoolBatch {
  const minute = Math.floor((deliveries[0]?.receivedAt ?? 0) / MINUTE_MS);
  return { bucket: bucketOf(`${receiver} ${minute}`), deliveries: encodeDeliveries(deliveries) };
}

/** Keeps batches, all of them durably or none. */
export async function spoolBatches(store: Store, batches: readonly SpoolBatch[]): Promise<void> {
  if (batches.length === 0) return;
  await store.transaction(async ({ spool }) => {
    for (const batch of batches) await spool.append(batch);
  });
}
