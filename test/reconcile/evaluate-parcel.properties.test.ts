import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Side } from "../../src/domain/channel.ts";
import { SIDES } from "../../src/domain/channel.ts";
import type { FindingKind, RaisedFinding } from "../../src/domain/finding.ts";
import { compareText } from "../../src/domain/observation.ts";
import type { ParcelEvaluation } from "../../src/reconcile/evaluate-parcel.ts";
import { evaluateParcel } from "../../src/reconcile/evaluate-parcel.ts";
import type { ParcelObservations } from "../../src/reconcile/parcel-observations.ts";
import { DEFAULT_SETTINGS } from "../../src/reconcile/settings.ts";
import type { Moment } from "../../src/reconcile/settle.ts";
import { arbitraryAutumnParcel, arbitraryCase } from "../support/arbitrary-parcels.ts";
import { aMoment, HOUR, SECOND, scan, testTables } from "../support/observations.ts";
import type { ExpectedFinding, ExpectedOutcome } from "../support/oracle.ts";
import { judgeSlowly } from "../support/oracle.ts";
import type { TrueLife } from "../support/true-life.ts";
import { arbitraryTrueLife, tell } from "../support/true-life.ts";

function evaluate(parcel: ParcelObservations, moment: Moment = aMoment()): ParcelEvaluation {
  return evaluateParcel(parcel, testTables, DEFAULT_SETTINGS, moment);
}

/** An evaluation in the oracle's words. */
function toOutcome({ findings, tally, explanations }: ParcelEvaluation): ExpectedOutcome {
  return {
    findings: findings.map(toExpected).toSorted((a, b) => compareText(JSON.stringify(a), JSON.stringify(b))),
    tally,
    explained: explanations
      .flatMap(({ code, explained }) => explained.map(({ status }) => `${code} → ${status}`))
      .toSorted(compareText),
  };
}

/** A finding in the oracle's words: a status that a code explains is evidence, and the table gives a delta to `time_mismatch`. */
function toExpected(finding: RaisedFinding): ExpectedFinding {
  const { kind, severity, status, code, field, state, pendingReason, legacyEpisodes, newEpisodes } = finding;
  const isCode = kind === "unmapped_code" || kind === "unknown_status";
  return {
    kind,
    severity,
    status,
    legacyStatus: isCode ? null : finding.legacyStatus,
    newStatus: isCode ? null : finding.newStatus,
    code,
    field,
    deltaSeconds: kind === "time_mismatch" ? finding.deltaSeconds : null,
    state,
    legacyEpisodes,
    newEpisodes,
    pendingReason,
    pendingUntil: state === "pending" ? finding.settlesAt : null,
  };
}

describe("evaluateParcel", () => {
  it("says of any small parcel what trying every assignment says", () => {
    fc.assert(
      fc.property(arbitraryCase, ([parcel, moment]) => {
        const expected = judgeSlowly(parcel, testTables, DEFAULT_SETTINGS, moment);
        expect(toOutcome(evaluate(parcel, moment))).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it("says of a parcel in the repeated hour what trying every assignment says", () => {
    fc.assert(
      fc.property(arbitraryAutumnParcel, (parcel) => {
        const expected = judgeSlowly(parcel, testTables, DEFAULT_SETTINGS, aMoment());
        expect(toOutcome(evaluate(parcel))).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it("gives the same evaluation, ids included, in whatever order the observations stand", () => {
    const anyOrder = fc
      .tuple(
        fc.oneof(
          arbitraryCase,
          arbitraryAutumnParcel.map((parcel) => [parcel, aMoment()] as const),
        ),
      )
      .chain(([[parcel, moment]]) =>
        fc.record({
          parcel: fc.constant(parcel),
          moment: fc.constant(moment),
          shuffled: fc.shuffledSubarray([...parcel.observations], { minLength: parcel.observations.length }),
        }),
      );
    fc.assert(
      fc.property(anyOrder, ({ parcel, moment, shuffled }) => {
        expect(evaluate({ ...parcel, observations: shuffled }, moment)).toEqual(evaluate(parcel, moment));
      }),
      { numRuns: 1000 },
    );
  });

  it("does not care when and in which intake an observation arrived", () => {
    fc.assert(
      fc.property(arbitraryCase, fc.integer({ min: 0, max: 90 * HOUR }), ([parcel, moment], delay) => {
        const later = parcel.observations.map((observation) => ({
          ...observation,
          receivedAt: observation.receivedAt + delay,
        }));
        const ids = ({ findings }: ParcelEvaluation) => findings.map(({ id, state }) => [id, state]);
        expect(ids(evaluate({ ...parcel, observations: later }, moment))).toEqual(
          ids(evaluate(parcel, moment)),
        );
      }),
    );
  });

  it("never gives two findings one id", () => {
    fc.assert(
      fc.property(arbitraryCase, ([parcel, moment]) => {
        const ids = evaluate(parcel, moment).findings.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps every id while the clock and the feeds move on", () => {
    fc.assert(
      fc.property(arbitraryCase, ([parcel, moment]) => {
        const { watermarks } = aMoment().progress;
        const later = { ...aMoment(), progress: { ...moment.progress, watermarks } };
        const ids = ({ findings }: ParcelEvaluation) => findings.map(({ id }) => id);
        expect(ids(evaluate(parcel, later))).toEqual(ids(evaluate(parcel, moment)));
      }),
    );
  });

  it("ties out: every episode is in one place, and every differing or lone one under one finding", () => {
    fc.assert(
      fc.property(arbitraryCase, ([parcel, moment]) => {
        const { tally, findings } = evaluate(parcel, moment);
        for (const side of SIDES) {
          const { episodes, agreed, differing, explained, lone } = tally[side];
          expect(agreed + differing + explained + lone).toBe(episodes);
          const under = findings.reduce(
            (sum, finding) => sum + (side === "legacy" ? finding.legacyEpisodes : finding.newEpisodes),
            0,
          );
          expect(under).toBe(differing + lone);
        }
        expect(tally.legacy.agreed).toBe(tally.new.agreed);
        expect(tally.legacy.differing).toBe(tally.new.differing);
      }),
      { numRuns: 1000 },
    );
  });

  it("is due again exactly when time alone changes the outcome", () => {
    fc.assert(
      fc.property(arbitraryCase, ([parcel, moment]) => {
        const { dueAt, findings } = evaluate(parcel, moment);
        const findingsAt = (now: number) => evaluate(parcel, { ...moment, now }).findings;
        const isSilent = findings.some(({ pendingReason }) => pendingReason === "feed_silent");
        if (isSilent) expect(dueAt).toBe(moment.now);
        else if (dueAt === null) expect(findingsAt(moment.now + 10_000 * HOUR)).toEqual(findings);
        else {
          expect(findingsAt(dueAt - 1)).toEqual(findings);
          expect(findingsAt(dueAt)).not.toEqual(findings);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

const NOT_STRANGE_AFTER_FINAL = ["returning", "returned", "lost", "damaged"];

/** What one lost stage must be called. */
function kindOfLoss({ stages }: TrueLife, side: Side, lost: number): FindingKind {
  if (stages.length === 1) return `parcel_missing_in_${side}`;
  if (side === "new") return "missing_in_new";
  const status = stages[lost]?.status ?? "";
  const isAfterFinal = stages
    .slice(0, lost)
    .some((stage) => testTables.statuses.get(stage.status)?.final === true);
  return isAfterFinal && !NOT_STRANGE_AFTER_FINAL.includes(status)
    ? "status_after_final"
    : "missing_in_legacy";
}

describe("the Law", () => {
  it("finds nothing in a true life that both sides tell", () => {
    fc.assert(
      fc.property(arbitraryTrueLife, (life) => {
        expect(evaluate(tell(life)).findings).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it("finds nothing in notices, second codes and corrected rows among them", () => {
    fc.assert(
      fc.property(arbitraryTrueLife, (life) => {
        const told = tell(life);
        const noise = told.observations
          .filter(({ channel }) => channel === "legacy-scan")
          .flatMap((row) => [
            scan("N01", row.at),
            scan("N01", row.at + SECOND),
            scan(row.code, row.at, { details: { location: "888888", productCode: "3085" } }),
            ...(row.code === "B01" ? [scan("B02", row.at + SECOND)] : []),
          ]);
        const { findings } = evaluate({ ...told, observations: [...told.observations, ...noise] });
        expect(findings).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it("finds exactly one thing when any one stage is lost on either side", () => {
    fc.assert(
      fc.property(arbitraryTrueLife, (life) => {
        for (const side of SIDES) {
          for (const stage of life.stages.keys()) {
            expect(evaluate(tell(life, { side, stage })).findings).toHaveLength(1);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("names the lost stage, its kind and its moment where both sides date alike", () => {
    const datedAlike = arbitraryTrueLife.map((life) => ({ ...life, lagMs: 0 }));
    fc.assert(
      fc.property(datedAlike, (life) => {
        for (const side of SIDES) {
          for (const [stage, { status, sightings }] of life.stages.entries()) {
            const [finding] = evaluate(tell(life, { side, stage })).findings;
            const kind = kindOfLoss(life, side, stage);
            const at = sightings[0]?.at ?? 0;
            expect(finding).toMatchObject({
              kind,
              state: "open",
              status: kind.startsWith("parcel") ? null : status,
              ...(side === "new" ? { legacyAt: at - (at % SECOND) } : { newAt: at }),
            });
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
