import { describe, expect, it } from "vitest";
import type { Consumer, Wave } from "../../../src/domain/cutover.ts";
import type { Finding } from "../../../src/domain/finding.ts";
import type { Observation } from "../../../src/domain/observation.ts";
import { advanceFindings } from "../../../src/reconcile/advance-findings.ts";
import { findRollback, NO_TALLY } from "../../../src/reconcile/cutover/find-rollback.ts";
import type { RehearsalPlan, RehearsedParcel } from "../../../src/reconcile/cutover/rehearse.ts";
import { makeRehearsal } from "../../../src/reconcile/cutover/rehearse.ts";
import { toParcelFacts } from "../../../src/reconcile/facts/parcel-facts.ts";
import { DEFAULT_SETTINGS } from "../../../src/reconcile/settings.ts";
import { aWave } from "../../support/cutover.ts";
import type { EvaluationWish } from "../../support/evaluation.ts";
import { evaluate } from "../../support/evaluation.ts";
import { BARCODE, CUSTOMER, HOUR, MINUTE, push, scan, timeOf } from "../../support/observations.ts";

const DELIVERED: Consumer = {
  id: "delivered",
  nameNl: "bezorgd",
  nameEn: "delivered",
  action: "message",
  statuses: ["delivered", "delivered_to_neighbour"],
  costPerWrongMessage: 0.1,
  lateMs: HOUR,
};
const NEVER = { windowMs: 24 * HOUR, leastEvents: 1000, wrongMessages: 1, openCritical: 1 };

function aRehearsed(observations: readonly Observation[], wish: EvaluationWish = {}): RehearsedParcel {
  const evaluation = evaluate(observations, wish);
  const explain = () => null;
  const run = { runId: "r", now: 0, reason: "observations_arrived", explain } as const;
  const findings: readonly Finding[] = advanceFindings([], evaluation.findings, run).after;
  return { barcode: BARCODE, findings, facts: toParcelFacts(evaluation, findings, observations) };
}

function rehearse(parcels: readonly RehearsedParcel[], wish: Partial<RehearsalPlan> = {}) {
  const plan = { wave: null, consumers: [DELIVERED], rollback: NEVER, settings: DEFAULT_SETTINGS };
  const { add, finish } = makeRehearsal({ from: timeOf("00:00:00"), ...plan, ...wish });
  for (const parcel of parcels) add(parcel);
  return finish();
}

/** How often each outcome was counted; those that were not are left out. */
function outcomesOf(
  observations: readonly Observation[],
  wish: Partial<RehearsalPlan> = {},
  when: EvaluationWish = {},
) {
  const { consumers } = rehearse([aRehearsed(observations, when)], wish);
  const counts = Object.entries(consumers[0]?.counts ?? {});
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

const AT = "10:00:00";
const START = [scan("A02", "08:00:00"), push("accepted", "08:00:00")];
const bothDeliver = (receivedAt: number) => [
  ...START,
  scan("I01", AT, { receivedAt: timeOf(AT) + MINUTE }),
  push("delivered", AT, { receivedAt }),
];

describe("makeRehearsal", () => {
  it("counts what is told as before, and what comes later than allowed", () => {
    expect(outcomesOf(bothDeliver(timeOf(AT) + MINUTE + HOUR))).toEqual({ same: 1 });
    expect(outcomesOf(bothDeliver(timeOf(AT) + MINUTE + HOUR + 1000))).toEqual({ late: 1 });
  });

  it.each([
    ["wrong", [scan("I01", AT), push("delivered_to_neighbour", AT)]],
    ["missing", [scan("I01", AT)]],
    ["missing", [scan("I01", AT), push("sorted", AT)]],
    ["extra", [push("delivered", AT)]],
    ["extra", [scan("B01", AT), push("delivered", AT)]],
  ])("calls a message %s", (outcome, observations) => {
    const { consumers, parcels } = rehearse([aRehearsed([...START, ...observations])]);
    const [{ counts, cost, examples, days } = expect.fail()] = consumers;
    expect(counts).toEqual({
      same: 0,
      late: 0,
      wrong: 0,
      missing: 0,
      extra: 0,
      known: 0,
      unknown: 0,
      [outcome]: 1,
    });
    expect(cost).toBe(0.1);
    expect(examples).toMatchObject([{ outcome, barcode: BARCODE, at: timeOf(AT) / 1000 }]);
    expect(days).toEqual([{ day: "2026-03-07", counts }]);
    expect(parcels).toEqual({ told: 1, affected: 1 });
  });

  it("does not guess what cannot be told", () => {
    const lone = [...START, push("delivered", AT)];
    expect(outcomesOf(lone, {}, { now: timeOf(AT) + HOUR })).toEqual({ unknown: 1 });
    expect(outcomesOf([...START, scan("X01", AT), push("delivered", AT)])).toEqual({ unknown: 1 });
    const settings = { ...DEFAULT_SETTINGS, legacyEnds: { others: timeOf(AT), customers: {} } };
    const ended = rehearse([aRehearsed(lone, { settings })], { settings });
    expect(ended.unknown).toEqual({ pending: 0, untranslated: 0, old_ended: 1 });
    expect(ended.parcels.affected).toBe(0);
  });

  it("says nothing of statuses that nobody is told of, nor of the time before", () => {
    expect(outcomesOf([...START, scan("B01", AT)])).toEqual({});
    expect(outcomesOf([...START, scan("I01", AT)], { from: timeOf(AT) + 1 })).toEqual({});
    expect(outcomesOf([...START, scan("I01", AT)], { from: timeOf(AT) })).toEqual({ missing: 1 });
  });

  it("takes of a wave its customers only, and what its channels told", () => {
    const wave = (wish: Partial<Wave>) => ({ wave: aWave({ ...wish, dates: {} }) });
    const details = { customerNumber: CUSTOMER };
    const told = [...START, scan("I01", AT), push("delivered", AT, { details })];
    expect(outcomesOf(told, wave({ customers: [CUSTOMER] }))).toEqual({ same: 1 });
    expect(outcomesOf(told, wave({ customers: ["55667788"] }))).toEqual({});
    expect(outcomesOf(told, wave({ channels: ["webhook"] }))).toEqual({ same: 1 });
    expect(outcomesOf(told, wave({ channels: ["status-api"] }))).toEqual({ missing: 1 });
  });

  it("does not depend on the order of parcels", () => {
    const parcels = [
      bothDeliver(timeOf(AT)),
      [...START, scan("I01", "11:00:00")],
      [...START, scan("I02", AT)],
    ].map((observations) => aRehearsed(observations));
    expect(rehearse(parcels.toReversed())).toEqual(rehearse(parcels));
  });

  it("fires when the share is exceeded, at the minute in which that was known", () => {
    const rollback = { ...NEVER, leastEvents: 2, wrongMessages: 0.4 };
    const parcels = [aRehearsed(bothDeliver(timeOf(AT) + MINUTE)), aRehearsed([...START, scan("I01", AT)])];
    const { rollback: fired } = rehearse(parcels, { rollback });
    // A missing message is known when the new feed has had its two hours.
    expect(fired).toEqual({ at: timeOf("12:01:00"), trigger: "wrong_messages", hits: 1, of: 2 });
    expect(rehearse(parcels, { rollback: { ...rollback, wrongMessages: 0.5 } }).rollback).toBeNull();
    expect(rehearse(parcels, { rollback: { ...rollback, leastEvents: 3 } }).rollback).toBeNull();
    const critical = rehearse(parcels, { rollback: { ...NEVER, leastEvents: 2, openCritical: 0.2 } });
    expect(critical.rollback).toEqual({ at: timeOf("12:01:00"), trigger: "open_critical", hits: 1, of: 4 });
  });
});

describe("findRollback", () => {
  it("forgets what lies a window back", () => {
    const tally = (faulty: number) => ({ ...NO_TALLY, messages: 5, faulty });
    const trigger = { windowMs: HOUR, leastEvents: 5, wrongMessages: 0.25, openCritical: 1 };
    const minutes = (apart: number) =>
      new Map([
        [100, tally(1)],
        [100 + apart, tally(1)],
        [100 + 2 * apart, tally(2)],
      ]);
    expect(findRollback(minutes(59), trigger)).toMatchObject({ hits: 3, of: 10 });
    expect(findRollback(minutes(60), trigger)).toMatchObject({ hits: 2, of: 5, at: 221 * MINUTE });
  });
});
