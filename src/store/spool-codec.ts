import type { RawDelivery } from "../intake/incoming.ts";

/*
 * A batch of the spool: its deliveries one behind the other, each as when it
 * was received (a double), the lengths of its name and its body (32 bits each),
 * the name (UTF-8) and the body. All little-endian. No more than copying,
 * because whoever sent them waits.
 */
const HEAD_BYTES = 8 + 4 + 4;

/** How many bytes a delivery takes in a batch. */
function toSpooledBytes({ body, deliveryId }: Pick<RawDelivery, "body" | "deliveryId">): number {
  return HEAD_BYTES + Buffer.byteLength(deliveryId) + body.length;
}

/** Puts deliveries into one batch. */
export function encodeDeliveries(deliveries: readonly RawDelivery[]): Uint8Array {
  // Memory of its own, so that another thread can take it over.
  const batch = Buffer.allocUnsafeSlow(deliveries.reduce((sum, one) => sum + toSpooledBytes(one), 0));
  let at = 0;
  for (const { body, receivedAt, deliveryId } of deliveries) {
    const nameBytes = batch.write(deliveryId, at + HEAD_BYTES);
    batch.writeDoubleLE(receivedAt, at);
    batch.writeUInt32LE(nameBytes, at + 8);
    batch.writeUInt32LE(body.length, at + 12);
    at += HEAD_BYTES + nameBytes;
    batch.set(body, at);
    at += body.length;
  }
  return batch;
}

/** The deliveries of a batch, in order. Their bodies are parts of it, not copies. */
export function* readDeliveries(batch: Uint8Array): Generator<RawDelivery> {
  const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const receivedAt = bytes.readDoubleLE(at);
    const name = at + HEAD_BYTES;
    const body = name + bytes.readUInt32LE(at + 8);
    const end = body + bytes.readUInt32LE(at + 12);
    if (end > bytes.length) throw new Error("a batch of the spool ends within a delivery");
    yield { receivedAt, deliveryId: bytes.toString("utf8", name, body), body: bytes.subarray(body, end) };
    at = end;
  }
}
