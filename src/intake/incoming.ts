import type { Arrival, QuarantinedRow } from "../domain/arrival.ts";
import type { Barcode } from "../domain/barcode.ts";
import type { Observation } from "../domain/observation.ts";

/**
 * What every source hands over: intakes (one received artefact each) with
 * their rows read. Outside shapes end here.
 */

/** A row as delivered: exactly one of the two. */
export type ParsedRow =
  | { readonly kind: "observation"; readonly observation: Observation }
  | { readonly kind: "quarantined"; readonly quarantined: QuarantinedRow };

/** An intake that fits in memory: a webhook delivery or an API reply. */
export interface PayloadIntake {
  readonly kind: "payload";
  /** SHA-256 (hex) of `content`. */
  readonly hash: string;
  readonly content: Uint8Array;
  readonly arrival: Arrival;
  readonly rows: readonly ParsedRow[];
  /** Status API: the parcels whose statuses a reply (HTTP 200) lists; otherwise empty. */
  readonly listed: readonly Barcode[];
  /** Webhook: the customer number that the delivery carries; `null` where it carries none. */
  readonly customerNumber: string | null;
}

/** A file: read twice, first to know it whole (hash, length, trailer), then row by row, so that any size fits. */
export interface FileIntake {
  readonly kind: "file";
  readonly hash: string;
  readonly arrival: Arrival;
  /** What people should know of it though it was read, one line each. */
  readonly notes: readonly string[];
  /** The raw bytes, in chunks. */
  readonly content: () => AsyncIterable<Uint8Array>;
  /** The rows in order, in batches. */
  readonly rows: () => AsyncIterable<readonly ParsedRow[]>;
}

export type IncomingIntake = PayloadIntake | FileIntake;
