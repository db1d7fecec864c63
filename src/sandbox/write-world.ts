import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HOUR_MS } from "./durations.ts";
import { emitParcels } from "./emit-parcels.ts";
import { writeScanFiles } from "./scan-files.ts";
import { TimedLines } from "./timed-lines.ts";
import { makeRowCounts, type RowCounts, type TruthFinding } from "./truth.ts";
import { PROFILE } from "./world.ts";
import { planWorld, type WorldOptions } from "./world-plan.ts";
import type { JsonChannel } from "./world-sink.ts";

const JSON_CHANNELS: readonly JsonChannel[] = ["legacy-api", "webhook", "status-api"];
const WRITE_AT_LENGTH = 1 << 20;

/** What {@link writeWorld} wrote. */
export interface WrittenWorld {
  /** UTC epoch milliseconds. */
  readonly now: number;
  readonly findings: readonly TruthFinding[];
  readonly counts: RowCounts;
}

/**
 * Writes a world to a folder, which is made: `legacy-scan/*.csv`,
 * `legacy-api.jsonl`, `webhook.jsonl`, `status-api.jsonl` and `truth.json`,
 * with the same content as `generateWorld`. Millions of parcels take little
 * memory, and for a while as much disk again.
 *
 * @throws UsageError when the options cannot make a world
 */
export function writeWorld(options: WorldOptions, folder: string): WrittenWorld {
  const plan = planWorld(options);
  mkdirSync(join(folder, "legacy-scan"), { recursive: true });
  const spillFolder = mkdtempSync(join(folder, "spill-"));
  try {
    const rows = new TimedLines("legacy-scan", spillFolder);
    const lines = {
      "legacy-api": new TimedLines("legacy-api", spillFolder),
      webhook: new TimedLines("webhook", spillFolder),
      "status-api": new TimedLines("status-api", spillFolder),
    };
    const counts = makeRowCounts();
    // An hour is one group: groups are sorted in memory, and follow each other in time.
    const hourOf = (at: number) => Math.max(0, Math.floor((at - plan.startAt) / HOUR_MS));

    const truth = new TextFile(join(folder, "truth.json"));
    truth.write(
      `{\n "now": ${JSON.stringify(plan.utc.toIso(plan.now))},\n "profile": "${PROFILE}",\n "parcels": {`,
    );
    let separator = "\n";
    const findings = emitParcels(
      plan,
      {
        addScanRow: (file, at, row) => rows.add(file, at, row),
        addLine: (channel, receivedAt, line) => lines[channel].add(hourOf(receivedAt), receivedAt, line),
        addParcel: (barcode, verdict) => {
          truth.write(`${separator}  "${barcode}": "${verdict}"`);
          separator = ",\n";
        },
      },
      counts,
    );
    for (const { name, bytes } of writeScanFiles(plan, (file) => rows.take(file), counts)) {
      writeFileSync(join(folder, "legacy-scan", name), bytes);
    }
    for (const channel of JSON_CHANNELS) {
      const file = new TextFile(join(folder, `${channel}.jsonl`));
      for (let hour = 0; hour <= hourOf(plan.now); hour += 1) {
        for (const line of lines[channel].take(hour)) file.write(`${line}\n`);
      }
      file.close();
    }
    const tail = [JSON.stringify(findings, null, 1), JSON.stringify(counts, null, 1)];
    truth.write(`\n },\n "findings": ${tail[0]},\n "counts": ${tail[1]}\n}\n`);
    truth.close();
    return { now: plan.now, findings, counts };
  } finally {
    rmSync(spillFolder, { recursive: true, force: true });
  }
}

/** A file that is written in large pieces. */
class TextFile {
  readonly #file: number;
  #waiting: string[] = [];
  #length = 0;

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  write(text: string): void {
    this.#waiting.push(text);
    this.#length += text.length;
    if (this.#length >= WRITE_AT_LENGTH) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeFileSync(this.#file, this.#waiting.join(""));
    this.#waiting = [];
    this.#length = 0;
  }
}
