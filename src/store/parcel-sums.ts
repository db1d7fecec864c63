import type { Side } from "../domain/channel.ts";
import type { EpisodeTally, ParcelVerdict } from "../domain/verdict.ts";

/** Of the judged parcels of a bucket; those of which nothing is left have no verdict that counts. */
export type ParcelSums = Readonly<
  Record<ParcelVerdict | "observations" | `${Side}_${keyof EpisodeTally}`, number>
>;

/** How each is counted over rows of `parcel`. */
const COUNTS: Readonly<Record<keyof ParcelSums, string>> = {
  matched: countOf("matched"),
  known: countOf("known"),
  mismatched: countOf("mismatched"),
  pending: countOf("pending"),
  not_proven: countOf("not_proven"),
  observations: "sum(observations)",
  legacy_episodes: "sum(legacy_episodes)",
  legacy_agreed: "sum(legacy_agreed)",
  legacy_differing: "sum(legacy_differing)",
  legacy_explained: "sum(legacy_explained)",
  legacy_lone: "sum(legacy_lone)",
  new_episodes: "sum(new_episodes)",
  new_agreed: "sum(new_agreed)",
  new_differing: "sum(new_differing)",
  new_explained: "sum(new_explained)",
  new_lone: "sum(new_lone)",
};

function countOf(verdict: ParcelVerdict): string {
  return `count(*) FILTER (WHERE verdict = '${verdict}' AND observations > 0)`;
}

export const PARCEL_SUM_COLUMNS = Object.keys(COUNTS) as readonly (keyof ParcelSums)[];

/**
 * Adds the rows of some parcels to their bucket's sums, or takes them away:
 * before they are written and after it, so that nobody has to count a whole
 * store to know its totals.
 *
 * @param parcels which rows of `parcel`, all of one bucket
 */
export function toCounting(sign: "+" | "-", parcels: string): string {
  const counts = PARCEL_SUM_COLUMNS.map((column) => `${sign}${COUNTS[column]}`);
  const added = PARCEL_SUM_COLUMNS.map((column) => `${column} = parcel_sums.${column} + excluded.${column}`);
  return `INSERT INTO parcel_sums (bucket, ${PARCEL_SUM_COLUMNS.join(", ")})
    SELECT bucket, ${counts.join(", ")} FROM parcel WHERE ${parcels} GROUP BY bucket
    ON CONFLICT (bucket) DO UPDATE SET ${added.join(", ")}`;
}
