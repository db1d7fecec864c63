import fc from "fast-check";
import type { Observation } from "../../src/domain/observation.ts";
import type { ParcelObservations } from "../../src/reconcile/parcel-observations.ts";
import { DEFAULT_SETTINGS } from "../../src/reconcile/settings.ts";
import type { Moment } from "../../src/reconcile/settle.ts";
import {
  aMoment,
  anObservation,
  aParcel,
  CUSTOMER,
  codeOf,
  HOUR,
  MINUTE,
  SECOND,
  timeOf,
} from "./observations.ts";

const BASE = timeOf("2026-03-07T10:00:00Z");
const LIFE_STATUSES = ["accepted", "sorted", "in_transit", "delivered", "returning"] as const;

/** Moments that crowd around the tolerance (120 s), the settling times and the longest wait. */
const arbitraryOffset: fc.Arbitrary<number> = fc
  .tuple(
    fc.constantFrom(0, 0, 0, HOUR, 3 * HOUR, 26 * HOUR, 73 * HOUR),
    fc.constantFrom(0, 1, 2, 60, 119, 120, 121, 122, 240),
  )
  .map(([far, near]) => far + near * SECOND);

const arbitraryDetails = fc.record({
  customerNumber: fc.constantFrom(null, CUSTOMER),
  reference: fc.constantFrom(null, null, "ORDER-1", "ORDER-2"),
  location: fc.constantFrom(null, null, "888888", "999999"),
});

const arbitraryLegacy: fc.Arbitrary<Observation> = fc
  .record({
    channel: fc.constantFrom("legacy-scan" as const, "legacy-api" as const),
    code: fc.constantFrom("A02", "B01", "B01", "B02", "J01", "J01", "I01", "H01", "N01", "X01", "X02"),
    offset: arbitraryOffset,
    details: arbitraryDetails,
  })
  .map(({ channel, code, offset, details }) =>
    anObservation({ channel, code, at: BASE + offset, receivedAt: BASE + offset + MINUTE, details }),
  );

const arbitraryNew: fc.Arbitrary<Observation> = fc
  .record({
    channel: fc.constantFrom("webhook" as const, "status-api" as const),
    code: fc.constantFrom(...LIFE_STATUSES, "sorted", "in_transit", "teleported", "beamed"),
    offset: arbitraryOffset,
    milliseconds: fc.constantFrom(0, 0, 1, 400, 999),
    isListedLast: fc.boolean(),
    details: arbitraryDetails,
  })
  .map(({ channel, code, offset, milliseconds, isListedLast, details }) => {
    const at = BASE + offset + milliseconds;
    const lastListedAt = channel === "status-api" ? (isListedLast ? LISTED_AT : LISTED_AT - MINUTE) : null;
    return anObservation({ channel, code, at, receivedAt: at + MINUTE, details, lastListedAt });
  });

const LISTED_AT = BASE + 75 * HOUR;

function oncePerIdentity(observations: readonly Observation[]): Observation[] {
  return [...new Map(observations.map((observation) => [observation.identity, observation])).values()];
}

/** Any small parcel: both sides, every channel, notices, unmapped and unknown codes; no repeated local hour. */
const arbitraryParcel: fc.Arbitrary<ParcelObservations> = fc
  .record({
    legacy: fc.array(arbitraryLegacy, { maxLength: 6 }),
    newSide: fc.array(arbitraryNew, { maxLength: 6 }),
    wasListed: fc.boolean(),
    legacyUnit: fc.constantFrom(SECOND, SECOND, SECOND, MINUTE),
  })
  .map(({ legacy, newSide, wasListed, legacyUnit }) =>
    aParcel(
      oncePerIdentity([...legacy.map((observation) => writtenIn(legacyUnit, observation)), ...newSide]),
      wasListed ? LISTED_AT : null,
    ),
  );

function writtenIn(unit: number, { channel, code, at, receivedAt, details }: Observation): Observation {
  return anObservation({ channel, code, at: at - (at % unit), receivedAt, details, precisionMs: unit });
}

/** 25 October 2026, 02:00 local in the Netherlands for the first time; the hour repeats at 01:00 UTC. */
const AUTUMN = timeOf("2026-10-25T00:00:00Z");

/**
 * Parcels in the night of the autumn clock change: legacy scans whose local
 * time stands for two instants, one scan per status.
 */
export const arbitraryAutumnParcel: fc.Arbitrary<ParcelObservations> = fc
  .record({
    legacy: fc.array(
      fc.record({
        status: fc.constantFrom(...LIFE_STATUSES),
        minute: fc.integer({ min: -20, max: 80 }),
      }),
      { maxLength: 5 },
    ),
    newSide: fc.array(
      fc.record({
        status: fc.constantFrom(...LIFE_STATUSES),
        minute: fc.integer({ min: -20, max: 140 }),
        second: fc.constantFrom(0, 1, 59),
      }),
      { maxLength: 5 },
    ),
  })
  .map(({ legacy, newSide }) => {
    const onePerStatus = [...new Map(legacy.map((scan) => [scan.status, scan])).values()];
    return aParcel(
      oncePerIdentity([
        ...onePerStatus.map(({ status, minute }) => {
          const isRepeated = minute >= 0 && minute < 60;
          const isAfter = minute >= 60;
          const at = AUTUMN + minute * MINUTE + (isAfter ? HOUR : 0);
          return anObservation({ code: codeOf(status), at, laterAt: isRepeated ? at + HOUR : null });
        }),
        ...newSide.map(({ status, minute, second }) =>
          anObservation({ channel: "webhook", code: status, at: AUTUMN + minute * MINUTE + second * SECOND }),
        ),
      ]),
    );
  });

/** A moment whose clock, watermarks and delivery windows stand at, or one millisecond beside, an edge of the parcel. */
function arbitraryMoment({ observations }: ParcelObservations): fc.Arbitrary<Moment> {
  const times = observations.length === 0 ? [BASE] : observations.map(({ at }) => at);
  const { settleMs, maxWaitMs } = DEFAULT_SETTINGS;
  const edge = fc
    .tuple(
      fc.constantFrom(...times),
      fc.constantFrom(0, settleMs.new, settleMs.legacy, maxWaitMs, 200 * HOUR),
      fc.constantFrom(-1, 0, 1),
    )
    .map(([at, wait, beside]) => at + wait + beside);
  const window = fc.tuple(edge, edge).map(([a, b]) => ({ firstAt: Math.min(a, b), lastAt: Math.max(a, b) }));
  return fc
    .record({
      now: edge,
      legacy: fc.option(edge),
      new: fc.option(edge),
      deliveries: fc.option(window),
    })
    .map(({ now, legacy, new: newSide, deliveries }) =>
      aMoment({
        now,
        legacy,
        new: newSide,
        deliveries: new Map(deliveries === null ? [] : [[CUSTOMER, deliveries]]),
      }),
    );
}

/** A parcel with a moment to judge it at. */
export const arbitraryCase: fc.Arbitrary<readonly [ParcelObservations, Moment]> = arbitraryParcel.chain(
  (parcel) => fc.tuple(fc.constant(parcel), arbitraryMoment(parcel)),
);
