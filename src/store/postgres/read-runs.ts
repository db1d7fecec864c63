import type { RowTally, RunVerdict } from "../../domain/verdict.ts";
import { firstBucketOf } from "../bucket-groups.ts";
import type { ParcelSums } from "../parcel-sums.ts";
import { PARCEL_SUM_COLUMNS } from "../parcel-sums.ts";
import { decodePlan } from "../plan-codec.ts";
import type { RunReader } from "../run-access.ts";
import { decodeSums } from "../sums-codec.ts";
import type { DirtySums, FindingSum } from "../to-totals.ts";
import { DIRTY_SUMS, toTotals } from "../to-totals.ts";
import type { Session } from "./session.ts";
import { toStatements } from "./statements.ts";

export const RUN_SQL = toStatements("runs", {
  last: `SELECT run_id, now, fingerprint, deliveries_fingerprint, evaluated, verdict FROM run
    WHERE verdict IS NOT NULL ORDER BY seq DESC LIMIT 1`,
  ended: "SELECT plan, evaluated, verdict FROM run WHERE verdict IS NOT NULL ORDER BY seq DESC LIMIT $1",
  open: "SELECT plan FROM run WHERE verdict IS NULL ORDER BY seq DESC LIMIT 1",
  groups: "SELECT bucket_group, evaluated FROM run_group WHERE run_id = $1",
  sums: "SELECT sums FROM group_sums WHERE bucket = $1 ORDER BY seq",
  someDirty: "SELECT 1 FROM dirty LIMIT 1",
  someInbox: "SELECT 1 FROM inbox LIMIT 1",
  someSpool: "SELECT 1 FROM spool LIMIT 1",
  // In one statement, so that all are of one moment while others write. What came since its parcel was last
  // evaluated is counted where it lies.
  totals: `
    SELECT 'rows' AS part, json_build_object('seen', coalesce(sum(seen), 0), 'accepted', coalesce(sum(accepted), 0),
      'duplicates', coalesce(sum(duplicates), 0), 'quarantined', coalesce(sum(quarantined), 0))::text AS sums
    FROM channel_books
    UNION ALL
    SELECT 'parcels', json_build_object(${PARCEL_SUM_COLUMNS.map((column) => `'${column}', coalesce(sum(${column}), 0)`)})::text
    FROM parcel_sums
    UNION ALL
    SELECT 'dirty', json_build_object(${Object.entries(DIRTY_SUMS).map(([name, count]) => `'${name}', ${count}`)})::text
    FROM dirty d JOIN parcel p ON p.bucket = d.bucket AND p.barcode = d.barcode
    UNION ALL
    SELECT 'unjudged', count(*)::text
    FROM dirty d LEFT JOIN parcel p ON p.bucket = d.bucket AND p.barcode = d.barcode WHERE p.barcode IS NULL
    UNION ALL
    SELECT 'dirtyObservations', coalesce(sum(json_array_length(('[' || o.observations || ']')::json)), 0)::text
    FROM dirty d JOIN dossier o ON o.bucket = d.bucket AND o.barcode = d.barcode AND o.channel IN (0, 1, 2, 3)
    UNION ALL
    SELECT 'findings', json_build_object('state', state, 'reason', pending_reason, 'count', count(*),
      'legacy', sum(legacy_episodes), 'new', sum(new_episodes))::text
    FROM finding GROUP BY state, pending_reason
    UNION ALL
    SELECT 'spoken', channel::text FROM channel_books WHERE watermark IS NOT NULL GROUP BY channel`,
});

/** The reader of runs and of the sums that a run is judged by; each is counted where it is kept. */
export function makeRunReader(session: Session): RunReader {
  return {
    async last() {
      type RunRow = [string, number, string, string, number, RunVerdict];
      const [row] = await session.rows<RunRow>(RUN_SQL.last);
      if (row === undefined) return undefined;
      const [runId, now, fingerprint, deliveriesFingerprint, evaluated, verdict] = row;
      return { runId, now, fingerprint, deliveriesFingerprint, evaluated, verdict };
    },
    async list(most) {
      const rows = await session.rows<[string, number, RunVerdict]>(RUN_SQL.ended, most);
      return rows.map(([plan, evaluated, verdict]) => ({ ...decodePlan(plan), evaluated, verdict }));
    },
    async open() {
      const [row] = await session.rows<[string]>(RUN_SQL.open);
      if (row === undefined) return undefined;
      const plan = decodePlan(row[0]);
      const groups = await session.rows<[number, number]>(RUN_SQL.groups, plan.runId);
      return {
        ...plan,
        closedGroups: new Set(groups.map(([group]) => group)),
        evaluated: groups.reduce((sum, [, evaluated]) => sum + evaluated, 0),
      };
    },
    async hasNews() {
      if ((await session.rows(RUN_SQL.someDirty)).length > 0) return true;
      if ((await session.rows(RUN_SQL.someInbox)).length > 0) return true;
      return (await session.rows(RUN_SQL.someSpool)).length > 0;
    },
    async sums(group) {
      const parts = await session.rows<[Buffer]>(RUN_SQL.sums, firstBucketOf(group));
      return decodeSums(parts.map(([part]) => part));
    },
    async totals() {
      const parts = Map.groupBy(await session.rows<[string, string]>(RUN_SQL.totals), ([part]) => part);
      const read = <Sum>(part: string): Sum[] =>
        (parts.get(part) ?? []).map(([, sums]) => JSON.parse(sums) as Sum);
      const [rows] = read<RowTally>("rows");
      const [parcels] = read<ParcelSums>("parcels");
      const [dirty] = read<DirtySums>("dirty");
      if (rows === undefined || parcels === undefined || dirty === undefined)
        throw new Error("sums without a row");
      return toTotals({
        rows,
        parcels,
        dirty,
        unjudged: read<number>("unjudged")[0] ?? 0,
        dirtyObservations: read<number>("dirtyObservations")[0] ?? 0,
        findings: read<FindingSum>("findings"),
        spoken: read<number>("spoken"),
      });
    },
  };
}
