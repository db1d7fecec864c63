import type { Finding, FindingEvent, FindingFacts, RaisedFinding } from "../domain/finding.ts";
import { compareText } from "../domain/observation.ts";
import { assignByTime } from "./assign.ts";
import { toSignature } from "./judgement/signature.ts";

/** Why the parcels of a run are evaluated; told when a finding resolves. */
export type EvaluationReason = "observations_arrived" | "rules_changed";

/** What has to be written for one parcel. Findings that did not change are left out. */
export interface FindingChanges {
  /** All findings of the parcel after this evaluation. */
  readonly after: readonly Finding[];
  /** Those of `after` that are new or changed. */
  readonly changed: readonly Finding[];
  readonly events: readonly FindingEvent[];
}

/**
 * Moves the findings of one parcel on: raised again, raised anew, reopened, or
 * resolved because nothing raises them any more. Nothing is ever deleted.
 *
 * A finding whose episode begins at another moment than before has another id:
 * the old one is resolved and the new one names it in its evidence.
 *
 * @param before the parcel's findings in the store, any order
 * @param now the clock of the run, UTC epoch milliseconds
 */
export function advanceFindings(
  before: readonly Finding[],
  raised: readonly RaisedFinding[],
  run: {
    readonly runId: string;
    readonly now: number;
    readonly reason: EvaluationReason;
    /** The known difference that explains a finding; `null`: none. */
    readonly explain: (finding: RaisedFinding) => string | null;
  },
): FindingChanges {
  if (before.length === 0 && raised.length === 0) return { after: [], changed: [], events: [] };
  const known = new Map(before.map((finding) => [finding.id, finding]));
  const raisedIds = new Set(raised.map(({ id }) => id));
  const leaving = before.filter(({ id, state }) => state !== "resolved" && !raisedIds.has(id));

  const arriving = raised.filter(({ id }) => (known.get(id)?.state ?? "resolved") === "resolved");
  const replaces = findReplaced(arriving, leaving);

  const after: Finding[] = [];
  const changed: Finding[] = [];
  const events: FindingEvent[] = [];
  const put = (finding: Finding, previous: Finding | undefined, reason: string): void => {
    after.push(finding);
    if (previous === undefined || !isSame(previous, finding)) changed.push(finding);
    if (previous?.state === finding.state) return;
    events.push({
      id: finding.id,
      barcode: finding.barcode,
      at: run.now,
      runId: run.runId,
      from: previous?.state ?? null,
      to: finding.state,
      reason,
    });
  };

  for (const finding of raised) {
    const previous = known.get(finding.id);
    // What is not settled yet may still go away by itself.
    const knownDifference = finding.state === "open" ? run.explain(finding) : null;
    const replaced = replaces.get(finding.id) ?? previous?.evidence.replaces;
    put(
      {
        ...finding,
        state: knownDifference === null ? finding.state : "known",
        evidence: replaced === undefined ? finding.evidence : { ...finding.evidence, replaces: replaced },
        signature: toSignature(finding),
        knownDifference,
        firstSeenAt: previous?.firstSeenAt ?? run.now,
        resolvedAt: null,
        reopenCount: (previous?.reopenCount ?? 0) + (previous?.state === "resolved" ? 1 : 0),
      },
      previous,
      previous?.state === "resolved"
        ? "returned"
        : (finding.pendingReason ?? (knownDifference === null ? "settled" : "known_difference")),
    );
  }
  for (const finding of before) {
    if (raisedIds.has(finding.id)) continue;
    if (finding.state === "resolved") after.push(finding);
    else {
      const resolved: Finding = { ...finding, state: "resolved", pendingReason: null, resolvedAt: run.now };
      // What had been open and was told after all counts as late.
      const isLate = finding.state === "open" && run.reason === "observations_arrived";
      put(resolved, finding, isLate ? "late_observation" : run.reason);
    }
  }
  return { after, changed, events };
}

/** By the id of a finding that arrives, the id of the one whose place it takes: the nearest in time, each at most once. */
function findReplaced(arriving: readonly RaisedFinding[], leaving: readonly Finding[]): Map<string, string> {
  const replaces = new Map<string, string>();
  for (const finding of arriving) {
    if (replaces.has(finding.id)) continue;
    const ours = arriving.filter((other) => isSameSubject(other, finding)).sort(byTime);
    const theirs = leaving.filter((other) => isSameSubject(other, finding)).sort(byTime);
    for (const [i, j] of assignByTime(ours.map(timeOf), theirs.map(timeOf), Infinity)) {
      replaces.set((ours[i] as RaisedFinding).id, (theirs[j] as Finding).id);
    }
  }
  return replaces;
}

function timeOf({ legacyAt, newAt }: FindingFacts): number {
  return legacyAt ?? newAt ?? 0;
}

function byTime(a: FindingFacts, b: FindingFacts): number {
  return timeOf(a) - timeOf(b) || compareText(a.id, b.id);
}

/** About the same thing, at whatever moment. */
function isSameSubject(a: FindingFacts, b: FindingFacts): boolean {
  return (
    a.kind === b.kind &&
    a.status === b.status &&
    a.legacyStatus === b.legacyStatus &&
    a.newStatus === b.newStatus &&
    a.code === b.code &&
    a.field === b.field
  );
}

function isSame(a: Finding, b: Finding): boolean {
  return (
    a.state === b.state &&
    a.pendingReason === b.pendingReason &&
    a.settlesAt === b.settlesAt &&
    a.severity === b.severity &&
    a.legacyAt === b.legacyAt &&
    a.newAt === b.newAt &&
    a.deltaSeconds === b.deltaSeconds &&
    a.newStatus === b.newStatus &&
    a.legacyStatus === b.legacyStatus &&
    a.legacyEpisodes === b.legacyEpisodes &&
    a.newEpisodes === b.newEpisodes &&
    a.signature === b.signature &&
    a.knownDifference === b.knownDifference &&
    JSON.stringify(a.evidence) === JSON.stringify(b.evidence)
  );
}
