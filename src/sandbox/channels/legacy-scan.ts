import { HOUR_MS } from "../durations.ts";
import type { Prng } from "../prng.ts";
import { NO_DEPOT, type Scan, type Story, type WrongDetails } from "../story.ts";
import type { RowCounts } from "../truth.ts";
import type { WorldPlan } from "../world-plan.ts";
import { fileNumberOf, type WorldSink } from "../world-sink.ts";

/** First line of every scan file; source: `interface.md` section 2, layout `postnl-scan-csv`. */
export const SCAN_HEADER =
  "Barcode;Waarneming;Tijdstip;Locatie;Klantnummer;Klantcode;Referentie;Productcode;Hoofdbarcode;ColloNummer;ColloAantal";

/** A scan waits no longer than this for its file. */
const LONGEST_WAIT_MS = 12 * HOUR_MS;
/** What is scanned later than this before a file is sent comes in the next. */
const CUT_OFF_MS = 30_000;

/** Says a parcel's scans as rows of the scan files. */
export function emitScanRows(
  story: Story,
  plan: WorldPlan,
  prng: Prng,
  sink: WorldSink,
  counts: RowCounts,
): void {
  const lastReplyAt = Math.max(...story.legacyPolls);
  for (const { scans, location, wrong } of story.legacy) {
    for (const scan of scans) {
      const isTold = !story.plain && lastReplyAt > scan.at + HOUR_MS;
      if (isTold && plan.noise.witness_gap && prng.chance(0.03)) continue;
      emitScan(story, scan, location, wrong, plan, prng, sink, counts);
    }
  }
  for (const stray of story.strays) emitScan(story, stray, NO_DEPOT, undefined, plan, prng, sink, counts);
}

function emitScan(
  story: Story,
  scan: Scan,
  location: string,
  wrong: WrongDetails | undefined,
  plan: WorldPlan,
  prng: Prng,
  sink: WorldSink,
  counts: RowCounts,
): void {
  const { parcel, plain } = story;
  const { noise, fileTimes } = plan;
  const { customer } = parcel;
  const number = wrong?.customerNumber ?? customer.number;
  const pieces = `${parcel.piece};${parcel.pieces}`;
  const details =
    noise.sparse_rows && !plain && prng.chance(0.025)
      ? `;${number};;;${parcel.productCode};;${pieces}`
      : `${wrong?.location ?? location};${number};${wrong?.customerCode ?? customer.code};` +
        `${wrong?.reference ?? parcel.reference};${parcel.productCode};` +
        `${wrong?.mainBarcode ?? parcel.mainBarcode};${pieces}`;
  const place = placeOf(scan.at, plan, prng);
  const tail = `${toScanTime(scan.at, plan)};${details}`;
  const write = (atPlace: number) => {
    counts["legacy-scan"].seen += 1;
    const row = `${toBarcodeForm(parcel.barcode, plan, prng)};${toCodeForm(scan.code, plan, prng)};${tail}`;
    sink.addScanRow(fileNumberOf(parcel.customerIndex, atPlace, fileTimes.length), scan.at, row);
  };
  write(place);
  counts["legacy-scan"].accepted += 1;
  if (noise.repeated_rows && prng.chance(0.02)) {
    write(prng.chance(0.5) && place + 1 < fileTimes.length ? place + 1 : place);
    counts["legacy-scan"].duplicates += 1;
  }
}

/** The local time as the scanner writes it: after the spring change some clocks are still an hour behind for an hour. */
export function toScanTime(at: number, { clockChanges, dutch, late }: WorldPlan): string {
  for (const change of clockChanges) {
    if (change.kind === "skipped" && at >= change.from && at < change.until && at % 2000 === 0) {
      return (late.get(change) ?? dutch).toDutch(at);
    }
  }
  return dutch.toDutch(at);
}

/** The file a scan comes in: the next, or sometimes the one after. */
function placeOf(at: number, { fileTimes, noise }: WorldPlan, prng: Prng): number {
  const due = at + CUT_OFF_MS;
  let low = 0;
  let high = fileTimes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((fileTimes[middle] ?? due) >= due) high = middle;
    else low = middle + 1;
  }
  if (low === fileTimes.length) throw new Error(`no file comes after a scan at ${at}`);
  const next = fileTimes[low + 1];
  const mayWait = next !== undefined && next - at <= LONGEST_WAIT_MS;
  return noise.late_scans && mayWait && prng.chance(0.03) ? low + 1 : low;
}

function toBarcodeForm(barcode: string, { noise }: WorldPlan, prng: Prng): string {
  if (!(noise.barcode_form && prng.chance(0.025))) return barcode;
  return prng.chance(0.5) ? barcode.toLowerCase() : `  ${barcode} `;
}

/** `J01`, or in its old form `01J`. */
export function toCodeForm(code: string, { noise }: WorldPlan, prng: Prng): string {
  return noise.digits_first && prng.chance(0.04) ? code.slice(1) + code.slice(0, 1) : code;
}
