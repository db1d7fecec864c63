import type { Barcode } from "../../domain/barcode.ts";
import type { Finding, FindingKind } from "../../domain/finding.ts";
import { compareText } from "../../domain/observation.ts";

/** The findings that a reply of the status API may settle: something should have been said, and was not. */
export const OVERDUE_KINDS: readonly FindingKind[] = [
  "missing_in_new",
  "parcel_missing_in_new",
  "push_missed",
  "pull_missed",
];

/** That a parcel was asked about. */
export interface Asked {
  /** UTC epoch milliseconds. */
  readonly at: number;
  /** How often, about the same. */
  readonly times: number;
  /** The newest moment about which something was missing then. */
  readonly about: number;
  /** Whether no question about that moment has got an answer yet. */
  readonly inVain?: boolean;
}

export interface Overdue {
  readonly barcode: Barcode;
  /** The oldest moment about which something is missing, UTC epoch milliseconds. */
  readonly since: number;
  /** The newest one that is due. */
  readonly about: number;
}

/** After so many questions about the same a parcel is left to people: with a settling time of 2 hours, some five days. */
const MOST_TIMES = 6;

/** Selects the parcels that are worth asking about. */
export interface OverdueSelector {
  /** Takes findings that stand, in any order. */
  readonly add: (findings: readonly Finding[]) => void;
  /** The oldest first. */
  readonly finish: () => readonly Overdue[];
}

/**
 * Makes a selector of the parcels about which the new side should have said
 * something and has not, although it has had its time. Each is asked about once
 * in a settling time at most, and when that brought nothing, ever more seldom.
 *
 * @param asked what was asked before
 * @param settleNewMs how long the new side may take to speak
 * @param now UTC epoch milliseconds
 */
export function makeOverdueSelector(
  asked: ReadonlyMap<Barcode, Asked>,
  settleNewMs: number,
  now: number,
): OverdueSelector {
  const overdue = new Map<Barcode, Overdue>();
  return {
    add(findings) {
      for (const { barcode, kind, legacyAt, newAt } of findings) {
        const at = legacyAt ?? newAt;
        if (at === null || !OVERDUE_KINDS.includes(kind) || now < at + settleNewMs) continue;
        const known = overdue.get(barcode);
        overdue.set(barcode, {
          barcode,
          since: Math.min(known?.since ?? at, at),
          about: Math.max(known?.about ?? at, at),
        });
      }
    },
    finish: () =>
      [...overdue.values()]
        .filter(({ barcode, about }) => isDue(asked.get(barcode), about, settleNewMs, now))
        .sort((a, b) => a.since - b.since || compareText(a.barcode, b.barcode)),
  };
}

function isDue(asked: Asked | undefined, about: number, settleNewMs: number, now: number): boolean {
  if (asked === undefined) return true;
  const isNews = about > asked.about;
  if (!isNews && asked.times >= MOST_TIMES) return false;
  return now >= asked.at + settleNewMs * (isNews ? 1 : 2 ** (asked.times - 1));
}

/** What is remembered of a parcel that has just been asked about. */
export function toAsked(before: Asked | undefined, about: number, at: number): Asked {
  return { at, about, times: before === undefined || about > before.about ? 1 : before.times + 1 };
}
