import type { Database } from "better-sqlite3";
import type { EpisodeTally } from "../../domain/verdict.ts";
import { firstBucketOf } from "../bucket-groups.ts";
import { toCounting } from "../parcel-sums.ts";
import { encodePlan } from "../plan-codec.ts";
import { FINDING_COLUMNS, toFindingRow } from "../row-codecs.ts";
import type { EvaluationWriter } from "../run-access.ts";
import { decodeSums, encodeSums, MOST_PARTS } from "../sums-codec.ts";
import { placeholders } from "./placeholders.ts";

/** The writer of what evaluations and runs leave. */
export function makeEvaluationWriter(database: Database): EvaluationWriter {
  const putParcel = database.prepare(
    `INSERT OR REPLACE INTO parcel (bucket, barcode, verdict, observations, open_findings, due_at,
       awaits_deliveries, corrections,
       legacy_episodes, legacy_agreed, legacy_differing, legacy_explained, legacy_lone,
       new_episodes, new_agreed, new_differing, new_explained, new_lone)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const parcels = "bucket = ? AND barcode IN (SELECT value FROM json_each(?))";
  const takeFromSums = database.prepare(toCounting("-", parcels));
  const addToSums = database.prepare(toCounting("+", parcels));
  const putFacts = database.prepare("INSERT OR REPLACE INTO parcel_facts VALUES (?, ?, ?)");
  const selectSums = database.prepare("SELECT sums FROM group_sums WHERE bucket = ? ORDER BY seq").pluck();
  const lastSums = database.prepare("SELECT max(seq) FROM group_sums WHERE bucket = ?").pluck();
  const dropSums = database.prepare("DELETE FROM group_sums WHERE bucket = ?");
  const putSums = database.prepare("INSERT INTO group_sums VALUES (?, ?, ?)");
  const markClean = database.prepare("DELETE FROM dirty WHERE bucket = ? AND barcode = ?");
  const putFinding = database.prepare(
    `INSERT OR REPLACE INTO finding (bucket, ${FINDING_COLUMNS.join(", ")})
     VALUES (?, ${placeholders(FINDING_COLUMNS)})`,
  );
  const insertEvent = database.prepare(
    `INSERT INTO finding_event (bucket, barcode, seq, id, at, run_id, from_state, to_state, reason)
     SELECT :bucket, :barcode,
       coalesce((SELECT max(seq) FROM finding_event WHERE bucket = :bucket AND barcode = :barcode), 0) + 1,
       :id, :at, :runId, :from, :to, :reason`,
  );
  const insertRun = database.prepare(
    "INSERT INTO run (run_id, now, fingerprint, deliveries_fingerprint, plan) VALUES (?, ?, ?, ?, ?)",
  );
  const dropOpenRuns = database.prepare("DELETE FROM run WHERE verdict IS NULL");
  const insertGroup = database.prepare(
    "INSERT INTO run_group (run_id, bucket_group, evaluated) VALUES (?, ?, ?)",
  );
  const deleteGroups = database.prepare("DELETE FROM run_group");
  const endRun = database.prepare("UPDATE run SET evaluated = ?, verdict = ? WHERE run_id = ?");

  const replaceSums = (bucket: number, sums: ReadonlyMap<string, number>): void => {
    dropSums.run(bucket);
    putSums.run(bucket, 1, encodeSums(sums));
  };

  return {
    async saveOutcomes(bucket, outcomes) {
      const barcodes = JSON.stringify(outcomes.map(({ barcode }) => barcode));
      takeFromSums.run(bucket, barcodes);
      for (const outcome of outcomes) {
        putParcel.run(
          bucket,
          outcome.barcode,
          outcome.verdict,
          outcome.observations,
          outcome.openFindings,
          outcome.dueAt,
          outcome.awaitsDeliveries ? 1 : 0,
          outcome.corrections,
          ...toColumns(outcome.tally.legacy),
          ...toColumns(outcome.tally.new),
        );
        putFacts.run(bucket, outcome.barcode, outcome.facts);
        markClean.run(bucket, outcome.barcode);
        for (const finding of outcome.changed) putFinding.run(bucket, ...toFindingRow(finding));
        for (const event of outcome.events) insertEvent.run({ bucket, ...event });
      }
      addToSums.run(bucket, barcodes);
    },
    async saveSums(group, sums) {
      replaceSums(firstBucketOf(group), sums);
    },
    async addSums(group, changes) {
      const bucket = firstBucketOf(group);
      const last = (lastSums.get(bucket) as number | null) ?? 0;
      putSums.run(bucket, last + 1, encodeSums(changes));
      if (last >= MOST_PARTS) replaceSums(bucket, decodeSums(selectSums.all(bucket) as Buffer[]));
    },
    async openRun(plan) {
      const { runId, now, fingerprint, deliveriesFingerprint } = plan;
      dropOpenRuns.run();
      deleteGroups.run();
      insertRun.run(runId, now, fingerprint, deliveriesFingerprint, encodePlan(plan));
    },
    async closeGroup(runId, group, evaluated) {
      insertGroup.run(runId, group, evaluated);
    },
    async saveRun({ runId, evaluated, verdict }) {
      deleteGroups.run();
      endRun.run(evaluated, verdict, runId);
    },
  };
}

function toColumns({ episodes, agreed, differing, explained, lone }: EpisodeTally): number[] {
  return [episodes, agreed, differing, explained, lone];
}
