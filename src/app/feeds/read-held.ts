import type { Barcode } from "../../domain/barcode.ts";
import { bucketOf } from "../../domain/barcode.ts";
import type { Channel } from "../../domain/channel.ts";
import type { Details, Observation } from "../../domain/observation.ts";
import { decodeObservations } from "../../store/dossier-codec.ts";
import type { Store } from "../../store/store.ts";

/** What a channel said of parcels so far. */
export async function readHeld(
  { parcels }: Pick<Store, "parcels">,
  channel: Channel,
  barcodes: readonly Barcode[],
): Promise<ReadonlyMap<Barcode, readonly Observation[]>> {
  const held = new Map<Barcode, readonly Observation[]>();
  for (const [bucket, some] of Map.groupBy(barcodes, bucketOf)) {
    for (const { barcode, observations } of await parcels.channelDossiers(bucket, channel, some)) {
      held.set(barcode, decodeObservations(barcode, channel, observations));
    }
  }
  return held;
}

/** The details that are known of a parcel, the newest first. */
export async function findDetails(
  { parcels }: Pick<Store, "parcels">,
  barcode: Barcode,
): Promise<readonly Details[]> {
  const observations = (await parcels.findDossier(barcode))?.observations ?? [];
  return observations.toSorted((a, b) => b.at - a.at).map(({ details }) => details);
}
