import type { Channel } from "../domain/channel.ts";
import type { Observation } from "../domain/observation.ts";
import { encodeFresh } from "../store/dossier-codec.ts";
import { encodeListing } from "../store/inbox-record.ts";
import { Packer } from "../store/pack.ts";
import type { Haul, HauledIntake } from "./haul.ts";
import { ArrivalClock, RecordSorter } from "./haul.ts";
import type { PayloadIntake } from "./incoming.ts";
import { TrafficTally } from "./traffic-tally.ts";

/** Kept, with the memory that they have grown to: a haul is made in one go, and many are made. */
const TOOLS = { packer: new Packer(), sorter: new RecordSorter() };

/**
 * Makes the haul of deliveries or replies. Their bodies go into one pack. A
 * delivery that gave its one observation is known by that; any other intake is
 * kept by itself.
 *
 * @param payloads each is let go before the next is taken
 * @param pack the key of the pack that their bodies make
 */
export function haulPayloads(channel: Channel, payloads: Iterable<PayloadIntake>, pack: string): Haul {
  const { packer, sorter } = TOOLS;
  packer.clear();
  sorter.clear();
  const intakes: HauledIntake[] = [];
  const deliveries = new Map<string, { firstAt: number; lastAt: number }>();
  const clock = new ArrivalClock();
  const traffic = new TrafficTally();
  let count = 0;
  for (const payload of payloads) {
    const { arrival, content, hash, listed, rows } = payload;
    packer.add(content);
    clock.add(arrival);
    count += rows.length;
    noteDelivery(payload, deliveries);
    traffic.add(payload);
    const delivered = channel === "webhook" ? findOnlyObservation(payload) : undefined;
    if (delivered !== undefined) {
      sorter.add(delivered.barcode, encodeFresh(delivered, { name: arrival.name, pack }));
      sorter.addEvent(delivered.identity, delivered.barcode);
      continue;
    }
    for (const row of rows) {
      if (row.kind === "observation") sorter.add(row.observation.barcode, encodeFresh(row.observation));
    }
    if (arrival.receivedAt !== null) {
      for (const barcode of listed) sorter.add(barcode, encodeListing(arrival.receivedAt));
    }
    intakes.push({
      hash,
      arrival,
      rawKey: pack,
      rows: rows.length,
      quarantined: rows.flatMap((row) => (row.kind === "quarantined" ? [row.quarantined] : [])),
    });
  }
  return {
    channel,
    raw: clock.arrived.intakes === 0 ? [] : [packer.finish(pack)],
    intakes,
    ...sorter.finish(),
    arrived: clock.arrived,
    deliveries,
    traffic: traffic.finish(),
    rows: count,
    notes: [],
    isLast: true,
  };
}

function findOnlyObservation({ rows }: PayloadIntake): Observation | undefined {
  const [row] = rows;
  return rows.length === 1 && row?.kind === "observation" ? row.observation : undefined;
}

/** By customer number: when the deliveries that carry it were received. */
function noteDelivery(
  { customerNumber, arrival: { receivedAt } }: PayloadIntake,
  deliveries: Map<string, { firstAt: number; lastAt: number }>,
): void {
  if (customerNumber === null || receivedAt === null) return;
  const window = deliveries.get(customerNumber);
  if (window === undefined) deliveries.set(customerNumber, { firstAt: receivedAt, lastAt: receivedAt });
  else {
    if (receivedAt < window.firstAt) window.firstAt = receivedAt;
    if (receivedAt > window.lastAt) window.lastAt = receivedAt;
  }
}
