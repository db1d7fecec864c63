import type { Side } from "../../domain/channel.ts";
import { SIDES } from "../../domain/channel.ts";
import { compareText } from "../../domain/observation.ts";
import { type Gain, measureGain } from "./measure-gain.ts";
import { type Lags, measureLags, type Watermarks } from "./measure-lags.ts";
import { measureSkew, type Skew } from "./measure-skew.ts";
import { areReceiptsKnown } from "./receipt-times.ts";
import { addUp, countOf, type SpeedCounts, toSpeedCounts } from "./speed-counts.ts";

/** How fast the feeds are. */
export interface Speed {
  readonly lags: readonly Lags[];
  /** The sides whose receipts do not say when they spoke: with one of them no gain is known. */
  readonly receiptsUnknown: readonly Side[];
  /** Over all statuses; `null` where no gain is known. */
  readonly gain: Gain | null;
  readonly gains: readonly (Gain & { readonly status: string })[];
  /** Episodes told by both, but differently: they have no gain. */
  readonly unlike: number;
  readonly skew: Skew | null;
}

/**
 * Measures the feeds' delays, what the new feed gains, and the skew of the clocks.
 *
 * @param sums see `facts/sums.ts`
 */
export function measureSpeed(
  sums: ReadonlyMap<string, number>,
  watermarks: Watermarks,
  confidence: number,
): Speed {
  const counts = toSpeedCounts(sums);
  const receiptsUnknown = SIDES.filter((side) => !areReceiptsKnown(counts, side));
  const skew = measureSkew(counts.skew, confidence);
  const isKnown = receiptsUnknown.length === 0;
  const statuses = [
    ...new Set([...counts.gains.keys(), ...counts.onlyLegacy.keys(), ...counts.onlyNew.keys()]),
  ].sort(compareText);
  return {
    lags: measureLags(
      counts,
      watermarks,
      Math.max(Math.abs(skew?.p5 ?? 0), Math.abs(skew?.p95 ?? 0)),
      confidence,
    ),
    receiptsUnknown,
    gain: isKnown && statuses.length > 0 ? measureGain(toAllStatuses(counts), watermarks, confidence) : null,
    gains: isKnown
      ? statuses.map((status) => ({
          status,
          ...measureGain(
            {
              exact: counts.gains.get(status) ?? new Map<number, number>(),
              onlyLegacy: counts.onlyLegacy.get(status) ?? [],
              onlyNew: counts.onlyNew.get(status) ?? [],
            },
            watermarks,
            confidence,
          ),
        }))
      : [],
    unlike: countOf(counts.unlike),
    skew,
  };
}

function toAllStatuses({ gains, onlyLegacy, onlyNew }: SpeedCounts): Parameters<typeof measureGain>[0] {
  return {
    exact: addUp(gains.values()),
    onlyLegacy: [...onlyLegacy.values()].flat(),
    onlyNew: [...onlyNew.values()].flat(),
  };
}
