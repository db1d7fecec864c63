import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding, RaisedFinding } from "../../src/domain/finding.ts";
import { compareText } from "../../src/domain/observation.ts";
import type { EvaluationReason } from "../../src/reconcile/advance-findings.ts";
import { advanceFindings } from "../../src/reconcile/advance-findings.ts";
import { evaluate } from "../support/evaluation.ts";
import type { Time } from "../support/observations.ts";
import { BARCODE, HOUR, push, scan, timeOf } from "../support/observations.ts";

const T = timeOf("10:00:00");

/** An open `missing_in_new sorted` at 10:00:00, unless told otherwise. */
function aRaised(
  wish: Partial<Omit<RaisedFinding, "legacyAt">> & { readonly at?: Time } = {},
): RaisedFinding {
  const { at = T, ...rest } = wish;
  return {
    id: `sorted at ${timeOf(at)}`,
    kind: "missing_in_new",
    barcode: BARCODE,
    severity: "high",
    status: "sorted",
    legacyStatus: null,
    newStatus: null,
    code: null,
    field: null,
    deltaSeconds: null,
    legacyAt: timeOf(at),
    newAt: null,
    settlesAt: timeOf(at) + 2 * HOUR,
    evidence: { sources: [] },
    state: "open",
    pendingReason: null,
    legacyEpisodes: 1,
    newEpisodes: 0,
    ...rest,
  };
}

const PENDING = aRaised({ state: "pending", pendingReason: "not_settled" });

function advance(
  before: readonly Finding[],
  raised: readonly RaisedFinding[],
  now: Time = "2026-03-08T03:00:00Z",
  reason: EvaluationReason = "observations_arrived",
) {
  return advanceFindings(before, raised, { runId: "run 2", now: timeOf(now), reason, explain: () => null });
}

/** The findings of a parcel after a first run that raised these, at 03:00 on the tests' day. */
function afterFirst(...raised: readonly RaisedFinding[]): readonly Finding[] {
  return advance([], raised, "03:00:00").after;
}

/** Who names whom in its evidence. */
function replacements(findings: readonly Finding[]): Record<string, unknown> {
  return Object.fromEntries(
    findings
      .filter(({ evidence }) => evidence.replaces !== undefined)
      .map(({ id, evidence }) => [id, evidence.replaces]),
  );
}

describe("advanceFindings", () => {
  it("has nothing to do for a parcel without findings", () => {
    expect(advance([], [])).toEqual({ after: [], changed: [], events: [] });
  });

  it("begins a finding's life when it is first raised", () => {
    const { after, changed, events } = advance([], [PENDING], "03:00:00");
    expect(changed).toEqual(after);
    expect(after).toEqual([
      {
        ...PENDING,
        signature: expect.stringContaining(PENDING.kind),
        knownDifference: null,
        firstSeenAt: timeOf("03:00:00"),
        resolvedAt: null,
        reopenCount: 0,
      },
    ]);
    expect(events).toMatchObject([
      { id: PENDING.id, barcode: BARCODE, at: timeOf("03:00:00"), runId: "run 2", from: null, to: "pending" },
    ]);
  });

  it("opens what was pending, and remembers when it was first seen", () => {
    const { after, changed, events } = advance(afterFirst(PENDING), [aRaised()]);
    expect(after).toMatchObject([
      { state: "open", pendingReason: null, firstSeenAt: timeOf("03:00:00"), reopenCount: 0 },
    ]);
    expect(changed).toHaveLength(1);
    expect(events).toMatchObject([{ from: "pending", to: "open" }]);
  });

  it("gives what stands the signature of this edition, and it stands as long as it did", () => {
    const before = afterFirst(aRaised()).map((finding) => ({ ...finding, signature: "of another edition" }));
    const { changed, events } = advance(before, [aRaised()]);
    expect(changed).toMatchObject([
      { signature: "missing_in_new sorted", state: "open", firstSeenAt: timeOf("03:00:00"), reopenCount: 0 },
    ]);
    expect(events).toEqual([]);
  });

  it("resolves what nothing raises any more, and says why", () => {
    const before = afterFirst(aRaised());
    const { after, changed, events } = advance(before, []);
    expect(after).toEqual([
      { ...before[0], state: "resolved", pendingReason: null, resolvedAt: timeOf("2026-03-08T03:00:00Z") },
    ]);
    expect(changed).toEqual(after);
    expect(events).toMatchObject([{ from: "open", to: "resolved", reason: "late_observation" }]);
    expect(advance(before, [], undefined, "rules_changed").events).toMatchObject([
      { reason: "rules_changed" },
    ]);
  });

  it("resolves what was only pending", () => {
    const { after, events } = advance(afterFirst(PENDING), []);
    expect(after).toMatchObject([{ state: "resolved", pendingReason: null }]);
    expect(events).toMatchObject([{ from: "pending", to: "resolved" }]);
  });

  it("reopens what returns, and counts it", () => {
    const resolved = advance(afterFirst(aRaised()), []).after;
    const { after, events } = advance(resolved, [aRaised()], "2026-03-09T03:00:00Z");
    expect(after).toMatchObject([
      { state: "open", reopenCount: 1, resolvedAt: null, firstSeenAt: timeOf("03:00:00") },
    ]);
    expect(events).toMatchObject([{ from: "resolved", to: "open" }]);

    const again = advance(advance(after, []).after, [aRaised()]).after;
    expect(again).toMatchObject([{ state: "open", reopenCount: 2 }]);
  });

  it("counts no reopening where it only opens", () => {
    const opened = advance(afterFirst(PENDING), [aRaised()]).after;
    expect(advance(opened, [aRaised()]).after).toMatchObject([{ reopenCount: 0 }]);
  });

  it("writes nothing where nothing changed", () => {
    const before = afterFirst(aRaised(), { ...PENDING, id: "another", status: "in_transit" });
    const raised = [aRaised(), { ...PENDING, id: "another", status: "in_transit" }];
    expect(advance(before, raised)).toEqual({ after: before, changed: [], events: [] });
  });

  it("keeps what is resolved, and writes nothing of it", () => {
    const resolved = advance(afterFirst(aRaised()), []).after;
    expect(advance(resolved, [])).toEqual({ after: resolved, changed: [], events: [] });
  });

  it.each([
    ["severity", { severity: "low" }],
    ["pending reason", { state: "pending", pendingReason: "feed_silent", settlesAt: T + 72 * HOUR }],
    ["settling time", { settlesAt: T + 3 * HOUR }],
    ["evidence", { evidence: { sources: ["another"] } }],
    ["legacy time within the second", { legacyAt: T + 5 }],
    ["delta", { deltaSeconds: 5 }],
    ["count of episodes", { legacyEpisodes: 2 }],
  ] as const)("writes a change of %s", (_name, change) => {
    const before = afterFirst(PENDING);
    const { changed } = advance(before, [{ ...PENDING, ...change } as RaisedFinding]);
    expect(changed).toHaveLength(1);
    expect(changed[0]).toMatchObject(change);
  });

  it("tells of a state that changed, not of other changes", () => {
    expect(advance(afterFirst(PENDING), [{ ...PENDING, severity: "low" }]).events).toEqual([]);
  });
});

describe("advanceFindings, where a late observation moves an episode", () => {
  const at10 = aRaised({ at: "10:00:00" });
  const at9 = aRaised({ at: "09:00:00" });

  it("resolves the old finding, and the new one names it", () => {
    const { after, events } = advance(afterFirst(at10), [at9]);
    expect(after).toMatchObject([
      { id: at9.id, state: "open", reopenCount: 0, evidence: { sources: [], replaces: at10.id } },
      { id: at10.id, state: "resolved" },
    ]);
    expect(events.map(({ id, to }) => [id, to])).toEqual([
      [at9.id, "open"],
      [at10.id, "resolved"],
    ]);
  });

  it("goes on naming it, without writing it again", () => {
    const moved = advance(afterFirst(at10), [at9]).after;
    const { after, changed } = advance(moved, [at9]);
    expect(replacements(after)).toEqual({ [at9.id]: at10.id });
    expect(changed).toEqual([]);
  });

  it("names only what is about the same thing", () => {
    const others = [
      aRaised({ id: "another status", status: "in_transit" }),
      aRaised({ id: "another kind", kind: "missing_in_legacy" }),
    ];
    expect(replacements(advance(afterFirst(...others), [at9]).after)).toEqual({});
  });

  it("names nothing that was resolved long before", () => {
    const resolved = advance(afterFirst(at10), []).after;
    expect(replacements(advance(resolved, [at9]).after)).toEqual({});
  });

  it("does not let a finding that stays name one that is resolved", () => {
    const at12 = aRaised({ at: "12:00:00" });
    const { after, changed } = advance(afterFirst(at10, at12), [at10]);
    expect(replacements(after)).toEqual({});
    expect(changed.map(({ id }) => id)).toEqual([at12.id]);
  });

  it("lets each of two that move name its own", () => {
    const at12 = aRaised({ at: "12:00:00" });
    const moved10 = aRaised({ at: "09:59:00" });
    const moved12 = aRaised({ at: "11:59:00" });
    expect(replacements(advance(afterFirst(at10, at12), [moved10, moved12]).after)).toEqual({
      [moved10.id]: at10.id,
      [moved12.id]: at12.id,
    });
  });

  it("says the same in whatever order the store gives the findings", () => {
    const times = fc.subarray(["08:00:00", "09:00:00", "10:00:00", "11:00:00", "12:00:00"]);
    const stored = times.chain((chosen) => {
      const before = afterFirst(...chosen.map((at) => aRaised({ at })));
      return fc.tuple(fc.constant(before), fc.shuffledSubarray([...before], { minLength: before.length }));
    });
    fc.assert(
      fc.property(stored, times, ([before, shuffled], left) => {
        const raised = left.map((at) => aRaised({ at }));
        const byId = (findings: readonly Finding[]) => findings.toSorted((a, b) => compareText(a.id, b.id));
        expect(byId(advance(shuffled, raised).after)).toEqual(byId(advance(before, raised).after));
      }),
    );
  });

  it("follows an earlier scan that arrives late", () => {
    const accepted = [scan("A02", "08:00:00"), push("accepted", "08:00:00")];
    const first = evaluate([...accepted, scan("B01", "10:00:00")]).findings;
    const second = evaluate([...accepted, scan("B01", "10:00:00"), scan("B01", "09:00:00")]).findings;
    const { after } = advance(advance([], first, "03:00:00").after, second);
    expect(after.map(({ state, legacyAt }) => [state, legacyAt])).toEqual([
      ["open", timeOf("09:00:00")],
      ["resolved", timeOf("10:00:00")],
    ]);
    expect(after[0]?.evidence.replaces).toBe(after[1]?.id);
  });

  it("follows an observation that closes its finding", () => {
    const lone = [scan("A02", "08:00:00"), push("accepted", "08:00:00"), scan("B01", "10:00:00")];
    const first = advance([], evaluate(lone).findings, "03:00:00").after;
    const { after } = advance(first, evaluate([...lone, push("sorted", "10:00:00")]).findings);
    expect(after).toMatchObject([{ kind: "missing_in_new", state: "resolved" }]);
  });
});
