import type { Arrival, QuarantinedRow } from "../domain/arrival.ts";
import type { Barcode } from "../domain/barcode.ts";
import type { Observation } from "../domain/observation.ts";
import type { TrafficField } from "../domain/traffic.ts";

/**
 * What every source hands over: intakes (one received artefact each) with
 * their rows read. Outside shapes end here.
 */

/** A delivery as it came: nothing of it has been read. */
export interface RawDelivery {
  readonly body: Uint8Array;
  /** UTC epoch milliseconds. */
  readonly receivedAt: number;
  /** Names this attempt: the sender's header, or made up. Never deduplicates. */
  readonly deliveryId: string;
}

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
  /** Absent: nothing is learnt of it, because nobody could read it or no contract describes it. */
  readonly seen?: SeenPayload | undefined;
}

/** A payload as something that shows what its service sends. */
export interface SeenPayload {
  /** The name of the contract by which it was read. */
  readonly contract: string;
  /** Whether this stands for all payloads of one shape, which differ in nothing but texts. */
  readonly isShape: boolean;
  /** Looks at it closely; which of a shape's payloads is looked at makes no difference. */
  readonly look: () => PayloadLook;
}

export interface PayloadLook {
  /** Each path in it with the kind of its value, such as `item.status.code text`; each once. */
  readonly paths: readonly string[];
  /** The contract's fields that it does not fill; of deliveries. */
  readonly lacking: readonly TrafficField[];
  /** Names, kinds, and values of the contract's fields only, as JSON. */
  readonly sample: () => string;
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
