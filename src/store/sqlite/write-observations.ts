import type { Database } from "better-sqlite3";
import type { Barcode } from "../../domain/barcode.ts";
import { bucketOf } from "../../domain/barcode.ts";
import type { KeptObservation } from "../../domain/merge-observation.ts";
import { mergeObservation } from "../../domain/merge-observation.ts";
import type { IntakeWriter } from "../store.ts";
import { decodeObservations, encodeObservation } from "./dossier-codec.ts";
import { inKeyOrder } from "./in-key-order.ts";

/** The writer of the parcels' dossiers; every parcel it touches is dirty until its next evaluation. */
export function makeObservationWriter(
  database: Database,
): Pick<IntakeWriter, "saveObservations" | "removeObservation" | "saveListings"> {
  const selectDossier = database
    .prepare("SELECT observations FROM dossier WHERE bucket = ? AND barcode = ?")
    .pluck();
  const putDossier = database.prepare(
    `INSERT INTO dossier (bucket, barcode, observations) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET observations = excluded.observations`,
  );
  const touchParcel = database.prepare(
    `INSERT INTO parcel (bucket, barcode, dirty) VALUES (?, ?, 1)
     ON CONFLICT DO UPDATE SET dirty = 1 WHERE dirty = 0`,
  );
  const listParcel = database.prepare(
    `INSERT INTO parcel (bucket, barcode, dirty, listed_at) VALUES (?, ?, 1, ?)
     ON CONFLICT DO UPDATE SET dirty = 1, listed_at = max(coalesce(listed_at, excluded.listed_at), excluded.listed_at)`,
  );

  return {
    async saveObservations(observations) {
      let added = 0;
      for (const { bucket, barcode, rows } of byParcel(observations)) {
        const kept = selectDossier.get(bucket, barcode) as string | undefined;
        const merged = addToDossier(barcode, kept, rows);
        added += merged.added;
        if (merged.text === kept) continue;
        putDossier.run(bucket, barcode, merged.text);
        touchParcel.run(bucket, barcode);
      }
      return added;
    },
    async removeObservation(barcode, channel, identity) {
      const bucket = bucketOf(barcode);
      const kept = selectDossier.get(bucket, barcode) as string | undefined;
      const left = decodeObservations(barcode, kept ?? "").filter(
        (observation) => observation.identity !== identity || observation.channel !== channel,
      );
      putDossier.run(bucket, barcode, left.map(encodeObservation).join(","));
      touchParcel.run(bucket, barcode);
    },
    async saveListings(barcodes, receivedAt) {
      for (const barcode of barcodes) listParcel.run(bucketOf(barcode), barcode, receivedAt);
    },
  };
}

/** The observations of each parcel, in the order of the table's key. */
function byParcel(
  observations: readonly KeptObservation[],
): { readonly bucket: number; readonly barcode: Barcode; readonly rows: readonly KeptObservation[] }[] {
  const groups = [...Map.groupBy(observations, ({ barcode }) => barcode)];
  return inKeyOrder(groups, ([barcode]) => barcode).map(({ bucket, row: [barcode, rows] }) => ({
    bucket,
    barcode,
    rows,
  }));
}

/**
 * Adds observations to a parcel's text. An identity that stands in it already
 * is merged, which takes reading it; most are new, and only added.
 */
function addToDossier(
  barcode: Barcode,
  kept: string | undefined,
  rows: readonly KeptObservation[],
): { readonly text: string; readonly added: number } {
  let text = kept ?? "";
  let added = 0;
  for (const row of rows) {
    if (!text.includes(row.identity)) {
      text += text === "" ? encodeObservation(row) : `,${encodeObservation(row)}`;
      added += 1;
      continue;
    }
    const all = decodeObservations(barcode, text);
    const at = all.findIndex(({ identity, channel }) => identity === row.identity && channel === row.channel);
    const same = all[at];
    if (same === undefined) {
      all.push(row);
      added += 1;
    } else all[at] = mergeObservation(same, row);
    text = all.map(encodeObservation).join(",");
  }
  return { text, added };
}
