import type { QuarantinedRow } from "../domain/arrival.ts";
import type { KeptObservation } from "../domain/merge-observation.ts";
import { toKept } from "../domain/merge-observation.ts";
import type { RowTally } from "../domain/verdict.ts";
import type { IntakeWriter, Store } from "../store/store.ts";
import type { FileIntake } from "./incoming.ts";
import type { IntakeTally } from "./intake-tally.ts";
import { toProgress } from "./intake-tally.ts";

/** So many rows are sorted and written at once: in the order of their key each page of the store is touched once. */
const ROWS_A_BATCH = 100_000;

/**
 * Takes in scan files in one transaction: raw content, rows, quarantine and
 * books, all or nothing. Content that is known adds nothing but its arrival,
 * unless no row of it could be read: then it is read again, because the layout
 * may be the right one now.
 */
export async function saveFiles(store: Store, files: readonly FileIntake[]): Promise<IntakeTally> {
  return store.transaction(async ({ intakes: writer }) => {
    const batch = new RowBatch(writer);
    let seen = 0;
    let quarantined = 0;
    for (const file of files) {
      const counts = await addFile(writer, file, batch);
      seen += counts.seen;
      quarantined += counts.quarantined;
    }
    const accepted = await batch.flush();
    const rows: RowTally = { seen, accepted, duplicates: seen - accepted - quarantined, quarantined };
    const arrivals = files.map(({ arrival }) => arrival);
    await writer.saveProgress(toProgress("legacy-scan", arrivals, rows, new Map()));
    return { intakes: files.length, ...rows };
  });
}

/** Adds one file's rows to the batch. How many of them are new is known when the batch is written. */
async function addFile(
  writer: IntakeWriter,
  file: FileIntake,
  batch: RowBatch,
): Promise<Pick<RowTally, "seen" | "quarantined">> {
  const { hash, arrival, sizeBytes } = file;
  const intake = { hash, arrival, sizeBytes, rows: 0, content: file.content() };
  const known = (await writer.saveIntakes([intake])).get(hash);
  const isEarlier =
    known !== undefined && (arrival.receivedAt ?? Infinity) < (known.firstReceivedAt ?? -Infinity);
  if (known !== undefined) await writer.saveArrivals([{ ...arrival, hash }]);
  const isUnread = known !== undefined && known.rows > 0 && known.quarantined === known.rows;
  const released = isUnread ? await writer.releaseQuarantined(hash, null) : 0;
  const isFresh = known === undefined || isUnread;
  let seen = 0;
  let quarantinedCount = 0;
  // Known rows are read again only where they turn out to have arrived earlier: merging notes that.
  if (isFresh || isEarlier) {
    for await (const rows of file.rows()) {
      const quarantined: QuarantinedRow[] = [];
      for (const row of rows) {
        if (row.kind === "observation") batch.add(toKept(row.observation));
        else quarantined.push(row.quarantined);
      }
      seen += rows.length;
      quarantinedCount += quarantined.length;
      if (isFresh && quarantined.length > 0) {
        const { channel, name } = arrival;
        await writer.saveQuarantined(quarantined.map((row) => ({ ...row, hash, channel, name })));
      }
      await batch.flushIfFull();
    }
  }
  if (!isFresh) return { seen: known.rows, quarantined: 0 };
  await writer.saveRowCount(hash, seen);
  return { seen, quarantined: quarantinedCount - released };
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
