import type { EpisodeTally } from "../../domain/verdict.ts";
import { firstBucketOf } from "../bucket-groups.ts";
import { toCounting } from "../parcel-sums.ts";
import { encodePlan } from "../plan-codec.ts";
import { toFindingRow } from "../row-codecs.ts";
import type { EvaluationWriter, ParcelOutcome } from "../run-access.ts";
import { decodeSums, encodeSums, MOST_PARTS } from "../sums-codec.ts";
import { TABLES } from "../tables.ts";
import type { WriteSession } from "./session.ts";
import { toCopy, toStatements } from "./statements.ts";

export const EVALUATION_SQL = {
  ...toStatements("evaluations", {
    takeFromSums: toCounting("-", "bucket = $1 AND barcode = ANY ($2)"),
    addToSums: toCounting("+", "bucket = $1 AND barcode = ANY ($2)"),
    removeParcels: "DELETE FROM parcel WHERE bucket = $1 AND barcode = ANY ($2)",
    removeFacts: "DELETE FROM parcel_facts WHERE bucket = $1 AND barcode = ANY ($2)",
    sums: "SELECT sums FROM group_sums WHERE bucket = $1 ORDER BY seq",
    lastSums: "SELECT max(seq) FROM group_sums WHERE bucket = $1",
    dropSums: "DELETE FROM group_sums WHERE bucket = $1",
    putSums: "INSERT INTO group_sums (bucket, seq, sums) VALUES ($1, $2, $3)",
    markClean: "DELETE FROM dirty WHERE bucket = $1 AND barcode = ANY ($2)",
    // The barcodes lead to the rows; the pairs say which of them.
    removeFindings:
      "DELETE FROM finding WHERE bucket = $1 AND barcode = ANY ($2) AND barcode || ' ' || id = ANY ($3)",
    lastSeqs:
      "SELECT barcode, max(seq) FROM finding_event WHERE bucket = $1 AND barcode = ANY ($2) GROUP BY barcode",
    dropOpenRuns: "DELETE FROM run WHERE verdict IS NULL",
    openRun:
      "INSERT INTO run (run_id, now, fingerprint, deliveries_fingerprint, plan) VALUES ($1, $2, $3, $4, $5)",
    closeGroup: "INSERT INTO run_group (run_id, bucket_group, evaluated) VALUES ($1, $2, $3)",
    dropGroups: "DELETE FROM run_group",
    endRun: "UPDATE run SET evaluated = $1, verdict = $2 WHERE run_id = $3",
  }),
  putParcels: toCopy("parcel", TABLES.parcel.columns),
  putFacts: toCopy("parcel_facts", TABLES.parcel_facts.columns),
  putFindings: toCopy("finding", TABLES.finding.columns),
  putEvents: toCopy("finding_event", TABLES.finding_event.columns),
};

/** The writer of what evaluations and runs leave. */
export function makeEvaluationWriter(session: WriteSession): EvaluationWriter {
  const putFindings = async (bucket: number, outcomes: readonly ParcelOutcome[]): Promise<void> => {
    const rows = outcomes.flatMap(({ changed }) => changed.map(toFindingRow));
    // Of two with one key the later counts.
    const byKey = new Map(rows.map((row) => [`${row[0]} ${row[1]}`, row]));
    if (byKey.size === 0) return;
    const barcodes = [...new Set(rows.map(([barcode]) => barcode))];
    await session.run(EVALUATION_SQL.removeFindings, bucket, barcodes, [...byKey.keys()]);
    await session.copy(
      EVALUATION_SQL.putFindings,
      [...byKey.values()].map((row) => [bucket, ...row]),
    );
  };
  const putEvents = async (bucket: number, outcomes: readonly ParcelOutcome[]): Promise<void> => {
    const events = outcomes.flatMap((outcome) => outcome.events);
    if (events.length === 0) return;
    const barcodes = [...new Set(events.map(({ barcode }) => barcode))];
    const seqs = new Map(await session.rows<[string, number]>(EVALUATION_SQL.lastSeqs, bucket, barcodes));
    await session.copy(
      EVALUATION_SQL.putEvents,
      events.map(({ barcode, id, at, runId, from, to, reason }) => {
        const seq = (seqs.get(barcode) ?? 0) + 1;
        seqs.set(barcode, seq);
        return [bucket, barcode, seq, id, at, runId, from, to, reason];
      }),
    );
  };

  const replaceSums = async (bucket: number, sums: ReadonlyMap<string, number>): Promise<void> => {
    await session.run(EVALUATION_SQL.dropSums, bucket);
    await session.run(EVALUATION_SQL.putSums, bucket, 1, encodeSums(sums));
  };

  return {
    async saveOutcomes(bucket, outcomes) {
      if (outcomes.length === 0) return;
      // Of two of one parcel the later counts.
      const parcels = new Map(outcomes.map((outcome) => [outcome.barcode, outcome]));
      const barcodes = [...parcels.keys()];
      await session.run(EVALUATION_SQL.takeFromSums, bucket, barcodes);
      await session.run(EVALUATION_SQL.removeParcels, bucket, barcodes);
      await session.copy(
        EVALUATION_SQL.putParcels,
        [...parcels.values()].map((outcome) => [
          bucket,
          outcome.barcode,
          outcome.verdict,
          outcome.observations,
          outcome.openFindings,
          outcome.dueAt,
          outcome.awaitsDeliveries,
          outcome.corrections,
          ...toColumns(outcome.tally.legacy),
          ...toColumns(outcome.tally.new),
        ]),
      );
      await session.run(EVALUATION_SQL.addToSums, bucket, barcodes);
      await session.run(EVALUATION_SQL.removeFacts, bucket, barcodes);
      await session.copy(
        EVALUATION_SQL.putFacts,
        [...parcels.values()].map(({ barcode, facts }) => [bucket, barcode, facts]),
      );
      await session.run(EVALUATION_SQL.markClean, bucket, barcodes);
      await putFindings(bucket, outcomes);
      await putEvents(bucket, outcomes);
    },
    async saveSums(group, sums) {
      await replaceSums(firstBucketOf(group), sums);
    },
    async addSums(group, changes) {
      const bucket = firstBucketOf(group);
      const [row] = await session.rows<[number | null]>(EVALUATION_SQL.lastSums, bucket);
      const last = row?.[0] ?? 0;
      await session.run(EVALUATION_SQL.putSums, bucket, last + 1, encodeSums(changes));
      if (last < MOST_PARTS) return;
      const parts = await session.rows<[Buffer]>(EVALUATION_SQL.sums, bucket);
      await replaceSums(bucket, decodeSums(parts.map(([part]) => part)));
    },
    async openRun(plan) {
      const { runId, now, fingerprint, deliveriesFingerprint } = plan;
      await session.run(EVALUATION_SQL.dropOpenRuns);
      await session.run(EVALUATION_SQL.dropGroups);
      await session.run(
        EVALUATION_SQL.openRun,
        runId,
        now,
        fingerprint,
        deliveriesFingerprint,
        encodePlan(plan),
      );
    },
    async closeGroup(runId, group, evaluated) {
      await session.run(EVALUATION_SQL.closeGroup, runId, group, evaluated);
    },
    async saveRun({ runId, evaluated, verdict }) {
      await session.run(EVALUATION_SQL.dropGroups);
      await session.run(EVALUATION_SQL.endRun, evaluated, verdict, runId);
    },
  };
}

function toColumns({ episodes, agreed, differing, explained, lone }: EpisodeTally): number[] {
  return [episodes, agreed, differing, explained, lone];
}
