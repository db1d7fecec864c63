import { CHANNELS } from "../../src/domain/channel.ts";
import type { CopyReport, MigrateReport, VerifyReport } from "../../src/report/store-data.ts";

/** A hash of 32 digits that begins as given. */
export function aHash(n: number): string {
  return String(n).padEnd(32, "0");
}

/** What `db migrate` prints of an ordinary store. */
export function aMigrateReport(wish: Partial<MigrateReport> = {}): MigrateReport {
  return {
    database: "postgres://me@server/parcels",
    storeId: aHash(7),
    schemaVersion: 2,
    isDistributed: false,
    ...wish,
  };
}

/** A table with three rows in two groups of buckets. */
export function aTable(table: string): VerifyReport["tables"][number] {
  return {
    table,
    rows: 3,
    hash: aHash(3),
    groups: [
      { group: 0, rows: 1, hash: aHash(1) },
      { group: 31, rows: 2, hash: aHash(2) },
    ],
  };
}

/** What `db verify` prints of a sound store. */
export function aVerifyReport(wish: Partial<VerifyReport> = {}): VerifyReport {
  return {
    ...aMigrateReport({ database: "sqlite:parcels.db" }),
    tables: [aTable("dossier"), aTable("run")],
    checks: [
      { check: "file", channel: null, expected: 0, found: 0 },
      ...CHANNELS.flatMap((channel) =>
        (["rows", "observations", "quarantine"] as const).map((check) => ({
          check,
          channel,
          expected: 1200,
          found: 1200,
        })),
      ),
    ],
    damage: [],
    waiting: 0,
    isSound: true,
    ...wish,
  };
}

/** What `db copy` prints of a copy that is whole. */
export function aCopyReport(wish: Partial<CopyReport> = {}): CopyReport {
  const digest = { rows: 12_345, hash: aHash(4) };
  return {
    from: { database: "sqlite:parcels.db", storeId: aHash(7) },
    to: { database: "postgres://me@server/parcels", storeId: aHash(8) },
    tables: ["dossier", "run"].map((table) => ({ table, from: digest, to: digest, isSame: true })),
    parts: { all: 418, copied: 400, before: 18, differing: 0, changedInSource: 0, hadEnded: false },
    isSame: true,
    ...wish,
  };
}
