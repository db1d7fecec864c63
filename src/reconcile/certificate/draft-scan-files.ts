import type { Shortfall } from "../../domain/certificate.ts";
import type { FileAssessment, FileCalendar, FileSlot } from "../../domain/file-calendar.ts";
import { DAY_MS } from "../../domain/instant.ts";
import { lastLegacyEndOf, legacyEndOf } from "../cutover/phase.ts";
import type { CertificateDraft, CertificateRules } from "./draft.ts";
import { greatest, joinShortfalls, least, toShortfall } from "./draft.ts";

/** What is known of a feed of scan files. Instants are UTC epoch milliseconds. */
export interface ScanFeedFacts {
  /** As in the settings. */
  readonly feed: string;
  readonly calendar: FileCalendar["kind"] | "none";
  /** `null`: it was never fetched. */
  readonly assessment: Pick<FileAssessment, "slots" | "irregularities" | "unlearnt"> | null;
  /** When it was first fetched. */
  readonly begunAt: number | null;
  /** How the last fetch ended. */
  readonly lastPull: { readonly endedAt: number; readonly problems: readonly string[] } | null;
  /** When one last ended without a problem. */
  readonly lastGoodAt: number | null;
}

/**
 * Holds the scan files of all feeds against their calendars. A feed reaches as
 * far as the latest file that came, and not beyond the first one that has not,
 * whether it is missing or may still come.
 *
 * @param feeds those of the settings; none: scan files are only imported
 */
export function draftScanFiles(
  feeds: readonly ScanFeedFacts[],
  rules: CertificateRules,
  now: number,
): CertificateDraft {
  const channel = "legacy-scan";
  if (feeds.length === 0) {
    const shortfalls = [toShortfall("import_only")];
    return { channel, since: null, reach: null, expectation: null, shortfalls };
  }
  const drafts = feeds.map((feed) => draftFeed(feed, rules, now));
  const isFollowed = drafts.every(({ reach }) => reach !== null);
  const slots = drafts.flatMap((draft) => draft.slots);
  const received = slots.filter(isFilled).length;
  return {
    channel,
    since: drafts.some(({ since }) => since === null) ? null : greatest(...drafts.map(({ since }) => since)),
    reach: isFollowed ? least(...drafts.map(({ reach }) => reach)) : null,
    expectation: {
      unit: "files",
      expected: received + slots.filter(({ state }) => state === "missing").length,
      received,
    },
    shortfalls: drafts.flatMap(({ shortfalls }) => shortfalls),
  };
}

interface FeedDraft extends Pick<CertificateDraft, "since" | "reach" | "shortfalls"> {
  readonly slots: readonly FileSlot[];
}

function draftFeed(facts: ScanFeedFacts, rules: CertificateRules, now: number): FeedDraft {
  const { feed, assessment, begunAt, calendar } = facts;
  if (assessment === null) {
    const shortfalls = [toShortfall("never_fetched", { subject: feed })];
    return { since: null, reach: null, shortfalls, slots: [] };
  }
  // What was to come after the old feed had ended for a customer was not to come.
  const slots = assessment.slots.filter(
    ({ customer, expectedAt }) =>
      expectedAt <= legacyEndOf(rules.legacyEnds, customer) + rules.settleMs.legacy,
  );
  const hasEnded = now >= lastLegacyEndOf(rules.legacyEnds) + rules.settleMs.legacy;
  const faults = [
    ...findUnproven(facts, slots, hasEnded),
    ...findMissing(facts, slots, rules),
    ...findFaulty(facts, rules),
    ...findFailures(facts, rules, now),
  ].map((one) => ({ ...one, subject: feed }));
  return {
    since: least(begunAt, slots[0]?.expectedAt ?? null),
    reach: calendar === "none" ? null : findReach(slots, hasEnded ? now : null),
    shortfalls: joinShortfalls(faults),
    slots,
  };
}

function isFilled({ state }: FileSlot): boolean {
  return state === "received" || state === "late";
}

/**
 * Of every customer the latest that came, and before anything that did not.
 *
 * @param endedAt where nothing more is to come: up to there
 */
function findReach(slots: readonly FileSlot[], endedAt: number | null): number | null {
  const ofCustomers = Map.groupBy(slots, ({ customer }) => customer);
  const latest = Array.from(ofCustomers.values(), (own) =>
    greatest(...own.filter(isFilled).map(({ expectedAt, receivedAt }) => greatest(expectedAt, receivedAt))),
  );
  const first = least(...slots.filter((slot) => !isFilled(slot)).map(({ expectedAt }) => expectedAt));
  if (endedAt !== null) return first ?? endedAt;
  return latest.includes(null) ? first : least(first, ...latest);
}

function findUnproven(
  { calendar, assessment }: ScanFeedFacts,
  slots: readonly FileSlot[],
  hasEnded: boolean,
): Shortfall[] {
  if (hasEnded) return [];
  if (calendar === "none") return [toShortfall("no_calendar")];
  const unlearnt = assessment?.unlearnt.length ?? 0;
  if (unlearnt > 0) return [toShortfall("not_learnt", { count: unlearnt })];
  return slots.length === 0 ? [toShortfall("nothing_expected")] : [];
}

/** What was due after the last fetch that went well may lie on the server. */
function findMissing(
  { lastGoodAt }: ScanFeedFacts,
  slots: readonly FileSlot[],
  { fileFaults }: CertificateRules,
): Shortfall[] {
  if (!fileFaults.includes("missing")) return [];
  return slots
    .filter(({ state }) => state === "missing")
    .map(({ customer, expectedAt, dueAt }) =>
      toShortfall(lastGoodAt !== null && lastGoodAt >= dueAt ? "file_missing" : "not_fetched", {
        from: expectedAt,
        until: expectedAt,
        detail: customer,
      }),
    );
}

function findFaulty(
  { assessment }: ScanFeedFacts,
  { fileFaults, legacyEnds, settleMs }: CertificateRules,
): Shortfall[] {
  const { irregularities = [], slots = [] } = assessment ?? {};
  return irregularities
    .filter(({ kind, customer, at }) => {
      const isOver = at > legacyEndOf(legacyEnds, customer) + settleMs.legacy;
      return kind !== "missing" && fileFaults.includes(kind) && !isOver;
    })
    .map(({ kind, customer, name, at }) => {
      // A number that was left out belongs somewhere between this file and the one before it.
      const before = slots.filter((slot) => slot.customer === customer && (slot.receivedAt ?? at) < at);
      const from =
        kind === "gap" ? (greatest(...before.map(({ receivedAt }) => receivedAt)) ?? at - DAY_MS) : at;
      return toShortfall(`file_${kind}`, { from, until: at, detail: name });
    });
}

function findFailures(
  { lastPull, lastGoodAt, begunAt }: ScanFeedFacts,
  { settleMs }: CertificateRules,
  now: number,
): Shortfall[] {
  const [detail] = lastPull?.problems ?? [];
  const from = lastGoodAt ?? begunAt ?? 0;
  if (detail === undefined || from + settleMs.legacy >= now) return [];
  return [toShortfall("fetch_failed", { from, until: now, detail })];
}
