import type { FindingKind } from "../domain/finding.ts";
import { FINDING_KINDS, SEVERITIES } from "../domain/finding.ts";
import type { KindReport } from "../report/report-data.ts";
import type { FindingCount } from "../store/finding-access.ts";

/** Findings by kind and state, in the order of the kinds; kinds that never occurred are left out. */
export function toKinds(counts: readonly FindingCount[]): KindReport[] {
  return FINDING_KINDS.flatMap((kind) =>
    toKind(
      kind,
      counts.filter((count) => count.kind === kind),
    ),
  );
}

function toKind(kind: FindingKind, counts: readonly FindingCount[]): KindReport[] {
  if (counts.length === 0) return [];
  const sum = (state: FindingCount["state"]): number =>
    counts.reduce((total, count) => total + (count.state === state ? count.count : 0), 0);
  const unresolved = counts.filter(({ state }) => state !== "resolved");
  const told = unresolved.length > 0 ? unresolved : counts;
  return [
    {
      kind,
      severity: SEVERITIES.find((level) => told.some(({ severity }) => severity === level)) ?? "low",
      open: sum("open"),
      pending: sum("pending"),
      known: sum("known"),
      resolved: sum("resolved"),
    },
  ];
}
