import type { Barcode } from "../../domain/barcode.ts";
import type { Channel } from "../../domain/channel.ts";
import { CHANNELS } from "../../domain/channel.ts";
import type { Finding, FindingKind, FindingState, PendingReason, Severity } from "../../domain/finding.ts";
import type { KeptObservation } from "../../domain/merge-observation.ts";

/** Hashes and identities are raw bytes in the file and hexadecimal text outside. */
export function toBytes(hex: string): Buffer {
  return Buffer.from(hex, "hex");
}

export function toHex(bytes: Buffer): string {
  return bytes.toString("hex");
}

export function toChannelNumber(channel: Channel): number {
  return CHANNELS.indexOf(channel);
}

export function toChannel(number: number): Channel {
  const channel = CHANNELS[number];
  if (channel === undefined) throw new Error(`channel ${number} is not in the list of channels`);
  return channel;
}

/** The columns of an observation, in the order of {@link toObservation}. */
export const OBSERVATION_COLUMNS = [
  "barcode",
  "channel",
  "identity",
  "code",
  "at",
  "later_at",
  "nonexistent_time",
  "precision_ms",
  "received_at",
  "reference",
  "customer_number",
  "customer_code",
  "main_barcode",
  "location",
  "product_code",
  "filled_later",
  "intake",
  "line",
  "last_listed_at",
] as const;

export type ObservationRow = readonly [
  barcode: string,
  channel: number,
  identity: Buffer,
  code: string,
  at: number,
  laterAt: number | null,
  nonexistentTime: number,
  precisionMs: number,
  receivedAt: number,
  reference: string | null,
  customerNumber: string | null,
  customerCode: string | null,
  mainBarcode: string | null,
  location: string | null,
  productCode: string | null,
  filledLater: string | null,
  intake: Buffer,
  line: number,
  lastListedAt: number | null,
];

export function toObservation(row: ObservationRow): KeptObservation {
  return {
    barcode: row[0] as Barcode,
    channel: toChannel(row[1]),
    identity: toHex(row[2]),
    code: row[3],
    at: row[4],
    laterAt: row[5],
    nonexistentTime: row[6] === 1,
    precisionMs: row[7],
    receivedAt: row[8],
    details: {
      reference: row[9],
      customerNumber: row[10],
      customerCode: row[11],
      mainBarcode: row[12],
      location: row[13],
      productCode: row[14],
    },
    filledLater: row[15] === null ? null : JSON.parse(row[15]),
    intake: toHex(row[16]),
    line: row[17],
    lastListedAt: row[18],
  };
}

export function toObservationRow(observation: KeptObservation): ObservationRow {
  const { details } = observation;
  return [
    observation.barcode,
    toChannelNumber(observation.channel),
    toBytes(observation.identity),
    observation.code,
    observation.at,
    observation.laterAt,
    observation.nonexistentTime ? 1 : 0,
    observation.precisionMs,
    observation.receivedAt,
    details.reference,
    details.customerNumber,
    details.customerCode,
    details.mainBarcode,
    details.location,
    details.productCode,
    observation.filledLater === null ? null : JSON.stringify(observation.filledLater),
    toBytes(observation.intake),
    observation.line,
    observation.lastListedAt,
  ];
}

/** The columns of a finding, in the order of {@link toFinding}. */
export const FINDING_COLUMNS = [
  "barcode",
  "id",
  "kind",
  "state",
  "pending_reason",
  "severity",
  "legacy_episodes",
  "new_episodes",
  "first_seen_at",
  "body",
] as const;

export type FindingRow = readonly [
  barcode: string,
  id: string,
  kind: string,
  state: string,
  pendingReason: string | null,
  severity: string,
  legacyEpisodes: number,
  newEpisodes: number,
  firstSeenAt: number,
  body: string,
];

export function toFinding(row: FindingRow): Finding {
  return {
    barcode: row[0] as Barcode,
    id: row[1],
    kind: row[2] as FindingKind,
    state: row[3] as FindingState,
    pendingReason: row[4] as PendingReason | null,
    severity: row[5] as Severity,
    legacyEpisodes: row[6],
    newEpisodes: row[7],
    firstSeenAt: row[8],
    ...(JSON.parse(row[9]) as FindingBody),
  };
}

type FindingBody = Omit<
  Finding,
  | "barcode"
  | "id"
  | "kind"
  | "state"
  | "pendingReason"
  | "severity"
  | "legacyEpisodes"
  | "newEpisodes"
  | "firstSeenAt"
>;

export function toFindingRow(finding: Finding): FindingRow {
  const {
    barcode,
    id,
    kind,
    state,
    pendingReason,
    severity,
    legacyEpisodes,
    newEpisodes,
    firstSeenAt,
    ...body
  } = finding;
  return [
    barcode,
    id,
    kind,
    state,
    pendingReason,
    severity,
    legacyEpisodes,
    newEpisodes,
    firstSeenAt,
    JSON.stringify(body satisfies FindingBody),
  ];
}

/** `?, ?, ?` for a list of columns. */
export function placeholders(columns: readonly unknown[]): string {
  return columns.map(() => "?").join(", ");
}
