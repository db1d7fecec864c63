import type { Barcode } from "../domain/barcode.ts";
import { bucketOf } from "../domain/barcode.ts";
import type { KeptObservation } from "../domain/merge-observation.ts";
import { decodeObservations } from "../store/dossier-codec.ts";
import { findClashes, parcelBucketOf, toEventKey } from "../store/event-keys.ts";
import { encodeRestoration, encodeWithdrawal, readRecords, toRecordLine } from "../store/inbox-record.ts";
import type { EventKeys } from "../store/intake-access.ts";
import type { StoreTransaction } from "../store/store.ts";
import { compareHolders } from "./settle-records.ts";

/**
 * Sees to it that an event id counts for one parcel only: of several parcels
 * that claim one, the delivery received first counts, whichever is taken in
 * first. Bodies about the same parcel are told apart when they are settled.
 *
 * @param fresh keys that have just been kept, with their records in the inbox
 * @param kept those that were there before
 */
export async function resolveClashes(
  tx: StoreTransaction,
  fresh: readonly EventKeys[],
  kept: readonly EventKeys[],
): Promise<void> {
  const keptOf = Map.groupBy(kept, ({ bucket }) => bucket);
  for (const { bucket, keys } of fresh) {
    const before = (keptOf.get(bucket) ?? []).map((run) => run.keys);
    for (const group of findClashes(keys, before)) await resolveGroup(tx, new Set(group));
  }
}

/** Looks at all who may hold the events of a group of keys, and lets one parcel keep each. */
async function resolveGroup(tx: StoreTransaction, keys: ReadonlySet<number>): Promise<void> {
  const holders: KeptObservation[] = [];
  for (const bucket of new Set([...keys].map(parcelBucketOf))) {
    for (const observation of await readDeliveries(tx, bucket)) {
      if (keys.has(toEventKey(observation.identity, observation.barcode))) holders.push(observation);
    }
  }
  for (const contenders of Map.groupBy(holders, ({ identity }) => identity).values()) {
    const [winner, ...others] = contenders.sort(compareHolders);
    const losers = others.filter(({ barcode }) => barcode !== winner?.barcode);
    if (winner === undefined || losers.length === 0) continue;
    await append(tx, winner.barcode, encodeRestoration(winner.intake));
    for (const { barcode, identity, intake } of losers) {
      await append(tx, barcode, encodeWithdrawal({ identity, intake, winner: winner.intake }));
    }
  }
}

/**
 * Every delivery about the parcels of a bucket, settled or not. The inbox is
 * read first: what another settles meanwhile is then seen twice, not never.
 */
async function readDeliveries(tx: StoreTransaction, bucket: number): Promise<KeptObservation[]> {
  const found: KeptObservation[] = [];
  for (const { channel, records } of await tx.parcels.inbox(bucket)) {
    if (channel !== "webhook") continue;
    for (const record of readRecords(records)) {
      if (record.kind !== "observation") continue;
      found.push(...decodeObservations(record.barcode, "webhook", record.entry));
    }
  }
  for (const { barcode, observations } of await tx.parcels.channelDossiers(bucket, "webhook", null)) {
    found.push(...decodeObservations(barcode, "webhook", observations));
  }
  return found;
}

async function append(tx: StoreTransaction, barcode: Barcode, entry: string): Promise<void> {
  const records = Buffer.from(toRecordLine(barcode, entry));
  await tx.intakes.saveRecords([{ bucket: bucketOf(barcode), channel: "webhook", records }]);
}
