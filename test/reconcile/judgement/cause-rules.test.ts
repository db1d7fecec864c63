import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/domain/finding.ts";
import { CAUSE_RULES, decideCause } from "../../../src/reconcile/judgement/cause-rules.ts";
import { learnPatterns } from "../../../src/reconcile/judgement/learn-patterns.ts";
import { getTexts, LANGS } from "../../../src/report/texts.ts";
import { testTables } from "../../support/observations.ts";
import { aFinding } from "../../support/store-rows.ts";

const scan = { channel: "legacy-scan", code: "B01" };
const api = { channel: "legacy-api", code: "B01" };
const push = { channel: "webhook", code: "sorted" };
const listed = { channel: "status-api", code: "sorted" };

/** A lone legacy episode of `B01`, told by both old channels, the status API having spoken later. */
const alone: Partial<Finding> = {
  kind: "missing_in_new",
  state: "open",
  status: "sorted",
  evidence: { sources: [scan, api], spokeLater: ["status-api"] },
};
const conflict: Partial<Finding> = {
  kind: "status_mismatch",
  state: "open",
  status: null,
  legacyStatus: "sorted",
  newStatus: "in_transit",
  evidence: { sources: [scan, push] },
};
const moved: Partial<Finding> = {
  kind: "time_mismatch",
  state: "open",
  deltaSeconds: 3600,
  evidence: { sources: [scan, push] },
};
const extra: Partial<Finding> = {
  kind: "missing_in_legacy",
  state: "open",
  status: "sorted",
  evidence: { sources: [push], spokeLater: ["status-api"] },
};
/** Told by the webhook alone, while the status API lists something else at that moment. */
const instead: Partial<Finding> = {
  kind: "pull_missed",
  state: "open",
  status: "in_transit",
  evidence: { sources: [{ ...push, code: "in_transit" }], toldInstead: "sorted" },
};
const afterFinal: Partial<Finding> = {
  kind: "status_after_final",
  state: "open",
  status: "sorted",
  evidence: { sources: [push, listed], finalStatus: "delivered", finalAgreed: true },
};
const missingParcel: Partial<Finding> = {
  kind: "parcel_missing_in_new",
  state: "open",
  status: null,
  evidence: { sources: [scan, api], customerNumber: "11223344" },
};
const detail: Partial<Finding> = { kind: "detail_mismatch", state: "open", field: "reference" };

/** The status's other code is agreed on. */
const AGREED_BY_ANOTHER = { "code|B02|sorted|agreed": 4 };
/** Both new channels tell both statuses. */
const BOTH_TELL = {
  "lag|webhook|sorted|9": 50,
  "lag|status-api|sorted|20": 40,
  "lag|webhook|in_transit|9": 10,
  "lag|status-api|in_transit|20": 9,
};

type Sums = Readonly<Record<string, number>>;
type Case = readonly [rule: string, cause: string, finding: Partial<Finding>, sums: Sums];

/** What each rule decides. */
const DECIDED: readonly Case[] = [
  ["known_difference", "agreed", { ...conflict, state: "known" }, {}],
  ["code_without_row", "mapping", { kind: "unmapped_code", code: "X01" }, {}],
  ["wire_code_without_status", "mapping", { kind: "unknown_status", code: "x" }, {}],
  ["status_without_code", "mapping", { ...extra, status: "held" }, {}],
  [
    "code_meets_other_status",
    "mapping",
    conflict,
    { "code|B01|in_transit|conflicting": 52, ...AGREED_BY_ANOTHER },
  ],
  [
    "code_meets_other_status",
    "mapping",
    conflict,
    { "code|B01|in_transit|conflicting": 200, "code|B01|sorted|agreed": 2, ...AGREED_BY_ANOTHER },
  ],
  ["status_meets_other_status", "undecided", conflict, { "code|B01|in_transit|conflicting": 52 }],
  [
    "status_meets_other_status",
    "undecided",
    conflict,
    { "code|B01|in_transit|conflicting": 52, "code|B02|in_transit|conflicting": 52, ...AGREED_BY_ANOTHER },
  ],
  ["code_stands_alone", "undecided", alone, { "code|B01||lone": 52 }],
  [
    "notice_meets_status",
    "mapping",
    { ...extra, evidence: { ...extra.evidence, notices: ["N01"] } },
    { "notice|N01|sorted": 100, "notice|N01|": 1 },
  ],
  ["notice_at_that_moment", "undecided", { ...extra, evidence: { ...extra.evidence, notices: ["N01"] } }, {}],
  [
    "clock_change",
    "timing",
    { ...moved, evidence: { sources: [{ ...scan, ambiguousTime: true }, push] } },
    {},
  ],
  ["whole_hours", "timing", moved, {}],
  ["whole_hours", "timing", { ...moved, deltaSeconds: -7203 }, {}],
  ["whole_hours", "timing", { kind: "push_missed", evidence: { shiftedHours: 1 } }, {}],
  ["whole_hours", "timing", { ...afterFinal, evidence: { ...afterFinal.evidence, shiftedHours: 2 } }, {}],
  ["whole_hours", "timing", { kind: "order_mismatch", legacyAt: 7_200_300, newAt: 999 }, {}],
  ["channel_never_tells", "undecided", instead, { ...BOTH_TELL, "lag|webhook|sorted|9": 0 }],
  ["channel_never_tells", "undecided", instead, { ...BOTH_TELL, "lag|status-api|in_transit|20": 0 }],
  [
    "channel_never_tells",
    "undecided",
    { ...instead, kind: "missing_in_legacy", evidence: { ...instead.evidence, spokeLater: ["status-api"] } },
    { ...BOTH_TELL, "lag|webhook|sorted|9": 1, "lag|webhook|in_transit|9": 100 },
  ],
  ["new_channels_differ", "new", instead, BOTH_TELL],
  ["new_channels_differ", "new", { kind: "push_missed" }, {}],
  ["new_channels_differ", "new", { kind: "pull_missed" }, {}],
  ["new_channels_differ", "new", { kind: "duplicate_push" }, {}],
  ["witness_contradicts", "new", extra, {}],
  [
    "witness_contradicts",
    "legacy",
    { ...alone, evidence: { sources: [scan], spokeLater: ["legacy-api"] } },
    { "witness|B01|both": 60, "witness|B01|scan": 2 },
  ],
  ["witness_contradicts", "legacy", { ...detail, evidence: { legacyContradicted: true } }, {}],
  ["witness_contradicts", "new", { ...detail, evidence: { newContradicted: true } }, {}],
  ["after_own_final", "new", afterFinal, {}],
  ["two_witnesses", "new", alone, { "code|B01|sorted|agreed": 60, "code|B01||lone": 2 }],
  [
    "two_witnesses",
    "new",
    { ...alone, evidence: { sources: [scan, api], spokeLater: ["webhook"] } },
    { "code|B01|sorted|agreed": 60, "code|B01||lone": 2 },
  ],
  [
    "two_witnesses_of_parcel",
    "new",
    missingParcel,
    { "day|2026-03-07|customer|11223344|clean": 90, "day|2026-03-08|customer|11223344|open": 9 },
  ],
];

/** What is nearly the same, and must not be decided. */
const LEFT: readonly Case[] = [
  ["known_difference", "undecided", conflict, {}],
  ["code_without_row", "undecided", { ...alone, code: null }, {}],
  ["wire_code_without_status", "undecided", conflict, {}],
  ["status_without_code", "undecided", { ...extra, evidence: { sources: [push, listed] } }, {}],
  [
    "code_meets_other_status: too few",
    "undecided",
    conflict,
    { "code|B01|in_transit|conflicting": 51, ...AGREED_BY_ANOTHER },
  ],
  [
    "code_meets_other_status: too often otherwise",
    "undecided",
    conflict,
    { "code|B01|in_transit|conflicting": 200, "code|B01|sorted|agreed": 6, ...AGREED_BY_ANOTHER },
  ],
  ["code_meets_other_status: another one", "undecided", conflict, { "code|B01|accepted|conflicting": 90 }],
  [
    "clock_change: another shift",
    "undecided",
    { ...moved, deltaSeconds: 2220, evidence: { sources: [{ ...scan, ambiguousTime: true }] } },
    {},
  ],
  ["whole_hours: nearly", "undecided", { ...moved, deltaSeconds: 3606 }, {}],
  ["whole_hours: further than zones are apart", "undecided", { ...moved, deltaSeconds: 15 * 3600 }, {}],
  ["new_channels_differ: too soon", "undecided", { kind: "pull_missed", evidence: { listedSoon: true } }, {}],
  ["witness_contradicts: no later list", "undecided", { ...extra, evidence: { sources: [push] } }, {}],
  [
    "witness_contradicts: a push that was lost contradicts no list",
    "undecided",
    { ...extra, evidence: { sources: [listed], spokeLater: ["webhook"] } },
    {},
  ],
  [
    "witness_contradicts: a code that the old API may hide",
    "undecided",
    { ...alone, evidence: { sources: [scan], spokeLater: ["legacy-api"] } },
    { "witness|B01|both": 2, "witness|B01|scan": 60 },
  ],
  [
    "witness_contradicts: both sides do",
    "undecided",
    { ...detail, evidence: { legacyContradicted: true, newContradicted: true } },
    {},
  ],
  ["after_own_final", "undecided", { ...extra, evidence: { sources: [push, listed] } }, {}],
  [
    "after_own_final: the old side knows nothing of that final status",
    "undecided",
    { ...afterFinal, evidence: { ...afterFinal.evidence, finalAgreed: false } },
    {},
  ],
  [
    "after_own_final: it was found again",
    "undecided",
    { ...afterFinal, evidence: { ...afterFinal.evidence, finalStatus: "lost" } },
    {},
  ],
  [
    "whole_hours: in another order",
    "undecided",
    { kind: "order_mismatch", legacyAt: 0, newAt: 2_220_000 },
    {},
  ],
  [
    "two_witnesses_of_parcel: a customer who is not subscribed",
    "undecided",
    missingParcel,
    { "day|2026-03-07|customer|11223344|open": 90, "day|2026-03-07|customer|55667788|clean": 900 },
  ],
  [
    "two_witnesses_of_parcel: one channel only",
    "undecided",
    { ...missingParcel, evidence: { ...missingParcel.evidence, sources: [scan] } },
    { "day|2026-03-07|customer|11223344|clean": 90 },
  ],
  [
    "two_witnesses: a code that is seldom agreed on",
    "undecided",
    alone,
    { "code|B01|sorted|agreed": 60, "code|B01||lone": 30 },
  ],
  [
    "two_witnesses: one channel only",
    "undecided",
    { ...alone, evidence: { sources: [scan], spokeLater: ["status-api"] } },
    { "code|B01|sorted|agreed": 60 },
  ],
  [
    "two_witnesses: never listed",
    "undecided",
    { ...alone, evidence: { sources: [scan, api] } },
    { "code|B01|sorted|agreed": 60 },
  ],
];

function decide(changes: Partial<Finding>, sums: Sums) {
  const blank = { code: null, status: null, legacyStatus: null, newStatus: null, field: null };
  const finding = { ...aFinding(), ...blank, deltaSeconds: null, evidence: {}, ...changes };
  return decideCause(finding, learnPatterns(new Map(Object.entries(sums)), testTables));
}

describe("decideCause", () => {
  it.each(DECIDED)("%s: %s", (rule, cause, finding, sums) => {
    expect(decide(finding, sums)).toEqual({ cause, rule });
  });

  it.each(LEFT)("does not guess by %s", (_, cause, finding, sums) => {
    expect(decide(finding, sums)).toEqual({ cause, rule: null });
  });

  it("has a case of each rule, and a sentence in each language", () => {
    const ids = CAUSE_RULES.map(({ id }) => id);
    expect(new Set(DECIDED.map(([rule]) => rule))).toEqual(new Set(ids));
    for (const lang of LANGS)
      expect(Object.keys(getTexts(lang).families.because).sort()).toEqual(ids.toSorted());
  });
});
