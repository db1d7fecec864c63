import { describe, expect, it } from "vitest";
import type { GateReason } from "../../../src/reconcile/gate/gate-report.ts";
import { GATE_REASONS } from "../../../src/reconcile/gate/gate-report.ts";
import { judgeGate } from "../../../src/reconcile/gate/judge-gate.ts";
import type { StratumPolicy } from "../../../src/reconcile/gate/policy.ts";
import type { InputWish } from "../../support/gate.ts";
import { aGateInput, aPolicy, certifiedFeeds, cleanDays, dayOf, startOf } from "../../support/gate.ts";
import { HOUR } from "../../support/observations.ts";

const judge = (wish: InputWish = {}) => judgeGate(aGateInput(wish));
const codesOf = (wish: InputWish) => judge(wish).reasons.map(({ code }) => code);
const bad = (n: number, count = 11) => ({ day: dayOf(n), standing: "open" as const, count });
const aFamily = (firstSeenAt: number) => ({
  signature: "missing_in_new J01 sorted",
  severity: "high" as const,
  sizes: { open: 1, pending: 0, known: 0, resolved: 0 },
  firstSeenAt,
});

/** A policy whose strata all ask for the same. */
function asking(wish: Partial<StratumPolicy>) {
  const { strata } = aPolicy();
  const one = { ...strata.all, ...wish };
  return { all: one, status: one, customer: one, product: one, channel: one };
}

/** One way to each reason, everything else being as it should be. */
const WAYS: readonly (readonly [GateReason["code"], "go" | "no_go" | "not_proven", InputWish])[] = [
  ["all_proven", "go", {}],
  ["run_not_proven", "not_proven", { run: { verdict: "not_proven" } }],
  ["run_outdated", "not_proven", { run: { isOutdated: true } }],
  ["rules_changed", "not_proven", { run: { rulesChanged: true } }],
  ["recall_not_shown", "not_proven", { run: { recall: { planted: 240, found: 239 } } }],
  ["recall_not_shown", "not_proven", { run: { recall: { planted: 0, found: 0 } } }],
  ["recall_not_shown", "not_proven", { run: { recall: null } }],
  ["channel_silent", "not_proven", { run: { channels: new Map([["webhook", startOf(6) - 1]]) } }],
  ["channel_silent", "not_proven", { policy: { requireCertificate: ["status-api"] } }],
  [
    "certificate_lacking",
    "not_proven",
    { run: { certificates: certifiedFeeds({ [`${dayOf(3)} webhook`]: "incomplete" }) } },
  ],
  [
    "certificate_unproven",
    "not_proven",
    { run: { certificates: certifiedFeeds({ [`${dayOf(3)} webhook`]: "unproven" }) } },
  ],
  [
    "certificate_unknown",
    "not_proven",
    { run: { certificates: certifiedFeeds({ [`${dayOf(3)} webhook`]: null }) } },
  ],
  ["day_not_clean", "no_go", { episodes: [...cleanDays(6), bad(3)] }],
  ["critical_open", "no_go", { findings: { criticalByDay: new Map([[dayOf(6), 1]]) } }],
  ["new_families", "no_go", { findings: { families: [aFamily(startOf(1))] } }],
  [
    "rate_over",
    "no_go",
    {
      episodes: [
        ...cleanDays(6),
        { day: dayOf(3), status: "delivered", count: 300 },
        { day: dayOf(3), status: "delivered", standing: "open", count: 4 },
      ],
    },
  ],
  ["known_share", "no_go", { episodes: [...cleanDays(6), { day: dayOf(2), standing: "known", count: 316 }] }],
  ["too_few_days", "not_proven", { episodes: cleanDays(4) }],
  ["day_pending", "not_proven", { episodes: [...cleanDays(6), { day: dayOf(2), standing: "pending" }] }],
  ["strata_not_proven", "not_proven", { policy: { strata: asking({ maximumRate: 0.0005 }) } }],
  ["strata_not_proven", "not_proven", { policy: { strata: asking({ leastEpisodes: 6001 }) } }],
  [
    "codes_not_covered",
    "not_proven",
    { episodes: [...cleanDays(6), { day: dayOf(2), code: "J05", count: 2 }] },
  ],
];

describe("the certificates of the days that count", () => {
  const reasonsOf = (wish: InputWish) =>
    judge(wish).reasons.flatMap(({ code, values }) =>
      code.startsWith("certificate") ? [[code, values]] : [],
    );
  const certificates = (wish: Parameters<typeof certifiedFeeds>[0], channels?: readonly string[]) => ({
    run: { certificates: certifiedFeeds(wish, channels) },
  });

  it("are asked for from the first of them to the last, and no others", () => {
    const days = [0, 1, 5, 6].map((n) => `${dayOf(n)} webhook`);
    const [tooEarly = "", first = "", last = "", tooLate = ""] = days;
    const wish = certificates({ [tooEarly]: "incomplete", [tooLate]: null });
    expect(reasonsOf(wish)).toEqual([]);
    expect(reasonsOf(certificates({ [first]: "incomplete", [last]: "incomplete" }))).toEqual([
      ["certificate_lacking", { days: 2, channels: "webhook", first: dayOf(1), last: dayOf(5) }],
    ]);
  });

  it("are asked for on a day without traffic, too: that there was none is for them to show", () => {
    const episodes = cleanDays(6).filter((_, n) => n !== 3);
    const unknown = certificates({ [`${dayOf(3)} legacy-scan`]: null });
    expect(reasonsOf({ ...unknown, episodes })).toEqual([
      ["certificate_unknown", { days: 1, channels: "legacy-scan", first: dayOf(3), last: dayOf(3) }],
    ]);
  });

  it("do not matter where the policy names others, and are asked for of those that it names", () => {
    const wish = certificates({ [`${dayOf(3)} webhook`]: "unproven" });
    const requiring = (requireCertificate: NonNullable<InputWish["policy"]>["requireCertificate"]) =>
      reasonsOf({ ...wish, policy: requireCertificate === undefined ? {} : { requireCertificate } });
    expect(requiring(false)).toEqual([]);
    expect(requiring(["legacy-scan"])).toEqual([]);
    expect(requiring(["webhook"])).toHaveLength(1);
    expect(requiring(["legacy-api"])).toEqual([
      ["certificate_unknown", { days: 5, channels: "legacy-api", first: dayOf(1), last: dayOf(5) }],
    ]);
  });

  it("are not asked for before a channel began to speak, unless it is named", () => {
    const { days } = certifiedFeeds({ [`${dayOf(2)} webhook`]: null });
    const begunAt = new Map([
      ["legacy-scan", startOf(0)],
      ["webhook", startOf(3)],
    ]);
    const run = { certificates: { days, begunAt } };
    expect(reasonsOf({ run })).toEqual([]);
    expect(reasonsOf({ run, policy: { requireCertificate: ["webhook"] } })).toHaveLength(1);
    begunAt.set("webhook", startOf(3) - 1);
    expect(reasonsOf({ run })).toHaveLength(1);
  });

  it("never move a bad day out of sight", () => {
    const episodes = [...cleanDays(6), bad(5)];
    const unproven = judge({ ...certificates({ [`${dayOf(5)} webhook`]: "unproven" }), episodes });
    expect(unproven).toMatchObject({ verdict: "no_go", cleanDays: 0 });
    const wish = certificates({ [`${dayOf(5)} webhook`]: "incomplete" });
    const judgement = judge({ ...wish, episodes });
    expect(judgement).toMatchObject({ verdict: "not_proven", cleanDays: 0 });
    expect(judgement.reasons.map(({ code }) => code)).toEqual(["certificate_lacking", "day_not_clean"]);
  });
});

describe("judgeGate", () => {
  it.each(WAYS)("knows %s, which speaks for %s", (code, verdict, wish) => {
    const judgement = judge(wish);
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.reasons[0]).toMatchObject({ code, decides: verdict });
  });

  it("has a way to each reason", () => {
    expect(new Set(WAYS.map(([code]) => code))).toEqual(new Set(GATE_REASONS));
  });

  it("puts figures that cannot be trusted before what speaks against, and that before what is missing", () => {
    const episodes = [...cleanDays(4), bad(3)];
    expect(judge({ episodes }).verdict).toBe("no_go");
    expect(codesOf({ episodes })).toEqual(["day_not_clean", "too_few_days"]);
    const untrusted = judge({ episodes, run: { verdict: "not_proven" } });
    expect(untrusted.verdict).toBe("not_proven");
    expect(untrusted.reasons[0]?.code).toBe("run_not_proven");
  });

  it("says nothing for go over nothing", () => {
    const judgement = judge({ episodes: [] });
    expect(judgement.verdict).toBe("not_proven");
    expect(judgement).toMatchObject({ since: null, cleanDays: 0, daysNeeded: null, days: [], strata: [] });
  });

  describe("counts a day", () => {
    const stateOf = (wish: InputWish, n: number) =>
      judge(wish).days.find(({ day }) => day === dayOf(n))?.state;

    it("as settled from the moment at which the slower side has had its time", () => {
      const episodes = cleanDays(7);
      const settledAt = startOf(7) + 12 * HOUR;
      const watermarks = { legacy: settledAt, new: settledAt };
      expect(stateOf({ episodes, run: { now: settledAt - 1, watermarks } }, 6)).toBe("not_settled");
      expect(stateOf({ episodes, run: { now: settledAt, provenAt: settledAt, watermarks } }, 6)).toBe(
        "clean",
      );
    });

    it("as silent until each side has spoken at the end of its own time", () => {
      const legacy = startOf(6) + 12 * HOUR;
      const newSide = startOf(6) + 2 * HOUR;
      const run = (wish: { legacy: number | null; new: number | null }) => ({ run: { watermarks: wish } });
      expect(stateOf(run({ legacy, new: newSide }), 5)).toBe("clean");
      expect(stateOf(run({ legacy: legacy - 1, new: newSide }), 5)).toBe("silent");
      expect(stateOf(run({ legacy, new: newSide - 1 }), 5)).toBe("silent");
      expect(stateOf(run({ legacy: null, new: newSide }), 5)).toBe("silent");
    });

    it("as not judged until a run has proven something after it settled", () => {
      expect(stateOf({ run: { provenAt: startOf(6) + 12 * HOUR } }, 5)).toBe("clean");
      expect(stateOf({ run: { provenAt: startOf(6) + 12 * HOUR - 1 } }, 5)).toBe("not_judged");
      expect(stateOf({ run: { provenAt: null } }, 5)).toBe("not_judged");
    });

    it("as clean up to the maximum rate and not beyond, known and pending ones left out of it", () => {
      const of = (count: number) => [
        { day: dayOf(0), count: 990 },
        bad(0, count),
        { day: dayOf(0), standing: "known" as const, count: 9 },
      ];
      expect(stateOf({ episodes: of(10) }, 0)).toBe("clean");
      expect(stateOf({ episodes: of(11) }, 0)).toBe("unclean");
      expect(stateOf({ episodes: [...of(11), { day: dayOf(0), standing: "pending" }] }, 0)).toBe("unclean");
    });

    it("as unclean for a code that cannot be translated, as for a finding", () => {
      expect(stateOf({ episodes: [...cleanDays(1), { ...bad(0), standing: "explained" }] }, 0)).toBe(
        "unclean",
      );
    });

    it("as unclean with a critical finding, whatever the rate", () => {
      expect(stateOf({ findings: { criticalByDay: new Map([[dayOf(2), 1]]) } }, 2)).toBe("unclean");
    });

    it("not at all without traffic: it neither counts nor breaks the row", () => {
      const episodes = [0, 1, 2, 4, 5].map((n) => ({ day: dayOf(n), count: 1000 }));
      expect(judge({ episodes })).toMatchObject({ verdict: "go", cleanDays: 5 });
    });
  });

  it("begins the row of clean days anew after a day that is not clean, and says how long it still takes", () => {
    const judgement = judge({ episodes: [...cleanDays(6), bad(3)] });
    expect(judgement).toMatchObject({ cleanDays: 2, verdict: "no_go" });
    expect(judgement.daysNeeded).toBe(3);
  });

  it("forgets a bad day once enough clean ones have followed, but not in the proof", () => {
    const later = startOf(12) + 20 * HOUR;
    const run = {
      now: later,
      provenAt: later,
      watermarks: { legacy: later, new: later },
      channels: new Map(),
    };
    const judgement = judge({ episodes: [...cleanDays(12), bad(2, 20)], run });
    expect(judgement).toMatchObject({ verdict: "go", cleanDays: 9 });
    expect(judgement.strata.find(({ dimension }) => dimension === "all")).toMatchObject({
      bad: 20,
      episodes: 12_020,
      state: "proven",
    });
    // So many that the rate since the start is too high: the last days cannot make up for them.
    const worse = judge({ episodes: [...cleanDays(12), bad(2, 900)], run });
    expect(worse.reasons.map(({ code }) => code)).toEqual(["strata_not_proven"]);
    const anew = { starts: [{ from: dayOf(3), reason: "mended" }] };
    expect(judge({ episodes: [...cleanDays(12), bad(2, 900)], run, policy: anew })).toMatchObject({
      verdict: "go",
      since: dayOf(3),
      start: 2,
    });
  });

  it("asks more of each further start", () => {
    const upper = (starts: number) =>
      judge({
        policy: {
          starts: Array.from({ length: starts }, (_, i) => ({ from: `2026-02-0${i + 1}`, reason: "x" })),
        },
      }).strata.map((one) => one.upper)[0] ?? 0;
    expect(upper(0)).toBeLessThan(upper(1));
    expect(upper(1)).toBeLessThan(upper(2));
  });

  it("lists a part that is too small where the policy says so, and waits for it otherwise", () => {
    const episodes = [...cleanDays(6), { day: dayOf(1), status: "lost", count: 9 }];
    const strata = (few: StratumPolicy["few"]) => {
      const { strata: all } = aPolicy();
      return { ...all, status: { ...all.status, few } };
    };
    expect(judge({ episodes, policy: { strata: strata("not_exercised") } }).verdict).toBe("go");
    expect(judge({ episodes, policy: { strata: strata("not_proven") } }).verdict).toBe("not_proven");
  });

  it("does not take a part for large enough because of a bad episode", () => {
    const policy = { strata: asking({ leastEpisodes: 6001 }) };
    expect(judge({ episodes: [...cleanDays(6), bad(3, 1)], policy }).verdict).toBe("not_proven");
    expect(judge({ episodes: [...cleanDays(6), { day: dayOf(3) }], policy }).verdict).toBe("go");
  });

  it("goes by an exception where there is one", () => {
    const { strata } = aPolicy();
    const exceptions = { "11223344": { maximumRate: 0.000_01 } };
    const judgement = judge({
      policy: { strata: { ...strata, customer: { ...strata.customer, exceptions } } },
    });
    expect(judgement.strata.filter(({ blocks }) => blocks)).toMatchObject([
      { dimension: "customer", value: "11223344", maximumRate: 0.000_01, state: "not_proven" },
    ]);
  });

  it("charges a channel with what it did not push", () => {
    const missedBy = [{ channel: "webhook", day: dayOf(4), part: "bad", count: 60 }] as const;
    const judgement = judge({ findings: { missedBy } });
    expect(judgement.strata.find(({ dimension }) => dimension === "channel")).toMatchObject({
      value: "webhook",
      bad: 60,
      episodes: 6060,
      state: "over",
    });
    expect(judgement.verdict).toBe("no_go");
  });

  it("looks back no further than the clean days for critical findings and new families", () => {
    // Days 1 to 5 are the last five.
    expect(judge({ findings: { families: [aFamily(startOf(1) - 1)] } }).verdict).toBe("go");
    expect(judge({ findings: { families: [aFamily(startOf(1))] } }).verdict).toBe("no_go");
    const critical = (n: number) => judge({ findings: { criticalByDay: new Map([[dayOf(n), 1]]) } }).verdict;
    expect([critical(0), critical(1), critical(6)]).toEqual(["go", "no_go", "no_go"]);
  });

  it("tells codes that were never exercised from those exercised too little, and leaves out exempt ones", () => {
    const episodes = [
      ...cleanDays(6),
      { day: dayOf(1), code: "J05", standing: "known" as const, count: 4 },
      { day: dayOf(1), code: "J40", count: 2 },
      { day: dayOf(1), code: "B01", standing: "known" as const, count: 9 },
      { day: dayOf(6), code: "Z9|9", count: 50 },
    ];
    const mappedCodes = ["Z01", "J01", "A19"];
    const { codes, verdict } = judge({
      episodes,
      mappedCodes,
      policy: { codes: { coverage: 0.5, leastPairs: 3, exempt: ["J05", "A19"] } },
    });
    expect(codes).toEqual({
      inUse: 3,
      exercised: 1,
      never: [{ code: "B01", seen: 9, met: 0 }],
      tooLittle: [{ code: "J40", seen: 2, met: 2 }],
      notSeen: ["Z01"],
    });
    expect(verdict).toBe("not_proven");
  });
});
