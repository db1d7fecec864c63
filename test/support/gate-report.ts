import type { GateReport } from "../../src/reconcile/gate/gate-report.ts";
import { judgeGate } from "../../src/reconcile/gate/judge-gate.ts";
import type { Episodes, InputWish } from "./gate.ts";
import { aGateInput, cleanDays, dayOf, startOf } from "./gate.ts";
import { HOSTILE_TEXTS } from "./report-data.ts";

/** A gate as it is printed, on some traffic. */
export function aGateReport(wish: InputWish = {}): GateReport {
  return {
    ...judgeGate(aGateInput(wish)),
    basis: {
      runId: "run-5f1d0c7be2a4",
      runVerdict: "go",
      judgedAt: "2026-03-07T20:00:00Z",
      watermarks: { legacy: "2026-03-07T19:00:00Z", new: "2026-03-07T19:00:00Z" },
      sums: "5".repeat(64),
      certificates: "c".repeat(64),
      rules: "1fa0af8726ec11b1",
      policy: "b".repeat(64),
    },
    hash: "a".repeat(64),
  };
}

/** One that has something of everything to tell. */
export function aRefusedGateReport(): GateReport {
  const traffic: Episodes[] = [
    ...cleanDays(7),
    { day: dayOf(3), standing: "open", count: 14, status: "delivered", code: "I01" },
    { day: dayOf(4), count: 700, status: "delivered", customer: "", channel: "status-api", code: "I01" },
    { day: dayOf(5), standing: "pending", count: 2 },
    { day: dayOf(5), standing: "known", count: 30, code: "J05" },
    { day: dayOf(2), count: 2, code: "A19", status: "at_customs" },
  ];
  return aGateReport({
    episodes: traffic,
    mappedCodes: ["J01", "I01", "Z01", "Z02"],
    findings: {
      criticalByDay: new Map([[dayOf(3), 2]]),
      families: [
        {
          signature: "missing_in_new I01 delivered",
          severity: "critical",
          sizes: { open: 14, pending: 0, known: 0, resolved: 0 },
          firstSeenAt: startOf(4),
        },
      ],
    },
  });
}

/** {@link aRefusedGateReport} with hostile texts wherever a text comes from outside. */
export function aHostileGateReport(): GateReport {
  const start = aRefusedGateReport();
  const [stratum] = start.strata;
  const [family] = start.newFamilies;
  if (stratum === undefined || family === undefined) throw new Error("nothing to change");
  const codes = HOSTILE_TEXTS.map((code) => ({ code, seen: 3, met: 0 }));
  return {
    ...start,
    strata: (["status", "customer", "product", "channel"] as const).flatMap((dimension) =>
      HOSTILE_TEXTS.map((value) => ({ ...stratum, dimension, value })),
    ),
    codes: { ...start.codes, never: codes, tooLittle: codes, notSeen: HOSTILE_TEXTS },
    newFamilies: HOSTILE_TEXTS.map((signature) => ({ ...family, signature })),
    reasons: [
      { code: "channel_silent", decides: "not_proven", values: { channels: HOSTILE_TEXTS.join(", ") } },
    ],
  };
}
