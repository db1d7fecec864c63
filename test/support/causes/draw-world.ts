import { Prng } from "../../../src/sandbox/prng.ts";
import type { World } from "../../../src/sandbox/world.ts";
import { ALL_CODES, FEW_CODES, makeSoundWorld } from "../spoilt-worlds.ts";
import type { IsChosen } from "./alter.ts";
import { oneIn } from "./alter.ts";
import type { Target } from "./plants.ts";

/** A world, and whom and what faults in it concern. */
export interface DrawnWorld {
  readonly name: string;
  readonly world: World;
  readonly target: Target;
}

const CUSTOMERS = [
  { number: "11223344", code: "DEVC" },
  { number: "55667788", code: "QRST" },
  { number: "90817263", code: "UVWX" },
];

const CHOICES: readonly (readonly [name: string, isChosen: IsChosen])[] = [
  ["1 in 2", oneIn(2)],
  ["1 in 4", oneIn(4)],
  ["1 in 12", oneIn(12)],
  ["1 in 30", oneIn(30)],
  ["a customer", (barcode) => barcode.startsWith("3SQRST")],
];

/** What is hit, what it is taken for, and what is made up before it. */
const SUBJECTS = [
  ["sorted", "in_transit", "held"],
  ["in_transit", "sorted", "delayed"],
  ["out_for_delivery", "sorted", "delivery_changed"],
  ["accepted", "collected", "handover_failed"],
  ["delivered", "delivered_to_neighbour", "in_transit"],
  ["ready_for_pickup", "delivery_failed", "sorted"],
  ["announced", "accepted", "held"],
  ["delivery_failed", "refused", "action_required"],
] as const;

/** Draws a sound world of any size, mix of customers, codes and polls, and what faults in it hit. The same seed gives the same. */
export function drawWorld(seed: number, parcels?: number): DrawnWorld {
  const prng = new Prng(seed, 4711);
  const size = parcels ?? prng.pick([60, 120, 200, 350]);
  const [choice, isChosen] = prng.pick(CHOICES);
  const [status, wrong, invention] = prng.pick(SUBJECTS);
  const few = prng.chance(0.7);
  const codes = few ? FEW_CODES : ALL_CODES;
  const polled = prng.pick([0.3, 0.6, 0.9]);
  const world = makeSoundWorld(seed, size, {
    customers: CUSTOMERS.slice(0, prng.between(2, 3)),
    codesByStatus: codes,
    pollShare: { legacyApi: polled, statusApi: polled },
  });
  return {
    name: `${size} parcels, ${status} of ${choice}, ${few ? "few" : "all"} codes, ${polled * 100} % asked for`,
    world,
    target: {
      codesOf: (of) => codes.get(of) ?? [],
      isChosen,
      status,
      wrong,
      invention,
      rare: "delivery_changed",
      unreachable: prng.pick(["accepted", "held", "returning"]),
    },
  };
}
