import type { Channel } from "../domain/channel.ts";
import { packKeyOf } from "../store/pack.ts";
import type { Store, StoreTransaction } from "../store/store.ts";
import type { GroupWorker } from "../store/work-on-groups.ts";
import { LEASE_MS } from "../store/work-on-groups.ts";
import type { Haul } from "./haul.ts";
import { haulFile } from "./haul-file.ts";
import { haulPayloads } from "./haul-payloads.ts";
import type { FileIntake, PayloadIntake } from "./incoming.ts";
import type { IntakeTally } from "./intake-tally.ts";
import { addTallies } from "./intake-tally.ts";
import { makeHaulWriter } from "./save-hauls.ts";
import { settleInbox } from "./settle-inbox.ts";

/** A small write in the transaction that takes something in, such as a cursor: kept with it, or not at all. */
export type AlsoWrite = (tx: StoreTransaction) => Promise<void>;

const WORKER: GroupWorker = { owner: `process ${process.pid}`, leaseMs: LEASE_MS };

/**
 * Takes in scan files in one transaction: raw content, rows, quarantine and
 * books, all or nothing; then settles them. Content that is known adds nothing
 * but its arrival, unless no row of it could be read: then it is read again,
 * because the layout may be the right one now.
 *
 * @param also what else is written in that transaction, after the rows were read
 */
export async function saveFiles(
  store: Store,
  files: readonly FileIntake[],
  also?: (tx: StoreTransaction) => Promise<void>,
): Promise<IntakeTally> {
  async function* haulAll(): AsyncGenerator<Haul> {
    for (const file of files) yield* haulFile(file);
  }
  return settleAfter(store, "legacy-scan", await append(store, "legacy-scan", haulAll(), also));
}

/**
 * Takes in deliveries or replies of one channel in one transaction, and
 * settles them.
 *
 * @param payloads in the order in which they stood; the outcome does not
 *   depend on it
 */
export async function savePayloads(
  store: Store,
  channel: Channel,
  payloads: readonly PayloadIntake[],
): Promise<IntakeTally> {
  return settleAfter(store, channel, await appendPayloads(store, channel, payloads));
}

/**
 * Appends deliveries or replies of one channel to the inbox, all of them
 * durably or none; settling them is left to others.
 *
 * @returns rows that need no settling
 */
export async function appendPayloads(
  store: Store,
  channel: Channel,
  payloads: readonly PayloadIntake[],
  also?: AlsoWrite,
): Promise<IntakeTally> {
  const pack = packKeyOf(payloads.map(({ content }) => content));
  return append(store, channel, [haulPayloads(channel, payloads, pack)], also);
}

/** @returns rows that need no settling */
async function append(
  store: Store,
  channel: Channel,
  hauls: Iterable<Haul> | AsyncIterable<Haul>,
  also?: AlsoWrite,
): Promise<IntakeTally> {
  return store.transaction(async (tx) => {
    const writer = makeHaulWriter(tx, channel);
    for await (const haul of hauls) await writer.add(haul);
    const counted = await writer.finish();
    await also?.(tx);
    return counted;
  });
}

async function settleAfter(store: Store, channel: Channel, counted: IntakeTally): Promise<IntakeTally> {
  const settled = await settleInbox(store, WORKER);
  return addTallies(counted, { intakes: 0, ...settled[channel] });
}
