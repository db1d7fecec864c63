import type { Database } from "better-sqlite3";
import { compareText } from "../../domain/observation.ts";
import type { DossierWriter } from "../parcel-access.ts";
import { toChannelNumber } from "../row-codecs.ts";

/** The writer of the parcels' dossiers; every parcel it touches is dirty until its next evaluation. */
export function makeDossierWriter(database: Database): DossierWriter {
  const putDossier = database.prepare(
    `INSERT OR REPLACE INTO dossier (bucket, channel, barcode, listed_at, observations) VALUES (?, ?, ?, ?, ?)`,
  );
  const markDirty = database.prepare("INSERT OR IGNORE INTO dirty (bucket, barcode) VALUES (?, ?)");
  const deleteInbox = database.prepare("DELETE FROM inbox WHERE seq = ?");

  return {
    async saveDossiers(dossiers) {
      const rows = dossiers
        .map((dossier) => ({ ...dossier, number: toChannelNumber(dossier.channel) }))
        .sort((a, b) => a.bucket - b.bucket || a.number - b.number || compareText(a.barcode, b.barcode));
      for (const { bucket, number, barcode, listedAt, observations } of rows) {
        putDossier.run(bucket, number, barcode, listedAt, observations);
        markDirty.run(bucket, barcode);
      }
    },
    async clearInbox(rows) {
      for (const { seq } of rows) deleteInbox.run(seq);
    },
  };
}
