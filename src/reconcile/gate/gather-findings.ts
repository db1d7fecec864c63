import type { Channel } from "../../domain/channel.ts";
import type { Finding, FindingState } from "../../domain/finding.ts";
import { toIsoUtc } from "../../domain/instant.ts";
import type { Family } from "../judgement/families.ts";
import { FamilyBook } from "../judgement/families.ts";
import type { EpisodeCounts } from "./gate-report.ts";

/** What the findings add to what the sums tell. */
export interface GateFindings {
  /** Open critical ones by the day (UTC) of the event. */
  readonly criticalByDay: ReadonlyMap<string, number>;
  /** What one channel of the new side did not report while the other did. */
  readonly missedBy: readonly {
    readonly channel: Channel;
    readonly day: string;
    readonly part: keyof EpisodeCounts;
    readonly count: number;
  }[];
  /** Of the open ones. */
  readonly families: readonly Pick<Family, "signature" | "severity" | "sizes" | "firstSeenAt">[];
}

const MISSED_BY: Partial<Record<Finding["kind"], Channel>> = {
  push_missed: "webhook",
  pull_missed: "status-api",
};
const PART_OF: Partial<Record<FindingState, keyof EpisodeCounts>> = {
  open: "bad",
  pending: "pending",
  known: "known",
};

/** Takes findings one by one; its memory grows with days and families only. */
export function gatherFindings(now: number): {
  readonly add: (finding: Finding) => void;
  readonly gathered: () => GateFindings;
} {
  const criticalByDay = new Map<string, number>();
  const missed = new Map<string, GateFindings["missedBy"][number]>();
  // One that was resolved since says nothing of whether a family that is open now is new.
  const book = new FamilyBook(now);
  return {
    add(finding) {
      const { kind, state, severity } = finding;
      const day = dayOf(finding);
      if (state === "open") {
        book.add(finding, { cause: "undecided", rule: null });
        if (severity === "critical") criticalByDay.set(day, (criticalByDay.get(day) ?? 0) + 1);
      }
      const channel = MISSED_BY[kind];
      const part = PART_OF[state];
      if (channel === undefined || part === undefined) return;
      const key = `${channel} ${day} ${part}`;
      missed.set(key, { channel, day, part, count: (missed.get(key)?.count ?? 0) + 1 });
    },
    gathered: () => ({ criticalByDay, missedBy: [...missed.values()], families: book.list() }),
  };
}

function dayOf({ legacyAt, newAt, firstSeenAt }: Finding): string {
  return toIsoUtc(legacyAt ?? newAt ?? firstSeenAt).slice(0, 10);
}
