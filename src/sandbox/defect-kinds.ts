import type { Side } from "../domain/channel.ts";
import { UsageError } from "../domain/errors.ts";
import type { Prng } from "./prng.ts";

/**
 * What can be planted. The part before the colon is the finding it gives,
 * the part after it the circumstances; without, or with anything but
 * `pending` and `silent`, the finding is open.
 */
export const DEFECT_KINDS = [
  "missing_in_new",
  "missing_in_legacy",
  /** The episode missing stood between two of equal status. */
  "missing_in_new:between",
  "missing_in_legacy:between",
  "status_mismatch",
  "final_conflict",
  "time_mismatch",
  "order_mismatch",
  "status_after_final",
  "parcel_missing_in_new",
  "parcel_missing_in_legacy",
  "unmapped_code",
  /** The unknown code stands where a new episode would be alone. */
  "unmapped_code:explains",
  "unknown_status",
  "unknown_status:explains",
  "push_missed",
  "pull_missed",
  "duplicate_push",
  /** Any field. */
  "detail_mismatch",
  "detail_mismatch:reference",
  "detail_mismatch:customerNumber",
  "detail_mismatch:customerCode",
  "detail_mismatch:mainBarcode",
  "detail_mismatch:location",
  /** Too recent to count: `not_settled`. */
  "missing_in_new:pending",
  "missing_in_legacy:pending",
  "status_mismatch:pending",
  "final_conflict:pending",
  "time_mismatch:pending",
  "order_mismatch:pending",
  "status_after_final:pending",
  "parcel_missing_in_new:pending",
  "parcel_missing_in_legacy:pending",
  "push_missed:pending",
  /** Old enough, but the other side has fallen silent: `feed_silent`. */
  "missing_in_new:silent",
  "parcel_missing_in_new:silent",
  "missing_in_legacy:silent",
  "status_after_final:silent",
  "parcel_missing_in_legacy:silent",
  "status_mismatch:silent",
  "final_conflict:silent",
  "time_mismatch:silent",
] as const;
export type DefectKind = (typeof DEFECT_KINDS)[number];

/** The side that must be silent for a `silent` kind; kinds that are not listed go with either. */
const SILENT_SIDE: Partial<Record<DefectKind, Side>> = {
  "missing_in_new:silent": "new",
  "parcel_missing_in_new:silent": "new",
  "missing_in_legacy:silent": "legacy",
  "status_after_final:silent": "legacy",
  "parcel_missing_in_legacy:silent": "legacy",
};

/**
 * Which parcel gets which defect: spread over the parcels, the first and the
 * last excepted, in an order of their own.
 *
 * @throws UsageError when there are more defects than parcels for them, or a
 *   kind does not go with the silence of a feed
 */
export function listPlantings(
  wanted: Partial<Record<DefectKind, number>> | "every-kind",
  silentSide: Side | undefined,
  parcels: number,
  prng: Prng,
): ReadonlyMap<number, DefectKind> {
  const kinds: DefectKind[] = [];
  for (const kind of DEFECT_KINDS) {
    const canHappen = goesWith(kind, silentSide);
    const count = wanted === "every-kind" ? Number(canHappen) : (wanted[kind] ?? 0);
    if (count > 0 && !canHappen) {
      throw new UsageError({
        place: "simulated carrier",
        value: `defect '${kind}'`,
        expected: `a kind that can happen ${silentSide ? `while the ${silentSide} side is silent` : "while both sides speak"}`,
        todo: "leave it out, or change the silence",
      });
    }
    for (let planted = 0; planted < count; planted += 1) kinds.push(kind);
  }
  const room = parcels - 2;
  if (kinds.length > room) {
    throw new UsageError({
      place: "simulated carrier",
      value: `${kinds.length} defects in ${parcels} parcels`,
      expected: "two parcels more than defects",
      todo: "ask for more parcels or fewer defects",
    });
  }
  prng.shuffle(kinds);
  return new Map(kinds.map((kind, place) => [1 + Math.floor(((place + 0.5) * room) / kinds.length), kind]));
}

function goesWith(kind: DefectKind, silentSide: Side | undefined): boolean {
  if (kind.endsWith(":pending")) return silentSide === undefined;
  if (kind.endsWith(":silent"))
    return silentSide !== undefined && (SILENT_SIDE[kind] ?? silentSide) === silentSide;
  return true;
}
