import { DAY_MS, HOUR_MS } from "./durations.ts";
import type { Prng } from "./prng.ts";

/** Hours of the day (UTC, the second excluded) within which a step happens. */
type Hours = readonly [from: number, until: number];

interface Step {
  readonly status: string;
  /** Least and most minutes since the step before. */
  readonly after: readonly [least: number, most: number];
  readonly hours?: Hours;
}

/** What a parcel goes through, from the first status to the last. */
export interface Life {
  readonly name: string;
  /** How often it occurs, relative to the others; 0: only where a defect asks for it. */
  readonly weight: number;
  /** Whether it crosses a border (another product code, sometimes an S10 barcode). */
  readonly abroad?: true;
  readonly steps: readonly Step[];
}

const ROUND: Hours = [5, 8];
const DAYTIME: Hours = [7, 17];

const announced: Step = { status: "announced", after: [0, 0] };
const collected: Step = { status: "collected", after: [120, 600], hours: DAYTIME };
const accepted: Step = { status: "accepted", after: [120, 720] };
const sorted: Step = { status: "sorted", after: [120, 480] };
const inTransit: Step = { status: "in_transit", after: [60, 540] };
const atCustoms: Step = { status: "at_customs", after: [240, 1200] };
const outForDelivery: Step = { status: "out_for_delivery", after: [60, 300], hours: ROUND };
const readyForPickup: Step = { status: "ready_for_pickup", after: [30, 300] };
const pickedUp: Step = { status: "picked_up", after: [60, 1500], hours: DAYTIME };
const returning: Step = { status: "returning", after: [60, 1200] };
const returned: Step = { status: "returned", after: [600, 2400], hours: DAYTIME };

/** A step that ends the round of the driver. */
const onTheRound = (status: string): Step => ({ status, after: [30, 360] });
const soon = (status: string): Step => ({ status, after: [30, 400] });

const intake = [announced, accepted, sorted];

/**
 * The lives of parcels: between them they meet each of the 25 statuses, and
 * statuses that come back (sorted twice, out for delivery twice).
 */
export const LIVES: readonly Life[] = [
  { name: "domestic", weight: 30, steps: [...intake, outForDelivery, onTheRound("delivered")] },
  { name: "neighbour", weight: 8, steps: [...intake, outForDelivery, onTheRound("delivered_to_neighbour")] },
  { name: "letterbox", weight: 8, steps: [...intake, outForDelivery, onTheRound("delivered_to_safe_place")] },
  {
    name: "collection",
    weight: 5,
    steps: [announced, collected, accepted, sorted, outForDelivery, onTheRound("delivered")],
  },
  { name: "pick-up point", weight: 8, steps: [...intake, outForDelivery, readyForPickup, pickedUp] },
  {
    name: "locker",
    weight: 3,
    steps: [...intake, soon("delivery_changed"), outForDelivery, readyForPickup, pickedUp],
  },
  {
    name: "failed, then delivered",
    weight: 5,
    steps: [
      ...intake,
      outForDelivery,
      onTheRound("delivery_failed"),
      sorted,
      outForDelivery,
      onTheRound("delivered"),
    ],
  },
  {
    name: "two centres",
    weight: 5,
    steps: [...intake, inTransit, sorted, outForDelivery, onTheRound("delivered")],
  },
  {
    name: "delayed",
    weight: 3,
    steps: [...intake, soon("delayed"), outForDelivery, onTheRound("delivered")],
  },
  { name: "held", weight: 2, steps: [...intake, soon("held"), outForDelivery, onTheRound("delivered")] },
  {
    name: "refused",
    weight: 2,
    steps: [...intake, outForDelivery, onTheRound("refused"), returning, returned],
  },
  { name: "not fetched", weight: 2, steps: [...intake, outForDelivery, readyForPickup, returning, returned] },
  {
    name: "sent back",
    weight: 1,
    steps: [...intake, outForDelivery, onTheRound("delivered"), returning, returned],
  },
  {
    name: "handover failed",
    weight: 1,
    steps: [announced, soon("handover_failed"), accepted, sorted, outForDelivery, onTheRound("delivered")],
  },
  { name: "rejected", weight: 1, steps: [announced, soon("rejected_at_intake"), soon("cancelled")] },
  { name: "cancelled", weight: 1, steps: [announced, soon("cancelled")] },
  { name: "damaged", weight: 1, steps: [...intake, soon("damaged"), returning, returned] },
  { name: "lost", weight: 1, steps: [...intake, inTransit, { status: "lost", after: [1440, 4320] }] },
  {
    name: "lost and found",
    weight: 1,
    steps: [
      ...intake,
      { status: "lost", after: [1440, 2880] },
      sorted,
      outForDelivery,
      onTheRound("delivered"),
    ],
  },
  {
    name: "abroad",
    weight: 4,
    abroad: true,
    steps: [...intake, inTransit, sorted, outForDelivery, onTheRound("delivered")],
  },
  {
    name: "customs",
    weight: 5,
    abroad: true,
    steps: [...intake, inTransit, atCustoms, sorted, outForDelivery, onTheRound("delivered")],
  },
  {
    name: "customs, duties due",
    weight: 2,
    abroad: true,
    steps: [
      ...intake,
      inTransit,
      atCustoms,
      { status: "action_required", after: [60, 900] },
      { ...atCustoms, after: [600, 2400] },
      sorted,
      outForDelivery,
      onTheRound("delivered"),
    ],
  },
  { name: "on its way", weight: 0, steps: intake },
  { name: "just announced", weight: 0, steps: [announced] },
];

const BY_NAME: ReadonlyMap<string, Life> = new Map(LIVES.map((life) => [life.name, life]));

/** The life of that name. @throws Error when there is none */
export function getLife(name: string): Life {
  const life = BY_NAME.get(name);
  if (!life) throw new Error(`no life is called '${name}'`);
  return life;
}

const COMMON = LIVES.flatMap((life) => Array.from({ length: life.weight }, () => life));

/** A life, the common ones more often. */
export function pickLife(prng: Prng): Life {
  return prng.pick(COMMON);
}

/**
 * When each step of a life happens: UTC epoch milliseconds, whole seconds,
 * ascending, at least ten minutes apart, the first at `startAt`.
 */
export function planLife(life: Life, startAt: number, prng: Prng): number[] {
  const times: number[] = [];
  let at = startAt;
  for (const [index, { after, hours }] of life.steps.entries()) {
    if (index > 0) {
      at += prng.between(after[0] * 60, after[1] * 60) * 1000;
      at = hours ? moveIntoHours(at, hours, prng) : at;
    }
    times.push(at);
  }
  return times;
}

function moveIntoHours(at: number, [from, until]: Hours, prng: Prng): number {
  const sinceMidnight = at % DAY_MS;
  if (sinceMidnight >= from * HOUR_MS && sinceMidnight < until * HOUR_MS) return at;
  const midnight = at - sinceMidnight + (sinceMidnight >= until * HOUR_MS ? DAY_MS : 0);
  return midnight + from * HOUR_MS + prng.between(0, (until - from) * 3600 - 1) * 1000;
}
