import type { QuarantinedRow } from "../domain/arrival.ts";
import { encodeFresh } from "../store/dossier-codec.ts";
import type { RawPart } from "../store/intake-access.ts";
import { toRawBytes } from "../store/pack.ts";
import type { Haul } from "./haul.ts";
import { ArrivalClock, RecordSorter } from "./haul.ts";
import type { FileIntake } from "./incoming.ts";

/** So much goes into one haul: enough to be worth a message, little enough to hold several. */
const HAUL_CHARACTERS = 4 * 1024 * 1024;
/** How much raw content makes one part. */
const PART_BYTES = 1024 * 1024;

/**
 * Makes the hauls of a scan file: its content first, then its rows. Every file
 * gives at least one; all of them belong into one transaction.
 */
export async function* haulFile(file: FileIntake): AsyncGenerator<Haul> {
  const { hash, arrival } = file;
  const sorter = new RecordSorter();
  const toHaul = (raw: readonly RawPart[], rows: number, quarantined: readonly QuarantinedRow[]): Haul => ({
    channel: "legacy-scan",
    raw,
    intakes: [{ hash, arrival, rawKey: hash, rows, quarantined }],
    ...sorter.finish(),
    arrived: new ArrivalClock().arrived,
    deliveries: new Map(),
    traffic: null,
    rows,
    notes: [],
    isLast: false,
  });

  for await (const raw of toParts(file)) yield toHaul([raw], 0, []);
  let quarantined: QuarantinedRow[] = [];
  let count = 0;
  for await (const rows of file.rows()) {
    for (const row of rows) {
      if (row.kind === "observation") sorter.add(row.observation.barcode, encodeFresh(row.observation));
      else quarantined.push(row.quarantined);
    }
    count += rows.length;
    if (sorter.size < HAUL_CHARACTERS) continue;
    yield toHaul([], count, quarantined);
    quarantined = [];
    count = 0;
  }
  const clock = new ArrivalClock();
  clock.add(arrival);
  yield { ...toHaul([], count, quarantined), arrived: clock.arrived, notes: file.notes, isLast: true };
}

async function* toParts({ hash, content }: FileIntake): AsyncGenerator<RawPart> {
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  let part = 0;
  const take = (): RawPart => {
    const raw = { key: hash, part, bytes: toRawBytes(Buffer.concat(chunks, bytes)) };
    chunks = [];
    bytes = 0;
    part += 1;
    return raw;
  };
  for await (const chunk of content()) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= PART_BYTES) yield take();
  }
  if (bytes > 0) yield take();
}
