import type { Barcode } from "../../src/domain/barcode.ts";
import { parseBarcode } from "../../src/domain/barcode.ts";
import type { Channel } from "../../src/domain/channel.ts";
import { sideOf } from "../../src/domain/channel.ts";
import type { FeedProgress } from "../../src/domain/feed-progress.ts";
import type { Details, Observation } from "../../src/domain/observation.ts";
import { NO_DETAILS } from "../../src/domain/observation.ts";
import type { StatusRow } from "../../src/domain/status.ts";
import type { LegacyCodeRow, MappingTables } from "../../src/mapping/translate.ts";
import type { ParcelObservations } from "../../src/reconcile/parcel-observations.ts";
import type { Moment } from "../../src/reconcile/settle.ts";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const BARCODE: Barcode = parseBarcode("3SDEVC123456789", "the tests' barcode");
export const CUSTOMER = "11223344";

/** An instant: UTC epoch milliseconds as they are, or ISO 8601, or a time of day on the tests' day (`10:00:00`). */
export type Time = number | string;

/** Reads {@link Time}; a time of day is UTC on 7 March 2026. */
export function timeOf(time: Time): number {
  if (typeof time === "number") return time;
  const text = time.includes("T") ? time : `2026-03-07T${time}Z`;
  return Temporal.Instant.from(text).epochMilliseconds;
}

/** What matters to a test; the rest is made valid. */
export interface ObservationWish {
  readonly channel?: Channel;
  readonly code?: string;
  readonly at?: Time;
  readonly laterAt?: Time | null;
  readonly nonexistentTime?: boolean;
  readonly precisionMs?: number;
  readonly receivedAt?: Time;
  readonly details?: Partial<Details>;
  readonly lastListedAt?: Time | null;
  readonly intake?: string;
  readonly line?: number;
  readonly identity?: string;
}

/**
 * A valid observation: unless told otherwise a legacy scan of `B01` (sorted)
 * at 10:00:00, received a minute later. The same wish gives the same identity.
 */
export function anObservation(wish: ObservationWish = {}): Observation {
  const channel = wish.channel ?? "legacy-scan";
  const isLegacy = sideOf(channel) === "legacy";
  const code = wish.code ?? (isLegacy ? "B01" : "sorted");
  const at = timeOf(wish.at ?? "10:00:00");
  const receivedAt = timeOf(wish.receivedAt ?? at + MINUTE);
  const details = { ...NO_DETAILS, ...wish.details };
  const lastListedAt = wish.lastListedAt ?? null;
  return {
    barcode: BARCODE,
    channel,
    code,
    at,
    laterAt: wish.laterAt === undefined || wish.laterAt === null ? null : timeOf(wish.laterAt),
    nonexistentTime: wish.nonexistentTime ?? false,
    precisionMs: wish.precisionMs ?? (isLegacy ? SECOND : 1),
    receivedAt,
    details,
    intake: wish.intake ?? "a".repeat(64),
    line: wish.line ?? 1,
    identity: wish.identity ?? [channel, code, at, ...Object.values(details)].join("|"),
    lastListedAt: lastListedAt === null ? null : timeOf(lastListedAt),
  };
}

type Rest = Omit<ObservationWish, "channel" | "code" | "at">;

/** A row of a legacy scan file. */
export function scan(code: string, at: Time, rest: Rest = {}): Observation {
  return anObservation({ ...rest, channel: "legacy-scan", code, at });
}

/** An event of the legacy API. */
export function apiEvent(code: string, at: Time, rest: Rest = {}): Observation {
  return anObservation({ ...rest, channel: "legacy-api", code, at });
}

/** A webhook event. */
export function push(code: string, at: Time, rest: Rest = {}): Observation {
  return anObservation({ ...rest, channel: "webhook", code, at });
}

/** A status listed by the new status API. */
export function listed(code: string, at: Time, rest: Rest = {}): Observation {
  return anObservation({ ...rest, channel: "status-api", code, at });
}

/** A parcel of these observations, never listed by the status API unless said. */
export function aParcel(
  observations: readonly Observation[],
  listedAt: Time | null = null,
): ParcelObservations {
  return { barcode: BARCODE, observations, listedAt: listedAt === null ? null : timeOf(listedAt) };
}

/** What matters of a moment. */
export interface MomentWish {
  readonly now?: Time;
  readonly legacy?: Time | null;
  readonly new?: Time | null;
  readonly deliveries?: FeedProgress["deliveries"];
}

/** When everything has settled: long after the tests' day, both feeds speaking until now, no webhook known in use. */
export function aMoment(wish: MomentWish = {}): Moment {
  const now = timeOf(wish.now ?? "2026-04-30T12:00:00Z");
  const watermark = (time: Time | null | undefined) =>
    time === undefined ? now : time === null ? null : timeOf(time);
  return {
    now,
    progress: {
      watermarks: { legacy: watermark(wish.legacy), new: watermark(wish.new) },
      deliveries: wish.deliveries ?? new Map(),
    },
  };
}

/** Rows of `mappings/statuses.csv` that the tests use: name, rank, final. */
const STATUSES: readonly (readonly [string, number, boolean])[] = [
  ["announced", 10, false],
  ["accepted", 30, false],
  ["sorted", 40, false],
  ["in_transit", 50, false],
  ["damaged", 55, false],
  ["out_for_delivery", 80, false],
  ["delivered", 100, true],
  ["delivered_to_neighbour", 100, true],
  ["returning", 110, false],
  ["lost", 115, true],
  ["returned", 120, true],
];

/** Invented legacy codes; `N01` is a notice, and what is not here (`X01`, `X02`) is unmapped. */
const LEGACY_CODES: readonly (readonly [string, string | null])[] = [
  ["A01", "announced"],
  ["A02", "accepted"],
  ["B01", "sorted"],
  ["B02", "sorted"],
  ["J01", "in_transit"],
  ["D01", "damaged"],
  ["O01", "out_for_delivery"],
  ["I01", "delivered"],
  ["I02", "delivered_to_neighbour"],
  ["H01", "returning"],
  ["L01", "lost"],
  ["H02", "returned"],
  ["N01", null],
];

/** The legacy code that stands for a status in {@link testTables}. */
export function codeOf(status: string): string {
  const row = LEGACY_CODES.find(([, means]) => means === status);
  if (row === undefined) throw new Error(`${status}: no legacy code in the tests' tables`);
  return row[0];
}

/** Small tables with rows for all time; wire codes are the statuses' names. */
export const testTables: MappingTables = {
  statuses: new Map(STATUSES.map(([status, rank, final]) => [status, toStatusRow(status, rank, final)])),
  legacyCodes: new Map(LEGACY_CODES.map(([code, status]) => [code, [toCodeRow(code, status)]])),
  wireCodes: {
    webhook: new Map(STATUSES.map(([status]) => [status, status])),
    "status-api": new Map(STATUSES.map(([status]) => [status, status])),
  },
  fingerprint: "tests",
};

function toStatusRow(status: string, rank: number, final: boolean): StatusRow {
  return { status, phase: "tests", rank, final, nameNl: status, nameEn: status, definition: status };
}

function toCodeRow(code: string, status: string | null): LegacyCodeRow {
  return {
    code,
    status,
    validFrom: Number.NEGATIVE_INFINITY,
    validTo: Number.POSITIVE_INFINITY,
  };
}
