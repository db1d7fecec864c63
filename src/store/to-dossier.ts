import type { Barcode } from "../domain/barcode.ts";
import type { Channel } from "../domain/channel.ts";
import { CHANNELS } from "../domain/channel.ts";
import type { Finding } from "../domain/finding.ts";
import { decodeObservations } from "./dossier-codec.ts";
import type { ParcelDossier } from "./parcel-access.ts";

/** What one channel said of one parcel, as it is kept. */
export type DossierRow = readonly [
  channel: number,
  barcode: Barcode,
  listedAt: number | null,
  observations: string,
];

/** Puts together what the channels said of a parcel. */
export function toDossier(
  barcode: Barcode,
  rows: readonly DossierRow[],
  findings: readonly Finding[],
): ParcelDossier {
  let listedAt: number | null = null;
  const observations = rows.flatMap(([channel, , listed, text]) => {
    if (listed !== null) listedAt = Math.max(listedAt ?? listed, listed);
    return decodeObservations(barcode, CHANNELS[channel] as Channel, text);
  });
  return { barcode, listedAt, observations, findings };
}
