import type { Channel } from "../domain/channel.ts";
import type { DeliveryWindow } from "../domain/feed-progress.ts";
import { toKept } from "../domain/merge-observation.ts";
import type { Observation } from "../domain/observation.ts";
import { encodeObservation } from "../store/dossier-codec.ts";
import { encodeListing } from "../store/inbox-record.ts";
import { makePack } from "../store/pack.ts";
import type { Haul, HauledIntake } from "./haul.ts";
import { RecordSorter, toArrived } from "./haul.ts";
import type { PayloadIntake } from "./incoming.ts";

/**
 * Makes the haul of deliveries or replies. Their bodies go into one pack. A
 * delivery that gave its one observation is known by that; any other intake is
 * kept by itself.
 */
export function haulPayloads(channel: Channel, payloads: readonly PayloadIntake[]): Haul {
  const pack = makePack(payloads.map(({ content }) => content));
  const sorter = new RecordSorter();
  const intakes: HauledIntake[] = [];
  for (const payload of payloads) {
    const { arrival, hash, listed, rows } = payload;
    const delivered = channel === "webhook" ? findOnlyObservation(payload) : undefined;
    if (delivered !== undefined) {
      const kept = { ...toKept(delivered), delivery: { name: arrival.name, pack: pack.key } };
      sorter.add(delivered.barcode, encodeObservation(kept));
      sorter.addEvent(delivered.identity, delivered.barcode);
      continue;
    }
    for (const row of rows) {
      if (row.kind === "observation") sorter.add(row.observation.barcode, encodeObservation(toKept(row.observation)));
    }
    if (arrival.receivedAt !== null) {
      for (const barcode of listed) sorter.add(barcode, encodeListing(arrival.receivedAt));
    }
    intakes.push({
      hash,
      arrival,
      rawKey: pack.key,
      rows: rows.length,
      quarantined: rows.flatMap((row) => (row.kind === "quarantined" ? [row.quarantined] : [])),
    });
  }
  return {
    channel,
    raw: payloads.length === 0 ? [] : [pack],
    intakes,
    ...sorter.finish(),
    arrived: toArrived(payloads.map(({ arrival }) => arrival)),
    deliveries: toDeliveries(payloads),
    rows: payloads.reduce((sum, { rows }) => sum + rows.length, 0),
    isLast: true,
  };
}

function findOnlyObservation({ rows }: PayloadIntake): Observation | undefined {
  const [row] = rows;
  return rows.length === 1 && row?.kind === "observation" ? row.observation : undefined;
}

/** By customer number: when the deliveries that carry it were received. */
function toDeliveries(payloads: readonly PayloadIntake[]): Map<string, DeliveryWindow> {
  const windows = new Map<string, { firstAt: number; lastAt: number }>();
  for (const { customerNumber, arrival } of payloads) {
    const at = arrival.receivedAt;
    if (customerNumber === null || at === null) continue;
    const window = windows.get(customerNumber);
    if (window === undefined) windows.set(customerNumber, { firstAt: at, lastAt: at });
    else {
      if (at < window.firstAt) window.firstAt = at;
      if (at > window.lastAt) window.lastAt = at;
    }
  }
  return windows;
}
