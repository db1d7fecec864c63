import type { Database } from "better-sqlite3";
import type { Barcode } from "../../domain/barcode.ts";
import { bucketOf } from "../../domain/barcode.ts";
import { CHANNELS } from "../../domain/channel.ts";
import type {
  ChannelDossier,
  InboxRow,
  ParcelDossier,
  ParcelReader,
  ParcelRow,
  Selection,
} from "../parcel-access.ts";
import type { FindingRow } from "../row-codecs.ts";
import { FINDING_COLUMNS, toChannel, toChannelNumber, toFinding } from "../row-codecs.ts";
import type { DossierRow } from "../to-dossier.ts";
import { toDossier } from "../to-dossier.ts";

const TOUCHED = `
  SELECT barcode FROM dirty WHERE bucket = :bucket
  UNION
  SELECT barcode FROM parcel WHERE bucket = :bucket AND due_at <= :now
  UNION
  SELECT barcode FROM parcel WHERE bucket = :bucket AND awaits_deliveries = 1 AND :moved = 1`;

const NOT_DIRTY = "NOT EXISTS (SELECT 1 FROM dirty d WHERE d.bucket = p.bucket AND d.barcode = p.barcode)";

/** The reader of parcels: the hot path of an evaluation, and the lists. */
export function makeParcelReader(database: Database): ParcelReader {
  const selectBuckets = database.prepare("SELECT DISTINCT bucket FROM dossier ORDER BY bucket").pluck();
  const selectInboxBuckets = database.prepare("SELECT DISTINCT bucket FROM inbox ORDER BY bucket").pluck();
  const selectInbox = database
    .prepare("SELECT seq, channel, records FROM inbox WHERE bucket = ? ORDER BY seq")
    .raw();
  const dossiersOfChannel = database
    .prepare(
      `SELECT channel, barcode, listed_at, observations FROM dossier
       WHERE bucket = ? AND channel = ? ORDER BY barcode`,
    )
    .raw();
  const dossierOfChannel = database
    .prepare(
      `SELECT channel, barcode, listed_at, observations FROM dossier
       WHERE bucket = ? AND channel = ? AND barcode = ?`,
    )
    .raw();
  const dossiersOfBucket = database
    .prepare("SELECT channel, barcode, listed_at, observations FROM dossier WHERE bucket = ?")
    .raw();
  const findingColumns = FINDING_COLUMNS.join(", ");
  const findingsOfBucket = database.prepare(`SELECT ${findingColumns} FROM finding WHERE bucket = ?`).raw();
  const findingsOfParcel = database
    .prepare(`SELECT ${findingColumns} FROM finding WHERE bucket = ? AND barcode = ?`)
    .raw();
  const factsOfParcel = database
    .prepare("SELECT facts FROM parcel_facts WHERE bucket = ? AND barcode = ?")
    .pluck();
  const selectTouched = database.prepare(`${TOUCHED} ORDER BY barcode`).pluck();
  const countAll = database
    .prepare("SELECT count(*) FROM (SELECT DISTINCT bucket, barcode FROM dossier LIMIT ?)")
    .pluck();
  // UNION would gather all of them before it counts up to the limit.
  const countTouched = database
    .prepare(
      `SELECT count(*) FROM (SELECT 1 FROM dirty
         UNION ALL SELECT 1 FROM parcel p WHERE due_at <= :now AND ${NOT_DIRTY}
         UNION ALL SELECT 1 FROM parcel p WHERE awaits_deliveries = 1 AND :moved = 1
           AND (due_at IS NULL OR due_at > :now) AND ${NOT_DIRTY}
         LIMIT :limit)`,
    )
    .pluck();
  // Evaluated parcels that have observations; a parcel whose only delivery was taken back has none.
  const selectRows = database.prepare(
    `SELECT barcode, verdict, legacy_episodes AS legacyEpisodes, new_episodes AS newEpisodes,
       open_findings AS openFindings
     FROM parcel
     WHERE bucket = :bucket AND observations > 0 AND verdict = coalesce(:verdict, verdict)
     ORDER BY barcode`,
  );
  const selectParcelBuckets = database.prepare("SELECT DISTINCT bucket FROM parcel ORDER BY bucket").pluck();
  const selectCorrected = database
    .prepare("SELECT barcode FROM parcel WHERE corrections > 0 ORDER BY bucket, barcode LIMIT ?")
    .pluck();
  const sumCorrections = database
    .prepare("SELECT coalesce(sum(corrections), 0) FROM parcel WHERE corrections > 0")
    .pluck();

  const readParcel = (bucket: number, barcode: Barcode): ParcelDossier | undefined => {
    const rows = CHANNELS.flatMap(
      (_, channel) => (dossierOfChannel.all(bucket, channel, barcode) as DossierRow[]) ?? [],
    );
    if (rows.length === 0) return undefined;
    return toDossier(barcode, rows, (findingsOfParcel.all(bucket, barcode) as FindingRow[]).map(toFinding));
  };

  const readWholeBucket = (bucket: number): ParcelDossier[] => {
    const rows = Map.groupBy(dossiersOfBucket.all(bucket) as DossierRow[], ([, barcode]) => barcode);
    const findings = Map.groupBy(
      findingsOfBucket.all(bucket) as FindingRow[],
      ([barcode]) => barcode as Barcode,
    );
    return [...rows.keys()]
      .sort()
      .map((barcode) =>
        toDossier(barcode, rows.get(barcode) ?? [], (findings.get(barcode) ?? []).map(toFinding)),
      );
  };

  const toMoved = ({ now, deliveriesMoved }: Extract<Selection, { kind: "touched" }>) => ({
    now,
    moved: deliveriesMoved ? 1 : 0,
  });

  return {
    async buckets() {
      return selectBuckets.all() as number[];
    },
    async inboxBuckets() {
      return selectInboxBuckets.all() as number[];
    },
    async inbox(bucket) {
      return (selectInbox.all(bucket) as [number, number, Buffer][]).map(
        ([seq, channel, records]): InboxRow => ({ bucket, seq, channel: toChannel(channel), records }),
      );
    },
    async channelDossiers(bucket, channel, barcodes) {
      const number = toChannelNumber(channel);
      const rows =
        barcodes === null
          ? (dossiersOfChannel.all(bucket, number) as DossierRow[])
          : barcodes.flatMap((barcode) => dossierOfChannel.all(bucket, number, barcode) as DossierRow[]);
      return rows.map(
        ([, barcode, listedAt, observations]): ChannelDossier => ({
          bucket,
          channel,
          barcode,
          listedAt,
          observations,
        }),
      );
    },
    async countParcels(selection, limit) {
      if (selection.kind === "all") return countAll.get(limit) as number;
      return countTouched.get({ ...toMoved(selection), limit }) as number;
    },
    async dossiers(bucket, selection) {
      if (selection.kind === "all") return readWholeBucket(bucket);
      const barcodes = selectTouched.all({ ...toMoved(selection), bucket }) as Barcode[];
      return barcodes.flatMap((barcode) => readParcel(bucket, barcode) ?? []);
    },
    async facts(bucket, barcodes) {
      return barcodes.flatMap((barcode) => (factsOfParcel.all(bucket, barcode) as string[]) ?? []);
    },
    async findDossier(barcode) {
      return readParcel(bucketOf(barcode), barcode);
    },
    async listCorrected(limit) {
      return {
        barcodes: selectCorrected.all(limit) as Barcode[],
        corrections: sumCorrections.get() as number,
      };
    },
    async *list({ verdict }) {
      for (const bucket of selectParcelBuckets.all() as number[]) {
        const rows = selectRows.all({ bucket, verdict: verdict ?? null }) as ParcelRow[];
        if (rows.length > 0) yield rows;
      }
    },
  };
}
