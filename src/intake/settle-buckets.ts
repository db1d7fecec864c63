import { CHANNELS } from "../domain/channel.ts";
import { toMessage } from "../domain/errors.ts";
import type { InputCode } from "../domain/input-codes.ts";
import { NO_ROWS } from "../domain/verdict.ts";
import type { Claim } from "../store/claims.ts";
import { readRecords } from "../store/inbox-record.ts";
import type { InboxRow } from "../store/parcel-access.ts";
import type { Store, StoreTransaction } from "../store/store.ts";
import type { RowsByChannel } from "./intake-tally.ts";
import { addByChannel, addRows, NO_ROWS_BY_CHANNEL } from "./intake-tally.ts";
import type { SettledRecords, SettleEvent } from "./settle-records.ts";
import { settleRecords } from "./settle-records.ts";

/** So many bytes of records share a transaction: each commit waits for the disk. */
const BYTES_A_COMMIT = 4 * 1024 * 1024;

/**
 * Settles what waits in the inbox of some buckets into their parcels'
 * dossiers, and counts it in the channels' books.
 *
 * @param claim the right to do so; it covers all of `buckets`
 * @returns what became of the records
 * @throws ClaimLost when the claim was taken over; what is committed by then stays
 */
export async function settleBuckets(
  store: Store,
  claim: Claim,
  buckets: readonly number[],
): Promise<RowsByChannel> {
  let total = NO_ROWS_BY_CHANNEL;
  let waiting: Prepared[] = [];
  let bytes = 0;
  const commit = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const prepared = waiting;
    total = addByChannel(total, await store.transaction((tx) => saveAll(tx, claim, prepared)));
    waiting = [];
    bytes = 0;
  };
  for (const bucket of buckets) {
    const rows = await store.parcels.inbox(bucket);
    if (rows.length === 0) continue;
    waiting.push({ bucket, rows, settled: await settleBucket(store, bucket, rows) });
    bytes += rows.reduce((sum, { records }) => sum + records.length, 0);
    if (bytes >= BYTES_A_COMMIT) await commit();
  }
  await commit();
  return total;
}

/** What has to be written for one bucket. */
interface Prepared {
  readonly bucket: number;
  /** The inbox rows that are settled by it. */
  readonly rows: readonly Pick<InboxRow, "bucket" | "seq">[];
  readonly settled: readonly (SettledRecords & Pick<InboxRow, "channel">)[];
}

async function settleBucket(
  store: Store,
  bucket: number,
  rows: readonly InboxRow[],
): Promise<Prepared["settled"]> {
  const settled: (SettledRecords & Pick<InboxRow, "channel">)[] = [];
  for (const channel of CHANNELS) {
    const records = rows
      .filter((row) => row.channel === channel)
      .flatMap((row) => [...readRecords(row.records)]);
    if (records.length === 0) continue;
    const barcodes = [...new Set(records.map(({ barcode }) => barcode))];
    const kept = await store.parcels.channelDossiers(bucket, channel, barcodes);
    settled.push({ channel, ...settleRecords(bucket, channel, records, kept) });
  }
  return settled;
}

async function saveAll(tx: StoreTransaction, claim: Claim, all: readonly Prepared[]): Promise<RowsByChannel> {
  await tx.assertClaim(claim);
  await tx.dossiers.saveDossiers(all.flatMap(({ settled }) => settled.flatMap(({ dossiers }) => dossiers)));
  await tx.dossiers.clearInbox(all.flatMap(({ rows }) => rows));
  let total = NO_ROWS_BY_CHANNEL;
  for (const one of all.flatMap(({ settled }) => settled)) {
    const { channel, seen, accepted } = one;
    const quarantined = await saveEvents(tx, one.events);
    const rows = { seen, accepted, duplicates: seen - accepted - quarantined, quarantined };
    total = { ...total, [channel]: addRows(total[channel], rows) };
  }
  const bucket = all[0]?.bucket ?? 0;
  for (const channel of CHANNELS) {
    const nothingNew = { intakes: 0, firstReceivedAt: null, lastReceivedAt: null, deliveries: new Map() };
    if (total[channel] !== NO_ROWS)
      await tx.intakes.saveProgress({ channel, bucket, rows: total[channel], ...nothingNew });
  }
  return total;
}

/** @returns how many more rows are set aside than before */
async function saveEvents({ intakes }: StoreTransaction, events: readonly SettleEvent[]): Promise<number> {
  let quarantined = 0;
  for (const event of events) {
    switch (event.kind) {
      case "repeated":
        await intakes.saveArrivals([event.arrival]);
        break;
      case "won":
        quarantined -= await intakes.releaseQuarantined(event.intake, CONFLICT);
        break;
      case "lost":
        quarantined += await setAside(intakes, event);
        break;
    }
  }
  return quarantined;
}

const CONFLICT = "event_id_conflict" satisfies InputCode;

/** @returns 1, or 0 when it was set aside before */
async function setAside(
  intakes: StoreTransaction["intakes"],
  { loser, winner }: Extract<SettleEvent, { kind: "lost" }>,
): Promise<number> {
  const { intake: hash, channel, receivedAt, delivery, identity } = loser;
  const name = delivery?.name ?? "a delivery";
  const arrival = { channel, name, receivedAt, httpStatus: null };
  const known = (await intakes.saveIntakes([{ hash, arrival, rows: 1, rawKey: delivery?.pack ?? hash }])).get(
    hash,
  );
  if (known !== undefined) await intakes.saveArrivals([{ ...arrival, hash }]);
  if (known !== undefined && known.quarantined > 0) return 0;
  const message = toMessage({
    place: name,
    value: `event id '${identity.slice(EVENT.length)}' with another body`,
    expected: `one body per event id: intake ${winner.slice(0, 12)} came first and counts`,
    todo: "ask the carrier why the id was used again",
  });
  await intakes.saveQuarantined([{ hash, channel, name, line: 1, code: CONFLICT, message, raw: "" }]);
  return 1;
}

/** How the identity of a delivery with an event id begins. */
const EVENT = "e:";
