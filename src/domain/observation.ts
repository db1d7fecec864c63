import type { Barcode } from "./barcode.ts";
import type { Channel } from "./channel.ts";

/** The details that are kept and compared. Addresses and names are dropped at the door. */
export const DETAIL_FIELDS = [
  "reference",
  "customerNumber",
  "customerCode",
  "mainBarcode",
  "location",
  "productCode",
] as const;
export type DetailField = (typeof DETAIL_FIELDS)[number];

/** Trimmed texts; `null` where the source gives none. */
export type Details = Readonly<Record<DetailField, string | null>>;

export const NO_DETAILS: Details = Object.freeze({
  reference: null,
  customerNumber: null,
  customerCode: null,
  mainBarcode: null,
  location: null,
  productCode: null,
});

/**
 * What one channel said once about one parcel. Instants are UTC epoch
 * milliseconds.
 */
export interface Observation {
  readonly barcode: Barcode;
  readonly channel: Channel;
  /** Legacy: the observation code, upper case, letter first (`J01`). New: the wire code, lower case. */
  readonly code: string;
  /** When it happened. Of a local time that exists twice, the earlier instant. */
  readonly at: number;
  /** The later instant of a local time that exists twice (autumn clock change); otherwise `null`. */
  readonly laterAt: number | null;
  /** Whether the local time was skipped by the spring clock change; `at` is then one hour later. */
  readonly nonexistentTime: boolean;
  /** The unit in which the source writes the time: 1, 1000 or 60 000 ms. */
  readonly precisionMs: number;
  /** When it first reached us. */
  readonly receivedAt: number;
  readonly details: Details;
  /** SHA-256 (hex) of the intake that first said it. */
  readonly intake: string;
  /** Line in the intake (from 1), or position in an API reply's list (from 1). */
  readonly line: number;
  /** What makes it the same observation when it comes again (hex); see `spec` of each source. */
  readonly identity: string;
  /** Status API only: `receivedAt` of the newest reply that lists it. */
  readonly lastListedAt: number | null;
}

/** The order of observations: time, then the legacy or wire code, then the channel; never the order of arrival. */
export function compareObservations(a: Observation, b: Observation): number {
  return (
    a.at - b.at ||
    compareText(a.code, b.code) ||
    compareText(a.channel, b.channel) ||
    compareText(a.identity, b.identity)
  );
}

/** Compares by code unit, the same on every machine and in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
