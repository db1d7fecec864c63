import fc from "fast-check";
import type { IncomingIntake } from "../../src/intake/incoming.ts";
import type { DeliveryWish } from "./intakes.ts";
import { aDelivery, aLegacyReply, aScanFile, aScanRow, aStatusReply, BASE } from "./intakes.ts";
import { HOUR, MINUTE } from "./observations.ts";
import { parcelOf } from "./store-rows.ts";

interface Said {
  readonly at: number;
  readonly location: string | null;
}

interface Reply {
  readonly barcode: string;
  readonly reference: string | null;
}

/** An intake as data, so that a counterexample can be read; {@link makeAll} makes the intake. */
export type Delivered = { readonly receivedAt: number } & (
  | { readonly kind: "file"; readonly rows: readonly string[]; readonly trailer: string }
  | { readonly kind: "delivery"; readonly wish: DeliveryWish }
  | ({
      readonly kind: "status-reply";
      readonly statuses: readonly (Said & { readonly status: string })[];
    } & Reply)
  | ({
      readonly kind: "legacy-reply";
      readonly events: readonly (Said & { readonly code: string })[];
    } & Reply)
  | { readonly kind: "error"; readonly isLegacy: boolean; readonly httpStatus: number }
);

/** How wild the intakes are. */
export interface Wildness {
  /** Event ids that come with several bodies. */
  readonly conflicts: boolean;
}

const PARCELS = [parcelOf(1), parcelOf(2)];
const UNREADABLE = "short";
const arbitraryAt = fc.constantFrom(BASE, BASE, BASE + 1000, BASE + HOUR, BASE + 26 * HOUR);
/** Few moments, so that many things arrive at the same one. */
const arbitraryReceivedAt = fc.constantFrom(...[0, 1, 2, 3, 30, 80].map((hours) => BASE + hours * HOUR));
const arbitraryReference = fc.constantFrom(null, "ORDER-1", "ORDER-2");
const arbitraryLocation = fc.constantFrom(null, "888888", "999999");
const arbitraryNewStatus = fc.constantFrom("sorted", "delivered", "teleported");
/** Mapped codes, an old form, a notice and an unmapped code of the shipped table. */
const arbitraryCode = fc.constantFrom("J01", "01J", "J05", "I01", "A19", "Z99");

const arbitraryFile: fc.Arbitrary<Delivered> = fc.record({
  kind: fc.constant("file"),
  rows: fc.array(
    fc
      .record({
        barcode: fc.constantFrom(...PARCELS, ...PARCELS, " 3sdevc000000001 ", UNREADABLE),
        code: arbitraryCode,
        at: arbitraryAt,
        productCode: fc.constantFrom("003085", "004945"),
        reference: arbitraryReference,
        location: arbitraryLocation,
      })
      .map(aScanRow),
    { maxLength: 5 },
  ),
  trailer: fc.constantFrom("", "", "", "#EOF;99"),
  receivedAt: arbitraryReceivedAt,
});

function arbitraryDelivery({ conflicts }: Wildness): fc.Arbitrary<Delivered> {
  const always = {
    barcode: fc.constantFrom(...PARCELS),
    status: arbitraryNewStatus,
    at: arbitraryAt,
    isBroken: fc.constantFrom(false, false, false, true),
  };
  // Without an event id of the tests' own choice, the id says all that the body says.
  const wish: fc.Arbitrary<DeliveryWish> = conflicts
    ? fc.record({
        ...always,
        eventId: fc.constantFrom("e1", "e1", "e2", null),
        customerNumber: fc.constantFrom(null, "11223344", "55667788"),
        reference: arbitraryReference,
        location: arbitraryLocation,
      })
    : fc.oneof(fc.record(always), fc.record({ ...always, eventId: fc.constant(null) }));
  return fc.record({ kind: fc.constant("delivery"), wish, receivedAt: arbitraryReceivedAt });
}

const arbitraryStatusReply: fc.Arbitrary<Delivered> = fc.record({
  kind: fc.constant("status-reply"),
  barcode: fc.constantFrom(...PARCELS, ...PARCELS, UNREADABLE),
  reference: arbitraryReference,
  statuses: fc.array(
    fc.record({ status: arbitraryNewStatus, at: arbitraryAt, location: arbitraryLocation }),
    {
      maxLength: 4,
    },
  ),
  receivedAt: arbitraryReceivedAt,
});

const arbitraryLegacyReply: fc.Arbitrary<Delivered> = fc.record({
  kind: fc.constant("legacy-reply"),
  barcode: fc.constantFrom(...PARCELS, ...PARCELS, UNREADABLE),
  reference: arbitraryReference,
  events: fc.array(fc.record({ code: arbitraryCode, at: arbitraryAt, location: arbitraryLocation }), {
    maxLength: 4,
  }),
  receivedAt: arbitraryReceivedAt,
});

const arbitraryError: fc.Arbitrary<Delivered> = fc.record({
  kind: fc.constant("error"),
  isLegacy: fc.boolean(),
  httpStatus: fc.constantFrom(404, 429, 500),
  receivedAt: arbitraryReceivedAt,
});

/** Small sets of intakes of every channel, some of them again at any time. */
export function arbitraryIntakes(wildness: Wildness): fc.Arbitrary<readonly Delivered[]> {
  const once = fc.array(
    fc.oneof(
      { weight: 2, arbitrary: arbitraryFile },
      { weight: wildness.conflicts ? 6 : 3, arbitrary: arbitraryDelivery(wildness) },
      { weight: 2, arbitrary: arbitraryStatusReply },
      { weight: 2, arbitrary: arbitraryLegacyReply },
      { weight: 1, arbitrary: arbitraryError },
    ),
    { minLength: 1, maxLength: 8 },
  );
  return once.chain((some) =>
    fc
      .array(fc.tuple(fc.constantFrom(...some), arbitraryReceivedAt), { maxLength: 4 })
      .map((again) => [...some, ...again.map(([one, receivedAt]) => ({ ...one, receivedAt }))]),
  );
}

/** The same intakes in any order. */
export function inAnyOrder(intakes: readonly Delivered[]): fc.Arbitrary<readonly Delivered[]> {
  return fc.shuffledSubarray([...intakes], { minLength: intakes.length });
}

/** When a run may happen, before and after anything of {@link arbitraryIntakes} settles. */
export const arbitraryNow: fc.Arbitrary<number> = fc.constantFrom(
  ...[0, 1, 2, 3, 12, 13, 27, 40, 75, 110].map((hours) => BASE + hours * HOUR + 5 * MINUTE),
);

/** How many rows an intake has as delivered. */
export function countRows(delivered: Delivered): number {
  switch (delivered.kind) {
    case "file":
      // A damaged file without a row is one row set aside.
      return Math.max(delivered.rows.length, delivered.trailer === "" ? 0 : 1);
    case "delivery":
      return 1;
    case "status-reply":
      // An item without a usable barcode is set aside although it lists nothing.
      return Math.max(delivered.statuses.length, delivered.barcode === UNREADABLE ? 1 : 0);
    case "legacy-reply":
      return delivered.events.length;
    case "error":
      return 0;
  }
}

/** Makes intakes as they arrive. */
export function makeAll(delivered: readonly Delivered[]): Promise<IncomingIntake[]> {
  return Promise.all(delivered.map(make));
}

async function make(delivered: Delivered): Promise<IncomingIntake> {
  const { receivedAt } = delivered;
  switch (delivered.kind) {
    case "file":
      return aScanFile(delivered.rows, { trailer: delivered.trailer, receivedAt });
    case "delivery":
      return aDelivery({ ...delivered.wish, receivedAt });
    case "status-reply":
      return aStatusReply(delivered.statuses, delivered);
    case "legacy-reply":
      return aLegacyReply(delivered.events, delivered);
    case "error": {
      const wish = { httpStatus: delivered.httpStatus, receivedAt, body: { message: "not now" } };
      return delivered.isLegacy ? aLegacyReply([], wish) : aStatusReply([], wish);
    }
  }
}
