import { describe, expect, it } from "vitest";
import type { FeedProgress } from "../../src/domain/feed-progress.ts";
import type { StoreTotals } from "../../src/domain/store-totals.ts";
import { findStaleFeeds, judgeRun, tieOut } from "../../src/reconcile/judge-run.ts";

const HOUR = 3_600_000;

/** A store after a clean run: 3 parcels, all agreed. */
const CLEAN: StoreTotals = {
  rows: { seen: 12, accepted: 10, duplicates: 1, quarantined: 1 },
  observations: 10,
  parcels: 3,
  verdicts: { matched: 3, known: 0, mismatched: 0, pending: 0, not_proven: 0 },
  legacy: { episodes: 5, agreed: 5, differing: 0, explained: 0, lone: 0 },
  new: { episodes: 5, agreed: 5, differing: 0, explained: 0, lone: 0 },
  findings: { open: 0, pending: 0, known: 0, resolved: 0 },
  episodesUnderFindings: { legacy: 0, new: 0 },
  heldBackBySilence: 0,
  neverSpoke: 0,
};

/** One pair that differs, a lone legacy episode and an explained new one, all open. */
const DIFFERING: StoreTotals = {
  ...CLEAN,
  verdicts: { matched: 2, known: 0, mismatched: 1, pending: 0, not_proven: 0 },
  legacy: { episodes: 5, agreed: 3, differing: 1, explained: 0, lone: 1 },
  new: { episodes: 5, agreed: 3, differing: 1, explained: 1, lone: 0 },
  findings: { open: 3, pending: 0, known: 0, resolved: 0 },
  episodesUnderFindings: { legacy: 2, new: 1 },
};

const GAPS: readonly (readonly [string, number, StoreTotals])[] = [
  ["a row seen that went nowhere", 1, { ...CLEAN, rows: { ...CLEAN.rows, seen: 13 } }],
  ["a row that went to two places", 1, { ...CLEAN, rows: { ...CLEAN.rows, quarantined: 2 } }],
  ["an accepted row that is not kept", 1, { ...CLEAN, observations: 9 }],
  ["an observation that no row brought", 2, { ...CLEAN, observations: 12 }],
  ["a parcel without verdict", 1, { ...CLEAN, parcels: 4 }],
  ["a verdict without parcel", 1, { ...CLEAN, verdicts: { ...CLEAN.verdicts, known: 1 } }],
  ["a legacy episode in no place", 1, { ...CLEAN, legacy: { ...CLEAN.legacy, episodes: 6 } }],
  ["a new episode in no place", 1, { ...CLEAN, new: { ...CLEAN.new, episodes: 6 } }],
  ["agreed pairs with one end", 1, { ...CLEAN, legacy: { ...CLEAN.legacy, agreed: 4, explained: 1 } }],
  [
    "differing pairs with one end",
    1,
    {
      ...DIFFERING,
      new: { ...DIFFERING.new, differing: 0, lone: 1 },
    },
  ],
  [
    "a lone legacy episode under no finding",
    1,
    { ...DIFFERING, episodesUnderFindings: { legacy: 1, new: 1 } },
  ],
  ["a new episode under two findings", 1, { ...DIFFERING, episodesUnderFindings: { legacy: 2, new: 2 } }],
];

describe("tieOut", () => {
  it("is zero where every figure adds up", () => {
    expect(tieOut(CLEAN)).toBe(0);
    expect(tieOut(DIFFERING)).toBe(0);
  });

  it.each(GAPS)("sees %s", (_name, difference, totals) => {
    expect(tieOut(totals)).toBe(difference);
  });

  it("does not let one gap hide another", () => {
    const totals = {
      ...CLEAN,
      rows: { ...CLEAN.rows, seen: 13 },
      parcels: 2,
    };
    expect(tieOut(totals)).toBe(2);
  });
});

describe("judgeRun", () => {
  const verdictOf = (changed: Partial<StoreTotals>) => judgeRun({ ...CLEAN, ...changed }).verdict;
  const reasonsOf = (changed: Partial<StoreTotals>) =>
    judgeRun({ ...CLEAN, ...changed }).reasons.map(({ code }) => code);

  it("is go where everything agrees", () => {
    expect(judgeRun(CLEAN)).toEqual({
      verdict: "go",
      difference: 0,
      reasons: [{ code: "all_agree", values: { parcels: 3 } }],
    });
  });

  it("is no_go where a finding is open", () => {
    expect(verdictOf(DIFFERING)).toBe("no_go");
    expect(reasonsOf(DIFFERING)).toEqual(["findings_open"]);
  });

  it("is go while findings only wait for their time, and says so", () => {
    const waiting: Partial<StoreTotals> = {
      verdicts: { matched: 2, known: 0, mismatched: 0, pending: 1, not_proven: 0 },
      legacy: { episodes: 5, agreed: 4, differing: 0, explained: 0, lone: 1 },
      new: { episodes: 4, agreed: 4, differing: 0, explained: 0, lone: 0 },
      episodesUnderFindings: { legacy: 1, new: 0 },
      findings: { open: 0, pending: 1, known: 0, resolved: 0 },
    };
    expect(verdictOf(waiting)).toBe("go");
    expect(reasonsOf(waiting)).toContain("pending_left");
  });

  it.each(GAPS)("is not_proven for %s", (_name, difference, totals) => {
    const judged = judgeRun(totals);
    expect(judged.verdict).toBe("not_proven");
    expect(judged.reasons[0]).toEqual({ code: "tie_out_not_zero", values: { difference } });
  });

  it("is not_proven where a silent feed holds a finding back", () => {
    const silent: Partial<StoreTotals> = {
      findings: { open: 0, pending: 1, known: 0, resolved: 0 },
      heldBackBySilence: 1,
    };
    expect(verdictOf(silent)).toBe("not_proven");
    expect(reasonsOf(silent)).toEqual(["feed_silent"]);
  });

  it("is not_proven where a side never spoke", () => {
    expect(verdictOf({ neverSpoke: 1 })).toBe("not_proven");
  });

  it("is not_proven rather than no_go where both hold", () => {
    const both: StoreTotals = {
      ...DIFFERING,
      heldBackBySilence: 1,
      findings: { ...DIFFERING.findings, pending: 1 },
    };
    expect(judgeRun(both).verdict).toBe("not_proven");
    expect(judgeRun(both).reasons.map(({ code }) => code)).toEqual(["feed_silent", "findings_open"]);
  });

  it("is not_proven where nothing was compared", () => {
    const nothing: Partial<StoreTotals> = {
      rows: { seen: 0, accepted: 0, duplicates: 0, quarantined: 0 },
      observations: 0,
      parcels: 0,
      verdicts: { matched: 0, known: 0, mismatched: 0, pending: 0, not_proven: 0 },
      legacy: { episodes: 0, agreed: 0, differing: 0, explained: 0, lone: 0 },
      new: { episodes: 0, agreed: 0, differing: 0, explained: 0, lone: 0 },
    };
    expect(verdictOf(nothing)).toBe("not_proven");
  });

  it("proves nothing while a side has said nothing for longer than the longest wait", () => {
    const at = (watermarks: FeedProgress["watermarks"]) => ({
      now: 100 * HOUR,
      progress: { watermarks, deliveries: new Map() },
    });
    expect(findStaleFeeds(at({ legacy: 28 * HOUR, new: 28 * HOUR }), 72 * HOUR)).toEqual([]);
    expect(findStaleFeeds(at({ legacy: null, new: null }), 72 * HOUR)).toEqual([]);
    const stale = findStaleFeeds(at({ legacy: 99 * HOUR, new: 28 * HOUR - 1 }), 72 * HOUR);
    expect(stale).toEqual([{ side: "new", since: 28 * HOUR - 1 }]);
    const { verdict, reasons } = judgeRun(CLEAN, stale);
    expect(verdict).toBe("not_proven");
    expect(reasons.map(({ code }) => code)).toEqual(["feed_stale"]);
  });

  it("proves nothing while a planted difference was not found", () => {
    expect(judgeRun(CLEAN, [], [{ planted: 20, found: 20 }]).verdict).toBe("go");
    const { verdict, reasons } = judgeRun(
      CLEAN,
      [],
      [
        { planted: 20, found: 20 },
        { planted: 20, found: 19 },
      ],
    );
    expect(verdict).toBe("not_proven");
    expect(reasons).toEqual([{ code: "recall_incomplete", values: { found: 39, planted: 40 } }]);
  });
});
