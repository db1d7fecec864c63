import type { ParcelVerdict } from "../domain/verdict.ts";
import { emitParcels } from "./emit-parcels.ts";
import { type ScanFile, writeScanFiles } from "./scan-files.ts";
import { TimedLines } from "./timed-lines.ts";
import { makeRowCounts, type Truth } from "./truth.ts";
import { planWorld, type WorldOptions } from "./world-plan.ts";
import type { JsonChannel } from "./world-sink.ts";

/** One line of exported data; `JSON.stringify` gives its text. */
export interface JsonLine {
  /** UTC, ISO 8601. */
  readonly receivedAt: string;
  /** Replies only. */
  readonly httpStatus?: number;
  /** Replies only: what was asked for, such as `{ barcode: "3S…" }`. */
  readonly request?: Readonly<Record<string, string>>;
  /** Deliveries only: names the attempt. */
  readonly deliveryId?: string;
  readonly body: unknown;
}

/** A simulated carrier's past: what each channel says up to `now`, and what must be found in it. */
export interface World {
  /** UTC epoch milliseconds. */
  readonly now: number;
  /** The scan files (legacy-scan), by customer and time. */
  readonly files: readonly ScanFile[];
  /** The lines of the other channels, in the order of their receipt. */
  readonly legacyApi: readonly JsonLine[];
  readonly webhook: readonly JsonLine[];
  readonly statusApi: readonly JsonLine[];
  readonly truth: Truth;
}

/** What is written under `profile` in the truth of our worlds. */
export const PROFILE = "sandbox";

/**
 * Makes a world in memory. The same options give the same bytes, on any
 * machine; a world of more than some 100 000 parcels goes to disk with `writeWorld`.
 *
 * @throws UsageError when the options cannot make a world
 */
export function generateWorld(options: WorldOptions): World {
  const plan = planWorld(options);
  const rows = new TimedLines("legacy-scan");
  const lines = {
    "legacy-api": new TimedLines("api"),
    webhook: new TimedLines("webhook"),
    "status-api": new TimedLines("status"),
  };
  const parcels: Record<string, ParcelVerdict> = {};
  const counts = makeRowCounts();
  const findings = emitParcels(
    plan,
    {
      addScanRow: (file, at, row) => rows.add(file, at, row),
      addLine: (channel, receivedAt, line) => lines[channel].add(0, receivedAt, line),
      addParcel: (barcode, verdict) => {
        parcels[barcode] = verdict;
      },
    },
    counts,
  );
  const files = [...writeScanFiles(plan, (file) => rows.take(file), counts)];
  const parse = (channel: JsonChannel) => lines[channel].take(0).map((line) => JSON.parse(line) as JsonLine);
  return {
    now: plan.now,
    files,
    legacyApi: parse("legacy-api"),
    webhook: parse("webhook"),
    statusApi: parse("status-api"),
    truth: { now: plan.utc.toIso(plan.now), profile: PROFILE, parcels, findings, counts },
  };
}
