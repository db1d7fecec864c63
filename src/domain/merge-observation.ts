import type { DetailField, Observation } from "./observation.ts";
import { compareText, DETAIL_FIELDS } from "./observation.ts";

/** An observation as it is kept: it may have been said several times. */
export interface KeptObservation extends Observation {
  /** When details were filled by a later arrival than the first (UTC epoch milliseconds); `null`: all by the first. */
  readonly filledLater: Readonly<Partial<Record<DetailField, number>>> | null;
  /** Of a delivery that gave just this observation: its name, and the pack that holds its body. `null`: its intake is kept by itself. */
  readonly delivery: { readonly name: string; readonly pack: string } | null;
}

/** Keeps an observation that has been said once. */
export function toKept(observation: Observation): KeptObservation {
  return { ...observation, filledLater: null, delivery: null };
}

/**
 * Unites two arrivals of one observation (same identity). It fills details
 * that are still empty and never overwrites; what was received first speaks,
 * so the outcome does not depend on the order of merging.
 */
export function mergeObservation(a: KeptObservation, b: KeptObservation): KeptObservation {
  const [first, second] = compareArrival(a, b) <= 0 ? [a, b] : [b, a];
  const details: Record<DetailField, string | null> = { ...first.details };
  const filledLater: Partial<Record<DetailField, number>> = {};
  for (const field of DETAIL_FIELDS) {
    const speaks = firstToFill(field, first, second);
    if (speaks === undefined) continue;
    details[field] = speaks.details[field];
    const at = filledAt(field, speaks);
    if (at !== first.receivedAt) filledLater[field] = at;
  }
  return {
    ...first,
    details,
    filledLater: Object.keys(filledLater).length === 0 ? null : filledLater,
    lastListedAt: laterOf(first.lastListedAt, second.lastListedAt),
  };
}

function compareArrival(a: KeptObservation, b: KeptObservation): number {
  return (
    a.receivedAt - b.receivedAt ||
    compareText(a.intake, b.intake) ||
    a.line - b.line ||
    compareText(a.delivery?.name ?? "", b.delivery?.name ?? "") ||
    compareText(a.delivery?.pack ?? "", b.delivery?.pack ?? "")
  );
}

function firstToFill(
  field: DetailField,
  a: KeptObservation,
  b: KeptObservation,
): KeptObservation | undefined {
  const ours = a.details[field];
  const theirs = b.details[field];
  if (ours === null) return theirs === null ? undefined : b;
  if (theirs === null) return a;
  return (filledAt(field, a) - filledAt(field, b) || compareText(ours, theirs)) <= 0 ? a : b;
}

function filledAt(field: DetailField, observation: KeptObservation): number {
  return observation.filledLater?.[field] ?? observation.receivedAt;
}

function laterOf(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.max(a, b);
}
