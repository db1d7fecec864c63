import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import type { StatusRow, StatusTable } from "../../src/domain/status.ts";
import type { WorldOptions } from "../../src/sandbox/world-plan.ts";

const readTable = (name: string): Record<string, string>[] =>
  parse(readFileSync(new URL(`../../mappings/${name}`, import.meta.url)), { columns: true, bom: true });

export const statuses: StatusTable = new Map(
  readTable("statuses.csv").map((row): [string, StatusRow] => [
    row.status!,
    {
      status: row.status!,
      phase: row.phase!,
      rank: Number(row.rank),
      final: row.final === "yes",
      nameNl: row.name_nl!,
      nameEn: row.name_en!,
      definition: row.definition!,
    },
  ]),
);

/** The status of each legacy code; the empty text for a notice. */
export const statusOfCode: ReadonlyMap<string, string> = new Map(
  readTable("legacy-codes.csv").map((row) => [row.code!, row.status!]),
);

export const codesByStatus: ReadonlyMap<string, readonly string[]> = Map.groupBy(
  statusOfCode.keys(),
  (code) => statusOfCode.get(code)!,
);

/** Epoch milliseconds of an ISO 8601 instant. */
export const at = (iso: string): number => Temporal.Instant.from(iso).epochMilliseconds;

/** Options of a small world: 150 parcels in ten days of March, with noise and without defects. */
export function someOptions(wanted: Partial<WorldOptions> = {}): WorldOptions {
  return {
    seed: 7,
    parcels: 150,
    startAt: at("2026-03-01T00:00:00Z"),
    days: 10,
    defects: {},
    noise: true,
    codesByStatus,
    statuses,
    ...wanted,
  };
}
