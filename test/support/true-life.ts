import fc from "fast-check";
import type { Side } from "../../src/domain/channel.ts";
import { sideOf } from "../../src/domain/channel.ts";
import type { Observation } from "../../src/domain/observation.ts";
import type { ParcelObservations } from "../../src/reconcile/parcel-observations.ts";
import { aParcel, apiEvent, codeOf, listed, push, SECOND, scan, timeOf } from "./observations.ts";

/** One stretch of a parcel's true life: a status, and when the carrier's people saw it. */
export interface Stage {
  readonly status: string;
  /** Every sighting, ascending; UTC epoch milliseconds. */
  readonly sightings: readonly Sighting[];
}

export interface Sighting {
  readonly at: number;
  readonly legacy: "scan" | "api" | "both";
  readonly newSide: "push" | "listed" | "both";
}

/** What truly happened to a parcel, as both sides should tell it. Neighbouring stages differ in status. */
export interface TrueLife {
  readonly stages: readonly Stage[];
  /** How much later than the legacy side the new side dates everything. */
  readonly lagMs: number;
}

const STATUSES = ["accepted", "sorted", "in_transit", "delivered", "returning"];

const arbitraryGap = fc
  .constantFrom(2, 3, 30, 60, 119, 121, 600, 3600, 90_000)
  .map((seconds) => seconds * SECOND);

const arbitrarySighting = fc.record({
  gap: arbitraryGap,
  milliseconds: fc.constantFrom(0, 1, 999),
  legacy: fc.constantFrom("scan" as const, "scan" as const, "api" as const, "both" as const),
  newSide: fc.constantFrom("push" as const, "push" as const, "listed" as const, "both" as const),
});

/**
 * Any short life, statuses coming back as they do (sorted → in transit →
 * sorted), dated alike by both sides but for a lag within the tolerance.
 */
export const arbitraryTrueLife: fc.Arbitrary<TrueLife> = fc
  .record({
    stages: fc.array(
      fc.record({
        status: fc.constantFrom(...STATUSES, "sorted", "in_transit"),
        sightings: fc.array(arbitrarySighting, { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    lagSeconds: fc.constantFrom(0, 0, 1, 60, 119, -1, -60, -119),
  })
  .map(({ stages, lagSeconds }) => {
    let at = timeOf("2026-03-07T10:00:00Z");
    const distinct = stages.filter(({ status }, i) => stages[i - 1]?.status !== status);
    return {
      lagMs: lagSeconds * SECOND,
      stages: distinct.map(({ status, sightings }) => ({
        status,
        sightings: sightings.map(({ gap, milliseconds, legacy, newSide }) => {
          at += gap;
          return { at: at + milliseconds, legacy, newSide };
        }),
      })),
    };
  });

/** The legacy side of a stage: whole seconds, one or both channels, two codes for one status. */
function tellLegacy({ status, sightings }: Stage): Observation[] {
  return sightings.flatMap(({ at, legacy }) => {
    const second = at - (at % SECOND);
    const code = codeOf(status);
    return [
      ...(legacy === "api" ? [] : [scan(code, second)]),
      ...(legacy === "scan" ? [] : [apiEvent(code, second)]),
    ];
  });
}

/** The new side of a stage: milliseconds, pushed, listed or both. */
function tellNew({ status, sightings }: Stage, lagMs: number): Observation[] {
  return sightings.flatMap(({ at, newSide }) => [
    ...(newSide === "listed" ? [] : [push(status, at + lagMs)]),
    ...(newSide === "push" ? [] : [listed(status, at + lagMs)]),
  ]);
}

/** The parcel as both sides tell its life; `lost` leaves one stage out on one side. */
export function tell(
  { stages, lagMs }: TrueLife,
  lost?: { readonly side: Side; readonly stage: number },
): ParcelObservations {
  return aParcel(
    stages.flatMap((stage, i) => {
      const told = [...tellLegacy(stage), ...tellNew(stage, lagMs)];
      return lost?.stage === i ? told.filter(({ channel }) => sideOf(channel) !== lost.side) : told;
    }),
  );
}
