import type { Barcode } from "../../domain/barcode.ts";
import { bucketOf } from "../../domain/barcode.ts";
import type { ParcelVerdict } from "../../domain/verdict.ts";
import type { ParcelDossier, ParcelReader, Selection } from "../parcel-access.ts";
import type { FindingRow } from "../row-codecs.ts";
import { FINDING_COLUMNS, toChannel, toChannelNumber, toFinding } from "../row-codecs.ts";
import type { DossierRow } from "../to-dossier.ts";
import { toDossier } from "../to-dossier.ts";
import type { BucketLister } from "./list-buckets.ts";
import type { Session } from "./session.ts";
import { toStatements } from "./statements.ts";

const DOSSIER = "SELECT channel, barcode, listed_at, observations FROM dossier";
const FINDING = `SELECT ${FINDING_COLUMNS.join(", ")} FROM finding`;

export const PARCEL_SQL = toStatements("parcels", {
  inbox: "SELECT seq, channel, records FROM inbox WHERE bucket = $1 ORDER BY seq",
  dossiersOfChannel: `${DOSSIER} WHERE bucket = $1 AND channel = $2 ORDER BY barcode`,
  someOfChannel: `${DOSSIER} WHERE bucket = $1 AND channel = $2 AND barcode = ANY ($3)`,
  dossiersOfBucket: `${DOSSIER} WHERE bucket = $1`,
  // Every channel is named, so that the key leads to the rows.
  someDossiers: `${DOSSIER} WHERE bucket = $1 AND channel IN (0, 1, 2, 3) AND barcode = ANY ($2)`,
  findingsOfBucket: `${FINDING} WHERE bucket = $1`,
  someFindings: `${FINDING} WHERE bucket = $1 AND barcode = ANY ($2)`,
  touched: `SELECT barcode FROM dirty WHERE bucket = $1
    UNION SELECT barcode FROM parcel WHERE bucket = $1 AND due_at <= $2
    UNION SELECT barcode FROM parcel WHERE bucket = $1 AND awaits_deliveries AND $3`,
  countAll: "SELECT count(*) FROM (SELECT DISTINCT bucket, barcode FROM dossier LIMIT $1) AS counted",
  countDirty: "SELECT count(*) FROM (SELECT 1 FROM dirty LIMIT $1) AS counted",
  countDue: `SELECT count(*) FROM (SELECT 1 FROM parcel p LEFT JOIN dirty d ON d.bucket = p.bucket AND d.barcode = p.barcode
    WHERE p.due_at <= $2 AND d.barcode IS NULL LIMIT $1) AS counted`,
  countAwaiting: `SELECT count(*) FROM (SELECT 1 FROM parcel p LEFT JOIN dirty d ON d.bucket = p.bucket AND d.barcode = p.barcode
    WHERE p.awaits_deliveries AND (p.due_at IS NULL OR p.due_at > $2) AND d.barcode IS NULL LIMIT $1) AS counted`,
  // Evaluated parcels that have observations; a parcel whose only delivery was taken back has none.
  list: `SELECT barcode, verdict, legacy_episodes, new_episodes, open_findings FROM parcel
    WHERE bucket = $1 AND observations > 0 AND verdict = coalesce($2, verdict) ORDER BY barcode`,
  facts: "SELECT facts FROM parcel_facts WHERE bucket = $1 AND barcode = ANY ($2) ORDER BY barcode",
  corrected: "SELECT barcode FROM parcel WHERE corrections > 0 ORDER BY bucket, barcode LIMIT $1",
  sumCorrections: "SELECT coalesce(sum(corrections), 0)::bigint FROM parcel WHERE corrections > 0",
});

/** The reader of parcels: the hot path of settling and evaluating, and the lists. */
export function makeParcelReader(session: Session, listBuckets: BucketLister): ParcelReader {
  const toDossiers = (rows: readonly DossierRow[], findings: readonly FindingRow[]): ParcelDossier[] => {
    const rowsOf = Map.groupBy(rows, ([, barcode]) => barcode);
    const findingsOf = Map.groupBy(findings, ([barcode]) => barcode as Barcode);
    return [...rowsOf]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([barcode, ofParcel]) =>
        toDossier(
          barcode,
          ofParcel.sort(([a], [b]) => a - b),
          (findingsOf.get(barcode) ?? []).map(toFinding),
        ),
      );
  };
  const readParcels = async (bucket: number, barcodes: readonly Barcode[]): Promise<ParcelDossier[]> => {
    if (barcodes.length === 0) return [];
    const rows = await session.rows<DossierRow>(PARCEL_SQL.someDossiers, bucket, barcodes);
    return toDossiers(rows, await session.rows<FindingRow>(PARCEL_SQL.someFindings, bucket, barcodes));
  };
  const count = async (statement: keyof typeof PARCEL_SQL, ...values: number[]): Promise<number> => {
    const [row] = await session.rows<[number]>(PARCEL_SQL[statement], ...values);
    return row?.[0] ?? 0;
  };
  const countTouched = async (
    { now, deliveriesMoved }: Extract<Selection, { kind: "touched" }>,
    limit: number,
  ): Promise<number> => {
    let sum = await count("countDirty", limit);
    if (sum < limit) sum += await count("countDue", limit, now);
    if (sum < limit && deliveriesMoved) sum += await count("countAwaiting", limit, now);
    return Math.min(sum, limit);
  };

  return {
    buckets: () => listBuckets("dossier"),
    inboxBuckets: () => listBuckets("inbox"),
    async inbox(bucket) {
      const rows = await session.rows<[number, number, Buffer]>(PARCEL_SQL.inbox, bucket);
      return rows.map(([seq, channel, records]) => ({ bucket, seq, channel: toChannel(channel), records }));
    },
    async channelDossiers(bucket, channel, barcodes) {
      const number = toChannelNumber(channel);
      const rows =
        barcodes === null
          ? await session.rows<DossierRow>(PARCEL_SQL.dossiersOfChannel, bucket, number)
          : await session.rows<DossierRow>(PARCEL_SQL.someOfChannel, bucket, number, barcodes);
      const found = rows.map(([, barcode, listedAt, observations]) => ({
        bucket,
        channel,
        barcode,
        listedAt,
        observations,
      }));
      if (barcodes === null) return found;
      const byBarcode = new Map(found.map((dossier) => [dossier.barcode, dossier]));
      return barcodes.flatMap((barcode) => byBarcode.get(barcode) ?? []);
    },
    async countParcels(selection, limit) {
      return selection.kind === "all" ? count("countAll", limit) : countTouched(selection, limit);
    },
    async dossiers(bucket, selection) {
      if (selection.kind === "all") {
        const rows = await session.rows<DossierRow>(PARCEL_SQL.dossiersOfBucket, bucket);
        if (rows.length === 0) return [];
        return toDossiers(rows, await session.rows<FindingRow>(PARCEL_SQL.findingsOfBucket, bucket));
      }
      const { now, deliveriesMoved } = selection;
      const touched = await session.rows<[Barcode]>(PARCEL_SQL.touched, bucket, now, deliveriesMoved);
      return readParcels(
        bucket,
        touched.map(([barcode]) => barcode),
      );
    },
    async facts(bucket, barcodes) {
      const rows = await session.rows<[string]>(PARCEL_SQL.facts, bucket, barcodes);
      return rows.map(([facts]) => facts);
    },
    async findDossier(barcode) {
      const [dossier] = await readParcels(bucketOf(barcode), [barcode]);
      return dossier;
    },
    async listCorrected(limit) {
      const rows = await session.rows<[Barcode]>(PARCEL_SQL.corrected, limit);
      return { barcodes: rows.map(([barcode]) => barcode), corrections: await count("sumCorrections") };
    },
    async *list({ verdict = null }) {
      for (const bucket of await listBuckets("parcel")) {
        type ListRow = [Barcode, ParcelVerdict, number, number, number];
        const rows = await session.rows<ListRow>(PARCEL_SQL.list, bucket, verdict);
        if (rows.length === 0) continue;
        yield rows.map(([barcode, verdictOf, legacyEpisodes, newEpisodes, openFindings]) => ({
          barcode,
          verdict: verdictOf,
          legacyEpisodes,
          newEpisodes,
          openFindings,
        }));
      }
    },
  };
}
