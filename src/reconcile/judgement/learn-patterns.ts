import type { MappingTables } from "../../mapping/translate.ts";
import type { Place } from "../facts/parcel-facts.ts";
import { PLACES } from "../facts/parcel-facts.ts";
import type { Proportion } from "../statistics/proportion.ts";

/** What the whole store shows, against which a single finding is held. */
export interface Patterns {
  /** Parcels on which a code's episode met that status of the new side at the same moment, of all on which it was seen. */
  readonly metBy: (code: string, newStatus: string) => Proportion;
  /** Parcels on which a code's episode stood alone, of all on which it was seen. */
  readonly aloneOf: (code: string) => Proportion;
  /** Parcels on which a code's episode was agreed on, of all on which it was seen. */
  readonly agreedOf: (code: string) => Proportion;
  /** Parcels on which the old API tells of a code's episode, of those on which the scan files do and it could. */
  readonly listedOf: (code: string) => Proportion;
  /** Whether any legacy code translates to a status. */
  readonly isReachable: (status: string) => boolean;
}

/** @param sums see `facts/sums.ts` */
export function learnPatterns(sums: ReadonlyMap<string, number>, { legacyCodes }: MappingTables): Patterns {
  const seen = new Map<string, number>();
  const met = new Map<string, number>();
  const alone = new Map<string, number>();
  const agreed = new Map<string, number>();
  const add = (to: Map<string, number>, key: string, count: number): void => {
    to.set(key, (to.get(key) ?? 0) + count);
  };
  for (const [key, count] of sums) {
    const counted = readCodeKey(key);
    if (counted === undefined) continue;
    const { code, status, place } = counted;
    add(seen, code, count);
    if (place === "agreed" || place === "conflicting") add(met, `${code}|${status}`, count);
    if (place === "agreed") add(agreed, code, count);
    if (place === "lone") add(alone, code, count);
  }
  const reachable = new Set([...legacyCodes.values()].flat().map(({ status }) => status));
  const ofCode = (code: string, hits: number | undefined): Proportion => ({
    hits: hits ?? 0,
    trials: seen.get(code) ?? 0,
  });
  return {
    metBy: (code, newStatus) => ofCode(code, met.get(`${code}|${newStatus}`)),
    aloneOf: (code) => ofCode(code, alone.get(code)),
    agreedOf: (code) => ofCode(code, agreed.get(code)),
    listedOf: (code) => {
      const hits = sums.get(`witness|${code}|both`) ?? 0;
      return { hits, trials: hits + (sums.get(`witness|${code}|scan`) ?? 0) };
    },
    isReachable: (status) => reachable.has(status),
  };
}

/** A key of the `code` family; codes may hold any character. */
function readCodeKey(
  key: string,
): { readonly code: string; readonly status: string; readonly place: Place } | undefined {
  if (!key.startsWith("code|")) return undefined;
  const parts = key.split("|");
  const place = PLACES.find((name) => name === parts.at(-1));
  if (place === undefined) return undefined;
  return { code: parts.slice(1, -2).join("|"), status: parts.at(-2) ?? "", place };
}
