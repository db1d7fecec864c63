import { bucketOf } from "../domain/barcode.ts";
import { encodeDeliveries } from "../store/spool-codec.ts";
import type { Store } from "../store/store.ts";
import type { RawDelivery } from "./incoming.ts";

const MINUTE_MS = 60_000;

/**
 * Keeps deliveries as they came, all of them durably or none. Nothing of them
 * is read: what cannot be read later is set aside then, with its bytes.
 *
 * @param receiver names whoever received them. What it keeps in one minute
 *   lies together and can be unpacked together; several receivers are spread
 *   over the buckets
 */
export async function spoolDeliveries(
  store: Store,
  receiver: string,
  deliveries: readonly RawDelivery[],
): Promise<void> {
  const [first] = deliveries;
  if (first === undefined) return;
  const bucket = bucketOf(`${receiver} ${Math.floor(first.receivedAt / MINUTE_MS)}`);
  const batch = { bucket, deliveries: encodeDeliveries(deliveries) };
  await store.transaction(({ spool }) => spool.append(batch));
}
