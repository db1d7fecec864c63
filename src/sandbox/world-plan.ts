import type { Side } from "../domain/channel.ts";
import { UsageError } from "../domain/errors.ts";
import type { StatusTable } from "../domain/status.ts";
import { CARRIER_ZONE, type ClockChange, listClockChanges } from "./clock-change.ts";
import { type DefectKind, listPlantings } from "./defect-kinds.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./durations.ts";
import { LIVES } from "./lives.ts";
import { type Noise, type NoiseKind, toNoise } from "./noise.ts";
import type { Customer } from "./parcel.ts";
import { Prng } from "./prng.ts";
import { WallClock } from "./wall-clock.ts";

/** The carrier sends a scan file per customer every six hours. */
const FILE_EVERY_MS = 6 * HOUR_MS;
const FILES_A_DAY = DAY_MS / FILE_EVERY_MS;

/** One side's feed ends `hours` (14 to 48) before now. */
export interface Silence {
  readonly side: Side;
  readonly hours: number;
}

export interface WorldOptions {
  readonly seed: number;
  readonly parcels: number;
  /** UTC epoch milliseconds; the world's `now` is half an hour after its last day. */
  readonly startAt: number;
  readonly days: number;
  /** The first is the main one. Default: 11223344 DEVC and 55667788 QRST. */
  readonly customers?: readonly Customer[];
  /** How many defects of each kind, each in a parcel of its own; `every-kind`: one of each that the world can hold. */
  readonly defects: Partial<Record<DefectKind, number>> | "every-kind";
  readonly noise: boolean | Partial<Record<NoiseKind, boolean>>;
  /** The share of parcels that are asked for at each API (default 0.3 and 0.35). Defects that need a reply get one in any case. */
  readonly pollShare?: { readonly legacyApi: number; readonly statusApi: number };
  readonly silence?: Silence;
  /** The legacy codes of each status; those of notices stand under the empty text. */
  readonly codesByStatus: ReadonlyMap<string, readonly string[]>;
  readonly statuses: StatusTable;
}

/** Everything about a world that is settled before its first parcel. Instants are UTC epoch milliseconds. */
export interface WorldPlan {
  readonly seed: number;
  /** Where the digits of the barcodes begin. */
  readonly barcodeOffset: number;
  readonly parcels: number;
  readonly startAt: number;
  readonly now: number;
  readonly customers: readonly Customer[];
  readonly noise: Noise;
  readonly pollShare: { readonly legacyApi: number; readonly statusApi: number };
  readonly silence: Silence | undefined;
  readonly codesByStatus: ReadonlyMap<string, readonly string[]>;
  readonly noticeCodes: readonly string[];
  readonly mappedCodes: ReadonlySet<string>;
  readonly statuses: StatusTable;
  /** By parcel index. */
  readonly plantings: ReadonlyMap<number, DefectKind>;
  /** When the scan files arrive, ascending; the same for each customer. */
  readonly fileTimes: readonly number[];
  /** The last moment at which each side says anything; each says something then. */
  readonly heardUntil: Readonly<Record<Side, number>>;
  /** Ordinary lives stop here, so that both sides have said all of them. */
  readonly horizon: number;
  /** What happened by then is settled on both sides, whatever is missing. */
  readonly settledBefore: number;
  readonly clockChanges: readonly ClockChange[];
  readonly dutch: WallClock;
  readonly utc: WallClock;
  /** Clocks of other zones, for timestamps of the new side. */
  readonly foreign: readonly WallClock[];
  /** Clocks that were not put forward in spring, one for each clock change. */
  readonly late: ReadonlyMap<ClockChange, WallClock>;
}

const CUSTOMERS: readonly Customer[] = [
  { number: "11223344", code: "DEVC" },
  { number: "55667788", code: "QRST" },
];

/** Streams of pseudo-random numbers that do not disturb each other. */
export const STREAM = { plan: 1, parcel: 2, file: 3 } as const;

/**
 * Settles times, clocks and where the defects go.
 *
 * @throws UsageError when the options cannot make a world: too few parcels or
 *   days for the defects, a status without a code, a silence outside its range
 */
export function planWorld(options: WorldOptions): WorldPlan {
  checkOptions(options);
  const { seed, startAt, days, silence, codesByStatus } = options;
  const prng = new Prng(seed, STREAM.plan);
  const noise = toNoise(options.noise);
  const now = startAt + days * DAY_MS + 30 * MINUTE_MS;
  const heardUntil = {
    legacy: silence?.side === "legacy" ? now - silence.hours * HOUR_MS : now - 2 * MINUTE_MS,
    new: silence?.side === "new" ? now - silence.hours * HOUR_MS : now - 2 * MINUTE_MS,
  };
  const fileTimes = listFileTimes(startAt, days, heardUntil.legacy, noise.late_scans, prng);
  const lastFileAt = fileTimes.at(-1) ?? startAt;
  const clockChanges = listClockChanges(CARRIER_ZONE, startAt, now);
  return {
    seed,
    barcodeOffset: prng.bits(),
    parcels: options.parcels,
    startAt,
    now,
    customers: options.customers ?? CUSTOMERS,
    noise,
    pollShare: options.pollShare ?? { legacyApi: 0.3, statusApi: 0.35 },
    silence,
    codesByStatus,
    noticeCodes: codesByStatus.get("") ?? [],
    mappedCodes: new Set([...codesByStatus.values()].flat()),
    statuses: options.statuses,
    plantings: listPlantings(options.defects, silence?.side, options.parcels, prng),
    fileTimes,
    heardUntil,
    horizon: Math.min(heardUntil.new - 2 * HOUR_MS, lastFileAt - 30 * MINUTE_MS),
    settledBefore: Math.min(heardUntil.new - 4 * HOUR_MS, heardUntil.legacy - 14 * HOUR_MS),
    clockChanges,
    dutch: new WallClock(CARRIER_ZONE),
    utc: new WallClock("UTC"),
    foreign: ["UTC", "+02:00", "-05:00", "+05:30"].map((zone) => new WallClock(zone)),
    late: new Map(clockChanges.map((change) => [change, new WallClock(change.offsetBefore)])),
  };
}

/** One file in six hours. A few, but none of the last day, come up to 5.5 hours late, so that no scan waits longer than 12 hours. */
function listFileTimes(
  startAt: number,
  days: number,
  until: number,
  mayBeLate: boolean,
  prng: Prng,
): number[] {
  const times: number[] = [];
  const count = days * FILES_A_DAY;
  for (let index = 1; index <= count; index += 1) {
    const due = startAt + index * FILE_EVERY_MS;
    const isLate = mayBeLate && due + DAY_MS <= until && prng.chance(0.05);
    const at = due + (isLate ? prng.between(60, 330) * MINUTE_MS : prng.between(60, 180) * 1000);
    if (at <= until) times.push(at);
  }
  return times;
}

function checkOptions({ parcels, days, silence, codesByStatus, customers }: WorldOptions): void {
  const refuse = (value: string, expected: string, todo: string): never => {
    throw new UsageError({ place: "simulated carrier", value, expected, todo });
  };
  if (!Number.isInteger(days) || days < 2) {
    refuse(`${days} days`, "a whole number of at least 2 days", "make the world longer");
  }
  if (!Number.isInteger(parcels) || parcels < 2) {
    refuse(`${parcels} parcels`, "a whole number of at least 2 parcels", "ask for more parcels");
  }
  if (silence && (silence.hours < 14 || silence.hours > 48)) {
    refuse(`a silence of ${silence.hours} hours`, "14 to 48 hours", "correct the option");
  }
  if (customers?.length === 0)
    refuse("no customers", "at least one customer", "name one, or leave the option out");
  for (const { status } of LIVES.flatMap((life) => life.steps)) {
    if (!codesByStatus.get(status)?.length) {
      refuse(
        `no code for status '${status}'`,
        "at least one legacy code for it",
        "complete the table of codes",
      );
    }
  }
}
