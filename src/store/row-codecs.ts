import type { Barcode } from "../domain/barcode.ts";
import type { Channel } from "../domain/channel.ts";
import { CHANNELS } from "../domain/channel.ts";
import type { Finding, FindingKind, FindingState, PendingReason, Severity } from "../domain/finding.ts";
import type { KnownIntake } from "./intake-access.ts";

/** Hashes and identities are raw bytes in the store and hexadecimal text outside. */
export function toBytes(hex: string): Buffer {
  return Buffer.from(hex, "hex");
}

export function toHex(bytes: Buffer): string {
  return bytes.toString("hex");
}

/** Doubles as bytes, little-endian on every machine that runs this. */
export function toKeyBytes(keys: Float64Array): Buffer {
  return Buffer.from(keys.buffer, keys.byteOffset, keys.byteLength);
}

export function fromKeyBytes(bytes: Uint8Array): Float64Array {
  // A copy, because doubles must be aligned. Not `slice`, which copies nothing of a Buffer.
  return new Float64Array(new Uint8Array(bytes).buffer);
}

export function toChannelNumber(channel: Channel): number {
  return CHANNELS.indexOf(channel);
}

export function toChannel(number: number): Channel {
  const channel = CHANNELS[number];
  if (channel === undefined) throw new Error(`channel ${number} is not in the list of channels`);
  return channel;
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

/** A known intake, as both stores read it. */
export type KnownRow = readonly [
  rows: number,
  receivedAt: number | null,
  receivedAgainAt: number | null,
  quarantined: number,
];

export function toKnown(
  hash: string,
  [rows, receivedAt, receivedAgainAt, quarantined]: KnownRow,
): KnownIntake {
  const firstReceivedAt =
    receivedAt === null || receivedAgainAt === null
      ? (receivedAt ?? receivedAgainAt)
      : Math.min(receivedAt, receivedAgainAt);
  return { hash, rows, firstReceivedAt, quarantined };
}
