import { compareText } from "../../domain/observation.ts";
import type { DossierWriter } from "../parcel-access.ts";
import { toChannelNumber } from "../row-codecs.ts";
import { TABLES } from "../tables.ts";
import type { WriteSession } from "./session.ts";
import { toCopy, toStatements } from "./statements.ts";

export const DOSSIER_SQL = {
  ...toStatements("dossiers", {
    // Deleting what is there, then copying, does what an upsert does, and takes one path on a distributed database:
    // there an INSERT … SELECT FROM unnest(…) ON CONFLICT would be gathered by the coordinator first.
    remove: "DELETE FROM dossier WHERE bucket = $1 AND channel = $2 AND barcode = ANY ($3)",
    dirty: "SELECT barcode FROM dirty WHERE bucket = $1 AND barcode = ANY ($2)",
    clearInbox: "DELETE FROM inbox WHERE bucket = $1 AND seq = ANY ($2)",
  }),
  putDossiers: toCopy("dossier", TABLES.dossier.columns),
  markDirty: toCopy("dirty", TABLES.dirty.columns),
};

/** The writer of the parcels' dossiers; every parcel it touches is dirty until its next evaluation. */
export function makeDossierWriter(session: WriteSession): DossierWriter {
  return {
    async saveDossiers(dossiers) {
      // Of two dossiers with one key the later counts.
      const byKey = new Map(dossiers.map((dossier) => [`${dossier.channel} ${dossier.barcode}`, dossier]));
      const rows = [...byKey.values()]
        .map((dossier) => ({ ...dossier, number: toChannelNumber(dossier.channel) }))
        .sort((a, b) => a.bucket - b.bucket || a.number - b.number || compareText(a.barcode, b.barcode));
      const fresh: [number, string][] = [];
      for (const [bucket, ofBucket] of Map.groupBy(rows, (row) => row.bucket)) {
        for (const [number, ofChannel] of Map.groupBy(ofBucket, (row) => row.number)) {
          await session.run(DOSSIER_SQL.remove, bucket, number, toBarcodes(ofChannel));
        }
        const barcodes = new Set(toBarcodes(ofBucket));
        for (const [barcode] of await session.rows<[string]>(DOSSIER_SQL.dirty, bucket, [...barcodes])) {
          barcodes.delete(barcode);
        }
        for (const barcode of barcodes) fresh.push([bucket, barcode]);
      }
      await session.copy(
        DOSSIER_SQL.putDossiers,
        rows.map(({ bucket, number, barcode, listedAt, observations }) => [
          bucket,
          number,
          barcode,
          listedAt,
          observations,
        ]),
      );
      await session.copy(DOSSIER_SQL.markDirty, fresh);
    },
    async clearInbox(rows) {
      for (const [bucket, ofBucket] of Map.groupBy(rows, (row) => row.bucket)) {
        const seqs = ofBucket.map(({ seq }) => seq);
        await session.run(DOSSIER_SQL.clearInbox, bucket, seqs);
      }
    },
  };
}

function toBarcodes(rows: readonly { readonly barcode: string }[]): string[] {
  return rows.map(({ barcode }) => barcode);
}
