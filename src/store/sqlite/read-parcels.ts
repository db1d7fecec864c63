import type { Database } from "better-sqlite3";
import type { Barcode } from "../../domain/barcode.ts";
import { bucketOf } from "../../domain/barcode.ts";
import type { Finding } from "../../domain/finding.ts";
import type { Observation } from "../../domain/observation.ts";
import type { ParcelDossier, ParcelReader, ParcelRow, Selection } from "../store.ts";
import { decodeObservations } from "./dossier-codec.ts";
import type { FindingRow } from "./row-codecs.ts";
import { FINDING_COLUMNS, toFinding } from "./row-codecs.ts";

const TOUCHED = `
  SELECT barcode, listed_at FROM parcel WHERE bucket = :bucket AND dirty = 1
  UNION
  SELECT barcode, listed_at FROM parcel WHERE bucket = :bucket AND due_at <= :now
  UNION
  SELECT barcode, listed_at FROM parcel WHERE bucket = :bucket AND awaits_deliveries = 1 AND :moved = 1`;

/** The reader of parcels: the hot path of an evaluation, and the lists. */
export function makeParcelReader(database: Database): ParcelReader {
  const selectBuckets = database.prepare("SELECT DISTINCT bucket FROM parcel ORDER BY bucket").pluck();
  const selectAll = database
    .prepare("SELECT barcode, listed_at FROM parcel WHERE bucket = ? ORDER BY barcode")
    .raw();
  const selectTouched = database.prepare(`${TOUCHED} ORDER BY barcode`).raw();
  const selectParcel = database
    .prepare("SELECT listed_at FROM parcel WHERE bucket = ? AND barcode = ?")
    .raw();
  // Evaluated parcels that have observations; a parcel whose only delivery was taken back has none.
  const selectRows = database.prepare(
    `SELECT barcode, verdict, legacy_episodes AS legacyEpisodes, new_episodes AS newEpisodes,
       open_findings AS openFindings
     FROM parcel
     WHERE bucket = :bucket AND verdict IS NOT NULL AND observations > 0 AND verdict = coalesce(:verdict, verdict)
     ORDER BY barcode`,
  );
  const selectCorrected = database
    .prepare("SELECT barcode FROM parcel WHERE corrections > 0 ORDER BY bucket, barcode LIMIT ?")
    .pluck();
  const sumCorrections = database
    .prepare("SELECT coalesce(sum(corrections), 0) FROM parcel WHERE corrections > 0")
    .pluck();
  const findingColumns = FINDING_COLUMNS.join(", ");
  const dossiersOfBucket = database
    .prepare("SELECT barcode, observations FROM dossier WHERE bucket = ? ORDER BY barcode")
    .raw();
  const dossierOfParcel = database
    .prepare("SELECT observations FROM dossier WHERE bucket = ? AND barcode = ?")
    .pluck();
  const findingsOfBucket = database.prepare(`SELECT ${findingColumns} FROM finding WHERE bucket = ?`).raw();
  const findingsOfParcel = database
    .prepare(`SELECT ${findingColumns} FROM finding WHERE bucket = ? AND barcode = ?`)
    .raw();

  const readObservations = (bucket: number, barcode: Barcode): Observation[] =>
    decodeObservations(barcode, (dossierOfParcel.get(bucket, barcode) as string | undefined) ?? "");
  const readFindings = (bucket: number, barcode: string): Finding[] =>
    (findingsOfParcel.all(bucket, barcode) as FindingRow[]).map(toFinding);

  const readWholeBucket = (bucket: number): ParcelDossier[] => {
    const observations = new Map(dossiersOfBucket.all(bucket) as [Barcode, string][]);
    const findings = groupByBarcode(findingsOfBucket.iterate(bucket) as Iterable<FindingRow>, toFinding);
    return (selectAll.all(bucket) as [Barcode, number | null][]).map(([barcode, listedAt]) => ({
      barcode,
      listedAt,
      observations: decodeObservations(barcode, observations.get(barcode) ?? ""),
      findings: findings.get(barcode) ?? [],
    }));
  };

  const readTouched = (
    bucket: number,
    selection: Extract<Selection, { kind: "touched" }>,
  ): ParcelDossier[] => {
    const parameters = { bucket, now: selection.now, moved: selection.deliveriesMoved ? 1 : 0 };
    return (selectTouched.all(parameters) as [Barcode, number | null][]).map(([barcode, listedAt]) => ({
      barcode,
      listedAt,
      observations: readObservations(bucket, barcode),
      findings: readFindings(bucket, barcode),
    }));
  };

  return {
    async buckets() {
      return selectBuckets.all() as number[];
    },
    async dossiers(bucket, selection) {
      return selection.kind === "all" ? readWholeBucket(bucket) : readTouched(bucket, selection);
    },
    async findDossier(barcode) {
      const bucket = bucketOf(barcode);
      const row = selectParcel.get(bucket, barcode) as [number | null] | undefined;
      if (row === undefined) return undefined;
      return {
        barcode,
        listedAt: row[0],
        observations: readObservations(bucket, barcode),
        findings: readFindings(bucket, barcode),
      };
    },
    async listCorrected(limit) {
      return {
        barcodes: selectCorrected.all(limit) as Barcode[],
        corrections: sumCorrections.get() as number,
      };
    },
    async *list({ verdict }) {
      for (const bucket of selectBuckets.all() as number[]) {
        const rows = selectRows.all({ bucket, verdict: verdict ?? null }) as ParcelRow[];
        if (rows.length > 0) yield rows;
      }
    },
  };
}

function groupByBarcode<Row extends readonly [barcode: string, ...unknown[]], Value>(
  rows: Iterable<Row>,
  toValue: (row: Row) => Value,
): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const row of rows) {
    const group = groups.get(row[0]);
    if (group === undefined) groups.set(row[0], [toValue(row)]);
    else group.push(toValue(row));
  }
  return groups;
}
