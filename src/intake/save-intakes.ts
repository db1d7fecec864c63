import type { Arrival } from "../domain/arrival.ts";
import type { Channel } from "../domain/channel.ts";
import type { KeptObservation } from "../domain/merge-observation.ts";
import { toKept } from "../domain/merge-observation.ts";
import type { Observation } from "../domain/observation.ts";
import { compareText } from "../domain/observation.ts";
import type { RowTally } from "../domain/verdict.ts";
import { NO_ROWS } from "../domain/verdict.ts";
import type { ChannelProgress, EventHolder, IntakeWriter, Store } from "../store/store.ts";
import type { FileIntake, PayloadIntake, QuarantinedRow } from "./incoming.ts";

/** What taking in came to. Counts are rows: observations as delivered. */
export interface IntakeTally extends RowTally {
  readonly intakes: number;
}

export const NO_INTAKES: IntakeTally = Object.freeze({ intakes: 0, ...NO_ROWS });

/** The sum of two tallies. */
export function addTallies(a: IntakeTally, b: IntakeTally): IntakeTally {
  return {
    intakes: a.intakes + b.intakes,
    seen: a.seen + b.seen,
    accepted: a.accepted + b.accepted,
    duplicates: a.duplicates + b.duplicates,
    quarantined: a.quarantined + b.quarantined,
  };
}

/** Rows of this many are sorted and written at once: in key order each page of the store is touched once a batch. */
const ROWS_A_BATCH = 100_000;

/**
 * Takes in scan files in one transaction: raw content, rows, quarantine and
 * books, all or nothing. Content that is known adds nothing but its arrival.
 */
export async function saveFiles(store: Store, files: readonly FileIntake[]): Promise<IntakeTally> {
  return store.transaction(async ({ intakes: writer }) => {
    const batch = new RowBatch(writer);
    let tally = NO_INTAKES;
    for (const file of files) tally = addTallies(tally, await addFile(writer, file, batch));
    const accepted = await batch.flush();
    const { seen, quarantined } = tally;
    const rows: RowTally = { seen, accepted, duplicates: seen - accepted - quarantined, quarantined };
    const [first] = files;
    if (first !== undefined) {
      const arrivals = files.map(({ arrival }) => arrival);
      await writer.saveProgress(toProgress(first.arrival.channel, arrivals, rows, new Map()));
    }
    return { ...rows, intakes: files.length };
  });
}

/** Adds one file's rows to the batch. Its accepted rows are counted when the batch is written. */
async function addFile(writer: IntakeWriter, file: FileIntake, batch: RowBatch): Promise<IntakeTally> {
  const { hash, arrival, sizeBytes } = file;
  const known = (await writer.findKnown([hash])).get(hash);
  const isEarlier =
    known !== undefined && (arrival.receivedAt ?? Infinity) < (known.firstReceivedAt ?? -Infinity);
  if (known === undefined) {
    await writer.saveIntakes([
      { hash, channel: arrival.channel, sizeBytes, rows: 0, content: file.content() },
    ]);
  }
  await writer.saveArrivals([{ ...arrival, hash }]);
  let seen = 0;
  let quarantinedCount = 0;
  if (known === undefined || isEarlier) {
    for await (const rows of file.rows()) {
      const quarantined: QuarantinedRow[] = [];
      for (const row of rows) {
        if (row.kind === "observation") batch.add(toKept(row.observation));
        else quarantined.push(row.quarantined);
      }
      seen += rows.length;
      quarantinedCount += quarantined.length;
      if (known === undefined) await saveQuarantined(writer, hash, arrival, quarantined);
      await batch.flushIfFull();
    }
  }
  if (known !== undefined) return { ...NO_INTAKES, seen: known.rows };
  await writer.saveRowCounts(new Map([[hash, seen]]));
  return { ...NO_INTAKES, seen, quarantined: quarantinedCount };
}

/** Observations on their way into the store. */
class RowBatch {
  readonly #writer: IntakeWriter;
  #rows: KeptObservation[] = [];
  #accepted = 0;

  constructor(writer: IntakeWriter) {
    this.#writer = writer;
  }

  add(observation: KeptObservation): void {
    this.#rows.push(observation);
  }

  async flushIfFull(): Promise<void> {
    if (this.#rows.length >= ROWS_A_BATCH) await this.flush();
  }

  /** @returns how many observations were new, over all batches */
  async flush(): Promise<number> {
    this.#accepted += await this.#writer.saveObservations(this.#rows);
    this.#rows = [];
    return this.#accepted;
  }
}

/**
 * Takes in deliveries or replies of one channel in one transaction.
 *
 * @param payloads in the order in which they stood; the outcome does not
 *   depend on it
 */
export async function savePayloads(
  store: Store,
  channel: Channel,
  payloads: readonly PayloadIntake[],
): Promise<IntakeTally> {
  return store.transaction(async ({ intakes: writer }) => {
    const batch = new PayloadBatch(
      channel,
      await writer.findKnown(payloads.map(({ hash }) => hash)),
      await writer.findEvents(payloads.flatMap(({ eventId }) => (eventId === null ? [] : [eventId]))),
    );
    for (const payload of payloads) batch.add(payload);
    return batch.save(writer);
  });
}

/** One batch of payloads, sorted out before anything is written. */
class PayloadBatch {
  readonly #channel: Channel;
  readonly #rowsOfKnown: Map<string, number>;
  readonly #events: Map<string, EventHolder>;
  readonly #changedEvents = new Set<string>();
  readonly #newIntakes = new Map<string, PayloadIntake>();
  readonly #observations: KeptObservation[] = [];
  /** What this batch adds under an event id, so that an earlier delivery can still take its place. */
  readonly #observationOfEvent = new Map<string, KeptObservation>();
  readonly #withdrawn: EventHolder[] = [];
  readonly #quarantined: { payload: PayloadIntake; rows: readonly QuarantinedRow[] }[] = [];
  readonly #displaced: EventHolder[] = [];
  readonly #arrivals: (Arrival & { readonly hash: string })[] = [];
  readonly #listings: { barcodes: PayloadIntake["listed"]; receivedAt: number }[] = [];
  readonly #deliveries = new Map<string, { firstAt: number; lastAt: number }>();
  #intakes = 0;
  #seen = 0;
  #quarantinedCount = 0;

  constructor(
    channel: Channel,
    known: Awaited<ReturnType<IntakeWriter["findKnown"]>>,
    events: Awaited<ReturnType<IntakeWriter["findEvents"]>>,
  ) {
    this.#channel = channel;
    this.#rowsOfKnown = new Map([...known.values()].map(({ hash, rows }) => [hash, rows]));
    this.#events = new Map(events);
  }

  add(payload: PayloadIntake): void {
    const { hash, arrival, rows, listed, customerNumber } = payload;
    const isKnown = this.#rowsOfKnown.has(hash);
    this.#intakes += 1;
    this.#seen += isKnown ? (this.#rowsOfKnown.get(hash) ?? 0) : rows.length;
    this.#arrivals.push({ ...arrival, hash });
    if (arrival.receivedAt !== null) {
      if (listed.length > 0) this.#listings.push({ barcodes: listed, receivedAt: arrival.receivedAt });
      if (customerNumber !== null) this.#noteDelivery(customerNumber, arrival.receivedAt);
    }
    if (!isKnown) {
      this.#rowsOfKnown.set(hash, rows.length);
      this.#newIntakes.set(hash, payload);
      const quarantined = rows.flatMap((row) => (row.kind === "quarantined" ? [row.quarantined] : []));
      if (quarantined.length > 0) this.#quarantined.push({ payload, rows: quarantined });
      this.#quarantinedCount += quarantined.length;
    }
    // A known intake may have arrived earlier, or list its statuses anew: merging keeps that.
    for (const row of rows) {
      if (row.kind === "observation") this.#addObservation(row.observation, payload, isKnown);
    }
  }

  #addObservation(observation: Observation, payload: PayloadIntake, isKnown: boolean): void {
    const { eventId, hash, arrival } = payload;
    const kept = toKept(observation);
    if (eventId === null) {
      this.#observations.push(kept);
      return;
    }
    const { barcode, identity, receivedAt } = observation;
    const candidate: EventHolder = { eventId, hash, receivedAt, barcode, identity };
    const holder = this.#events.get(eventId);
    if (holder === undefined || holder.hash === hash) {
      this.#observations.push(kept);
      this.#observationOfEvent.set(eventId, kept);
      if (holder === undefined || receivedAt < holder.receivedAt) this.#hold(candidate);
      return;
    }
    // Another body under the same event id: the first received counts, the other is set aside.
    const isFirst = (receivedAt - holder.receivedAt || compareText(hash, holder.hash)) < 0;
    if (!isFirst) {
      if (!isKnown) {
        this.#quarantined.push({ payload, rows: [toConflict(eventId, arrival.name, holder.hash)] });
        this.#quarantinedCount += 1;
      }
      return;
    }
    const pending = this.#observationOfEvent.get(eventId);
    if (pending === undefined) this.#withdrawn.push(holder);
    else this.#observations.splice(this.#observations.indexOf(pending), 1);
    this.#displaced.push(holder);
    if (!isKnown) this.#quarantinedCount += 1;
    this.#observations.push(kept);
    this.#observationOfEvent.set(eventId, kept);
    this.#hold(candidate);
  }

  #hold(holder: EventHolder): void {
    this.#events.set(holder.eventId, holder);
    this.#changedEvents.add(holder.eventId);
  }

  #noteDelivery(customerNumber: string, receivedAt: number): void {
    const window = this.#deliveries.get(customerNumber);
    this.#deliveries.set(customerNumber, {
      firstAt: Math.min(window?.firstAt ?? receivedAt, receivedAt),
      lastAt: Math.max(window?.lastAt ?? receivedAt, receivedAt),
    });
  }

  async save(writer: IntakeWriter): Promise<IntakeTally> {
    const fresh = [...this.#newIntakes.values()];
    await writer.saveIntakes(
      fresh.map(({ hash, content, rows }) => ({
        hash,
        channel: this.#channel,
        sizeBytes: content.length,
        rows: rows.length,
        content,
      })),
    );
    await writer.saveArrivals(this.#arrivals);
    for (const { barcode, identity } of this.#withdrawn) {
      await writer.removeObservation(barcode, this.#channel, identity);
    }
    await writer.saveEvents([...this.#changedEvents].map((id) => this.#events.get(id) as EventHolder));
    const added = await writer.saveObservations(this.#observations);
    for (const { barcodes, receivedAt } of this.#listings) await writer.saveListings(barcodes, receivedAt);
    for (const { payload, rows } of this.#quarantined) {
      await saveQuarantined(writer, payload.hash, payload.arrival, rows);
    }
    for (const { eventId, hash } of this.#displaced) {
      const arrival: Arrival = { channel: this.#channel, name: eventId, receivedAt: null, httpStatus: null };
      await saveQuarantined(writer, hash, arrival, [
        toConflict(eventId, eventId, this.#events.get(eventId)?.hash ?? ""),
      ]);
    }
    const quarantined = this.#quarantinedCount;
    // A withdrawn observation was counted as accepted when it came; the one in its place is counted as quarantined.
    const accepted = added - this.#withdrawn.length;
    const rows: RowTally = {
      seen: this.#seen,
      accepted,
      quarantined,
      duplicates: this.#seen - accepted - quarantined,
    };
    await writer.saveProgress(toProgress(this.#channel, this.#arrivals, rows, this.#deliveries));
    return { intakes: this.#intakes, ...rows };
  }
}

function toConflict(eventId: string, place: string, holderHash: string): QuarantinedRow {
  return {
    line: 1,
    code: "event_id_conflict",
    message:
      `${place}: event id '${eventId}' → one body per event id; intake ${holderHash.slice(0, 12)} came first and counts ` +
      "→ ask the carrier why it reused the id",
    raw: "",
  };
}

async function saveQuarantined(
  writer: IntakeWriter,
  hash: string,
  { channel, name }: Arrival,
  rows: readonly QuarantinedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await writer.saveQuarantined(rows.map((row) => ({ ...row, hash, channel, name })));
}

/** What a batch adds to its channel's books. An error reply does not prove that the channel speaks. */
function toProgress(
  channel: Channel,
  arrivals: readonly Arrival[],
  rows: RowTally,
  deliveries: ChannelProgress["deliveries"],
): ChannelProgress {
  let firstReceivedAt: number | null = null;
  let lastReceivedAt: number | null = null;
  for (const { receivedAt, httpStatus } of arrivals) {
    if (receivedAt === null || (httpStatus !== null && !isSuccess(httpStatus))) continue;
    firstReceivedAt = Math.min(firstReceivedAt ?? receivedAt, receivedAt);
    lastReceivedAt = Math.max(lastReceivedAt ?? receivedAt, receivedAt);
  }
  return { channel, intakes: arrivals.length, rows, firstReceivedAt, lastReceivedAt, deliveries };
}

function isSuccess(httpStatus: number): boolean {
  return httpStatus >= 200 && httpStatus < 300;
}
