import type { Database } from "better-sqlite3";
import type { RowTally, RunVerdict } from "../../domain/verdict.ts";
import { firstBucketOf } from "../bucket-groups.ts";
import type { ParcelSums } from "../parcel-sums.ts";
import { PARCEL_SUM_COLUMNS } from "../parcel-sums.ts";
import { decodePlan } from "../plan-codec.ts";
import type { RunReader, RunRecord } from "../run-access.ts";
import { decodeSums } from "../sums-codec.ts";
import type { DirtySums, FindingSum } from "../to-totals.ts";
import { DIRTY_SUMS, toTotals } from "../to-totals.ts";

/** The reader of runs and of the sums that a run is judged by; each is counted where it is kept. */
export function makeRunReader(database: Database): RunReader {
  const selectLast = database.prepare(
    `SELECT run_id AS runId, now, fingerprint, deliveries_fingerprint AS deliveriesFingerprint, evaluated, verdict
     FROM run WHERE verdict IS NOT NULL ORDER BY seq DESC LIMIT 1`,
  );
  const selectEnded = database
    .prepare("SELECT plan, evaluated, verdict FROM run WHERE verdict IS NOT NULL ORDER BY seq DESC LIMIT ?")
    .raw();
  const selectOpen = database
    .prepare("SELECT plan FROM run WHERE verdict IS NULL ORDER BY seq DESC LIMIT 1")
    .pluck();
  const selectGroups = database
    .prepare("SELECT bucket_group, evaluated FROM run_group WHERE run_id = ?")
    .raw();
  const selectNews = database
    .prepare(
      "SELECT EXISTS (SELECT 1 FROM dirty) OR EXISTS (SELECT 1 FROM inbox) OR EXISTS (SELECT 1 FROM spool)",
    )
    .pluck();
  const selectSums = database.prepare("SELECT sums FROM group_sums WHERE bucket = ? ORDER BY seq").pluck();
  const sumRows = database.prepare(
    `SELECT coalesce(sum(seen), 0) AS seen, coalesce(sum(accepted), 0) AS accepted,
       coalesce(sum(duplicates), 0) AS duplicates, coalesce(sum(quarantined), 0) AS quarantined FROM channel_books`,
  );
  const sumParcels = database.prepare(
    `SELECT ${PARCEL_SUM_COLUMNS.map((column) => `coalesce(sum(${column}), 0) AS ${column}`)} FROM parcel_sums`,
  );
  const sumDirty = database.prepare(
    `SELECT ${Object.entries(DIRTY_SUMS).map(([name, count]) => `${count} AS ${name}`)}
     FROM dirty d CROSS JOIN parcel p ON p.bucket = d.bucket AND p.barcode = d.barcode`,
  );
  const countUnjudged = database
    .prepare(
      `SELECT count(*) FROM dirty d
       WHERE NOT EXISTS (SELECT 1 FROM parcel p WHERE p.bucket = d.bucket AND p.barcode = d.barcode)`,
    )
    .pluck();
  // What came since its parcel was last evaluated is counted where it lies. `CROSS` has SQLite begin with the dirty
  // parcels: left to itself it reads all dossiers.
  const countDirty = database
    .prepare(
      `SELECT coalesce(sum(json_array_length('[' || o.observations || ']')), 0)
       FROM dirty d CROSS JOIN dossier o ON o.bucket = d.bucket AND o.barcode = d.barcode AND o.channel IN (0, 1, 2, 3)`,
    )
    .pluck();
  const sumFindings = database.prepare(
    `SELECT state, pending_reason AS reason, count(*) AS count, sum(legacy_episodes) AS legacy, sum(new_episodes) AS new
     FROM finding GROUP BY state, pending_reason`,
  );
  const selectSpoken = database
    .prepare("SELECT DISTINCT channel FROM channel_books WHERE watermark IS NOT NULL")
    .pluck();
  // In one transaction, so that all sums are of the same moment.
  const readTotals = database.transaction(() =>
    toTotals({
      rows: sumRows.get() as RowTally,
      unjudged: countUnjudged.get() as number,
      dirtyObservations: countDirty.get() as number,
      parcels: sumParcels.get() as ParcelSums,
      dirty: sumDirty.get() as DirtySums,
      findings: sumFindings.all() as FindingSum[],
      spoken: selectSpoken.all() as number[],
    }),
  );

  return {
    async last() {
      return selectLast.get() as RunRecord | undefined;
    },
    async list(most) {
      const rows = selectEnded.all(most) as [string, number, RunVerdict][];
      return rows.map(([plan, evaluated, verdict]) => ({ ...decodePlan(plan), evaluated, verdict }));
    },
    async open() {
      const text = selectOpen.get() as string | undefined;
      if (text === undefined) return undefined;
      const plan = decodePlan(text);
      const groups = selectGroups.all(plan.runId) as [number, number][];
      return {
        ...plan,
        closedGroups: new Set(groups.map(([group]) => group)),
        evaluated: groups.reduce((sum, [, evaluated]) => sum + evaluated, 0),
      };
    },
    async hasNews() {
      return selectNews.get() === 1;
    },
    async sums(group) {
      return decodeSums(selectSums.all(firstBucketOf(group)) as Buffer[]);
    },
    async totals() {
      return readTotals();
    },
  };
}
