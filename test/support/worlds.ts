import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importFiles } from "../../src/app/import-files.ts";
import type { App } from "../../src/app/open-app.ts";
import type { Channel } from "../../src/domain/channel.ts";
import { CHANNELS } from "../../src/domain/channel.ts";
import type { RowTally } from "../../src/domain/verdict.ts";
import { readMappingFiles } from "../../src/mapping/load-tables.ts";
import { PACKAGE_ROOT } from "../../src/package-root.ts";
import type { Truth } from "../../src/sandbox/truth.ts";
import type { World } from "../../src/sandbox/world.ts";
import type { WorldOptions } from "../../src/sandbox/world-plan.ts";
import { timeOf } from "./observations.ts";

const tables = readMappingFiles(join(PACKAGE_ROOT, "mappings"));

/** A world on disk: the files of each channel, and what they must give. */
export interface WorldOnDisk {
  readonly paths: Readonly<Record<Channel, readonly string[]>>;
  readonly truth: Truth;
}

/** Options of a small, noisy world with a defect of every kind, in the shipped tables' codes. */
export function worldOptions(wanted: Partial<WorldOptions> & { readonly start?: string } = {}): WorldOptions {
  const { start = "2026-03-01T00:00:00Z", ...rest } = wanted;
  const codesByStatus = new Map<string, string[]>();
  for (const { code, status } of tables.rows) {
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  return {
    seed: 1,
    parcels: 160,
    startAt: timeOf(start),
    days: 9,
    defects: "every-kind",
    noise: true,
    codesByStatus,
    statuses: tables.statuses,
    ...rest,
  };
}

/** Writes a world as it would be exported. */
export function saveWorld(world: World, folder: string): WorldOnDisk {
  mkdirSync(join(folder, "legacy-scan"), { recursive: true });
  for (const { name, bytes } of world.files) writeFileSync(join(folder, "legacy-scan", name), bytes);
  const lines = { "legacy-api": world.legacyApi, webhook: world.webhook, "status-api": world.statusApi };
  for (const [channel, exported] of Object.entries(lines)) {
    writeFileSync(
      join(folder, `${channel}.jsonl`),
      exported.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
  }
  return { paths: listPaths(folder), truth: world.truth };
}

/** A world that lies in a folder with its `truth.json`. */
export function readWorldFolder(folder: string): WorldOnDisk {
  return { paths: listPaths(folder), truth: JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")) };
}

function listPaths(folder: string): WorldOnDisk["paths"] {
  const scans = readdirSync(join(folder, "legacy-scan")).sort();
  return {
    "legacy-scan": scans.map((name) => join(folder, "legacy-scan", name)),
    "legacy-api": [join(folder, "legacy-api.jsonl")],
    webhook: [join(folder, "webhook.jsonl")],
    "status-api": [join(folder, "status-api.jsonl")],
  };
}

/** Imports every channel and gives what each one counted. */
export async function importWorld(
  app: App,
  { paths }: WorldOnDisk,
  channels: readonly Channel[] = CHANNELS,
): Promise<Partial<Record<Channel, RowTally>>> {
  const counts: Partial<Record<Channel, RowTally>> = {};
  for (const channel of channels) {
    const report = await importFiles(app, { channel, paths: paths[channel] });
    counts[channel] = toCounts(report);
  }
  return counts;
}

/** The counts of an import, without the rest of its report. */
export function toCounts({ seen, accepted, duplicates, quarantined }: RowTally): RowTally {
  return { seen, accepted, duplicates, quarantined };
}

/** What a finding and its truth have in common. */
export interface ComparedFinding {
  readonly kind: string;
  readonly barcode: string;
  readonly state: string;
  readonly status: string | null;
  readonly legacyStatus: string | null;
  readonly newStatus: string | null;
  readonly code: string | null;
  readonly field: string | null;
  readonly deltaSeconds?: number | null;
  readonly pendingReason?: string | null;
}

const SUBJECTS: Readonly<
  Record<string, readonly ("status" | "legacyStatus" | "newStatus" | "code" | "field")[]>
> = {
  status_mismatch: ["legacyStatus", "newStatus"],
  final_conflict: ["legacyStatus", "newStatus"],
  unmapped_code: ["code"],
  unknown_status: ["code"],
  detail_mismatch: ["status", "field"],
  parcel_missing_in_new: [],
  parcel_missing_in_legacy: [],
};

/** Findings that stand, as sorted lines that can be compared: kind, barcode, subject, state, and why it waits. */
export function toFindingLines(findings: readonly ComparedFinding[]): string[] {
  return findings
    .filter(({ state }) => state !== "resolved")
    .map((finding) => {
      const subject = (SUBJECTS[finding.kind] ?? ["status"]).map((name) => finding[name]?.toLowerCase());
      const delta = finding.kind === "time_mismatch" ? [`${finding.deltaSeconds ?? "?"} s`] : [];
      const reason = finding.state === "pending" ? [finding.pendingReason ?? "?"] : [];
      return [finding.kind, finding.barcode, ...subject, ...delta, finding.state, ...reason].join(" ");
    })
    .sort();
}
