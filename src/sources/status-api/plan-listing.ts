import { MOST_SKEW_MS } from "../judge-clock.ts";

/** A listing in progress: a window of what changed, and the page that is asked for next. */
export interface Listing {
  /** UTC epoch milliseconds, so `until`. */
  readonly from: number;
  readonly until: number;
  /** `null`: the first page. */
  readonly cursor: string | null;
  /** How often its cursors have led back to where they had been. */
  readonly loops: number;
}

/**
 * Plans what is listed next: the listing in progress goes on; else a window
 * from the last one's end, minus an overlap for clocks that differ, to now.
 *
 * @param mark the end of the last window; `null` for the first time
 * @param firstFrom where the first window begins, UTC epoch milliseconds, so `now`
 * @returns `null` when all is listed
 */
export function planListing(
  mark: number | null,
  inProgress: Listing | null,
  firstFrom: number,
  now: number,
): Listing | null {
  if (inProgress !== null) return inProgress;
  if (mark !== null && mark >= now) return null;
  return { from: mark === null ? firstFrom : mark - MOST_SKEW_MS, until: now, cursor: null, loops: 0 };
}

/** What is known after a page: where the listing goes on, that it is through, or that it goes round in circles. */
export type PageStep =
  | { readonly kind: "on" | "loop"; readonly listing: Listing }
  | { readonly kind: "done"; readonly mark: number };

/**
 * Decides what follows a page. When its cursor has been met before, the same
 * page is asked for again by the next pull; the second time that happens the
 * window begins anew.
 *
 * @param seen the cursors of this listing that have been met
 */
export function planNextPage(
  listing: Listing,
  nextCursor: string | null,
  seen: ReadonlySet<string>,
): PageStep {
  if (nextCursor === null) return { kind: "done", mark: listing.until };
  if (nextCursor !== listing.cursor && !seen.has(nextCursor)) {
    return { kind: "on", listing: { ...listing, cursor: nextCursor } };
  }
  const again = listing.loops === 0 ? { ...listing, loops: 1 } : { ...listing, cursor: null, loops: 0 };
  return { kind: "loop", listing: again };
}

/** The listing from its first page, up to now: its cursor does not hold any more. */
export function restartListing(listing: Listing, now: number): Listing {
  return { ...listing, until: Math.max(listing.until, now), cursor: null };
}
