import type { ParcelObservations } from "../reconcile/parcel-observations.ts";
import type { RecallOfKind } from "../reconcile/recall/prove-recall.ts";
import { proveRecall } from "../reconcile/recall/prove-recall.ts";
import type { Moment } from "../reconcile/settle.ts";
import type { App } from "./open-app.ts";

/** Copies of so many parcels are planted in, a few of each bucket, so that they are of all sorts. */
const MOST_PARCELS = 240;
const MOST_OF_A_BUCKET = 3;

/** Plants defects in copies of matched parcels of the store, in memory, and says how many were found. */
export async function proveRecallOfStore(app: App, moment: Moment): Promise<readonly RecallOfKind[]> {
  const { store, tables, settings } = app;
  const parcels: ParcelObservations[] = [];
  for await (const page of store.parcels.list({ verdict: "matched" })) {
    for (const { barcode } of page.slice(0, MOST_OF_A_BUCKET)) {
      const dossier = await store.parcels.findDossier(barcode);
      if (dossier !== undefined) parcels.push(dossier);
    }
    if (parcels.length >= MOST_PARCELS) break;
  }
  return proveRecall(parcels, tables, settings, moment);
}
