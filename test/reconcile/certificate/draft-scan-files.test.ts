import { describe, expect, it } from "vitest";
import type { ShortfallKind } from "../../../src/domain/certificate.ts";
import type { FileIrregularityKind } from "../../../src/domain/file-calendar.ts";
import { FILE_IRREGULARITIES } from "../../../src/domain/file-calendar.ts";
import type { CertificateRules } from "../../../src/reconcile/certificate/draft.ts";
import type { ScanFeedFacts } from "../../../src/reconcile/certificate/draft-scan-files.ts";
import { draftScanFiles } from "../../../src/reconcile/certificate/draft-scan-files.ts";
import {
  aFeed,
  anIrregularity,
  certifyDraft,
  daysOf,
  GONE,
  kindsOf,
  MIDNIGHT,
  NOW,
  RULES,
  someSlots,
} from "../../support/certificate-drafts.ts";
import { DAY, HOUR } from "../../support/observations.ts";

const certified = (feeds: readonly ScanFeedFacts[], wish: Partial<CertificateRules> = {}) => {
  const rules = { ...RULES, ...wish };
  return certifyDraft(draftScanFiles(feeds, rules, NOW), wish);
};
const withIrregularity = (kind: FileIrregularityKind, at = NOW - 2 * DAY) =>
  aFeed({ assessment: { slots: someSlots(), irregularities: [anIrregularity({ kind, at })], unlearnt: [] } });
/** Without the file of 06:00 on the n-th last day. */
const without = (daysAgo: number, state: "missing" | "due" = "missing") =>
  someSlots(({ expectedAt }) =>
    expectedAt === MIDNIGHT - daysAgo * DAY + 6 * HOUR ? { state, ...GONE } : {},
  );

describe("the certificate of the scan files", () => {
  it("is complete where every file that was expected is there, up to what the last one can tell of", () => {
    const { certificate, days } = certified([aFeed()]);
    expect(certificate).toMatchObject({
      state: "complete",
      shortfalls: [],
      heardTo: MIDNIGHT + 6.5 * HOUR,
      completeTo: MIDNIGHT - 5.5 * HOUR,
      expectation: { unit: "files", expected: 13, received: 13 },
      quietAllowedMs: null,
    });
    // Of the ninth the files of the tenth at noon are not due yet.
    expect(days.map(({ day }) => day).at(-1)).toBe("2026-03-08");
    expect(days.every(({ state }) => state === "complete")).toBe(true);
  });

  it.each<[string, readonly ScanFeedFacts[], ShortfallKind, "incomplete" | "unproven"]>([
    ["is only imported", [], "import_only", "unproven"],
    ["has no calendar", [aFeed({ calendar: "none" })], "no_calendar", "unproven"],
    [
      "has not learnt its calendar",
      [aFeed({ calendar: "learnt", assessment: { slots: [], irregularities: [], unlearnt: ["1", null] } })],
      "not_learnt",
      "unproven",
    ],
    ["expects nothing", [aFeed({}, [])], "nothing_expected", "unproven"],
    ["was never fetched", [aFeed(), aFeed({ feed: "b", assessment: null })], "never_fetched", "incomplete"],
    ["lacks a file", [aFeed({}, without(2))], "file_missing", "incomplete"],
    [
      "lacks a file that was due after the last fetch that went well",
      [aFeed({ lastGoodAt: NOW - 3 * HOUR }, without(0))],
      "not_fetched",
      "incomplete",
    ],
    ["was never fetched well", [aFeed({ lastGoodAt: null }, without(2))], "not_fetched", "incomplete"],
    [
      "cannot be fetched any more",
      [aFeed({ lastPull: { endedAt: NOW, problems: ["refused"] }, lastGoodAt: NOW - 13 * HOUR })],
      "fetch_failed",
      "incomplete",
    ],
    ["has a gap in its numbers", [withIrregularity("gap")], "file_gap", "incomplete"],
    ["has a file that cannot be read", [withIrregularity("unreadable")], "file_unreadable", "incomplete"],
    ["has a short file", [withIrregularity("short")], "file_short", "incomplete"],
  ])("says why, where a feed %s", (_, feeds, kind, state) => {
    const one = certified(feeds);
    expect(kindsOf(one)).toEqual([kind]);
    expect(one.certificate.state).toBe(state);
    if (state === "unproven") expect(one.certificate.completeTo).toBeNull();
  });

  it("does not mind what harms nothing, and a pull that failed a moment ago", () => {
    for (const kind of ["shrunk", "late", "restarted", "corrected", "resent"] as const) {
      expect(certified([withIrregularity(kind)]).certificate.state).toBe("complete");
    }
    const failing = aFeed({ lastPull: { endedAt: NOW, problems: ["refused"] }, lastGoodAt: NOW - 12 * HOUR });
    expect(certified([failing]).certificate.state).toBe("complete");
  });

  it("goes by the faults that the settings name", () => {
    for (const kind of FILE_IRREGULARITIES.filter((one) => one !== "missing")) {
      expect(kindsOf(certified([withIrregularity(kind)], { fileFaults: [kind] }))).toEqual([`file_${kind}`]);
      expect(kindsOf(certified([withIrregularity(kind)], { fileFaults: [] }))).toEqual([]);
    }
    expect(kindsOf(certified([aFeed({}, without(2))], { fileFaults: [] }))).toEqual([]);
  });

  it("ends before a file that is not there, whether it is missing or may still come", () => {
    const missing = certified([aFeed({}, without(2))]);
    expect(missing.certificate.heardTo).toBe(MIDNIGHT - 2 * DAY + 6 * HOUR);
    expect(daysOf(missing)).toEqual({
      "03-04": "complete",
      "03-05": "complete",
      "03-06": "complete",
      // What was in it may have happened on either day.
      "03-07": "incomplete",
      "03-08": "incomplete",
    });
    const due = certified([aFeed({}, without(0, "due"))]);
    expect(due.certificate).toMatchObject({ state: "complete", heardTo: MIDNIGHT - 5.5 * HOUR });
  });

  it("waits for the customer whose files come last", () => {
    const others = someSlots(({ expectedAt }) => ({
      customer: "2",
      ...(expectedAt > MIDNIGHT - DAY ? GONE : {}),
    })).filter(({ receivedAt }) => receivedAt !== null);
    const one = certified([aFeed({}, [...someSlots(), ...others])]);
    expect(one.certificate.state).toBe("complete");
    expect(one.certificate.heardTo).toBe(MIDNIGHT - DAY - 5.5 * HOUR);
    expect(daysOf(one)).toMatchObject({ "03-07": "complete", "03-08": "unproven" });
  });

  it("expects nothing after the old feed has ended for the customer", () => {
    const legacyEnds = { others: null, customers: { "1": MIDNIGHT - 4 * DAY } };
    const ended = someSlots(({ expectedAt }) =>
      expectedAt > MIDNIGHT - 3 * DAY ? { state: "missing", ...GONE } : {},
    );
    expect(kindsOf(certified([aFeed({}, ended)], { legacyEnds }))).toEqual([]);
    expect(kindsOf(certified([aFeed({}, ended)]))).toEqual(Array(4).fill("file_missing"));
    const allEnd = { others: MIDNIGHT - 4 * DAY, customers: {} };
    const one = certified([aFeed({}, ended)], { legacyEnds: allEnd });
    expect(one.certificate).toMatchObject({ state: "complete", heardTo: NOW });
    expect(new Set(Object.values(daysOf(one)))).toEqual(new Set(["complete"]));
    // Long after the end no file is expected, and none is missed.
    const long = { others: MIDNIGHT - 40 * DAY, customers: {} };
    expect(certified([aFeed({}, [])], { legacyEnds: long }).certificate.state).toBe("complete");
  });

  it("tells of many missing files in few lines", () => {
    const none = someSlots(() => ({ state: "missing", ...GONE }));
    const { certificate } = certified([aFeed({}, none)]);
    expect(certificate.shortfalls).toHaveLength(7);
    expect(certificate.shortfalls[0]).toMatchObject({ kind: "file_missing", subject: "a", count: 2 });
    expect(certificate.heardTo).toBe(none[0]?.expectedAt);
    expect(certificate.expectation).toEqual({ unit: "files", expected: 13, received: 0 });
  });
});
