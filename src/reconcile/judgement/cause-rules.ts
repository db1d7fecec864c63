import type { Channel, Side } from "../../domain/channel.ts";
import { CHANNELS_OF } from "../../domain/channel.ts";
import type { Cause, Finding } from "../../domain/finding.ts";
import type { Proportion } from "../statistics/proportion.ts";
import { wilsonLower } from "../statistics/wilson.ts";
import type { Patterns } from "./learn-patterns.ts";
import { legacyCodeOf, wholeHoursOf } from "./signature.ts";

/** Whose fault a finding is, and the rule that said so; `null` where none did. */
export interface CauseDecision {
  readonly cause: Cause;
  readonly rule: string | null;
}

/** A way to tell whose fault it is. What it goes by stands in the finding's evidence, or in the store's patterns. */
export interface CauseRule {
  readonly id: string;
  /** In one sentence, for the README and the report. */
  readonly because: string;
  readonly decide: (finding: Finding, patterns: Patterns) => Cause | null;
}

/** A pattern is believed when so many parcels show it, and it holds for nearly all with this confidence. */
const LEAST_PARCELS = 20;
const CONFIDENCE = 0.95;
const NEARLY_ALL = 0.95;

/** In their order: the first that decides counts. Whoever is not certain leaves it to the next. */
export const CAUSE_RULES: readonly CauseRule[] = [
  {
    id: "known_difference",
    because: "a rule of known-differences.yml explains it",
    decide: ({ state }) => (state === "known" ? "agreed" : null),
  },
  {
    id: "code_without_row",
    because: "the mapping table has no row for the code",
    decide: ({ kind }) => (kind === "unmapped_code" ? "mapping" : null),
  },
  {
    id: "wire_code_without_status",
    because: "neither the contract nor the status table knows the code on the wire",
    decide: ({ kind }) => (kind === "unknown_status" ? "mapping" : null),
  },
  {
    id: "status_without_code",
    because: "no legacy code translates to the status that the new feed reports",
    decide: ({ kind, status }, { isReachable }) =>
      (kind === "missing_in_legacy" || kind === "status_after_final") && !isReachable(status ?? "")
        ? "mapping"
        : null,
  },
  {
    id: "code_meets_other_status",
    because: "the same code meets the same other status on 20 parcels or more, and on nearly all",
    decide(finding, { metBy }) {
      const code = legacyCodeOf(finding);
      if (!isConflict(finding) || code === null || finding.newStatus === null) return null;
      return isNearlyAlways(metBy(code, finding.newStatus)) ? "mapping" : null;
    },
  },
  {
    id: "code_stands_alone",
    because:
      "the code stands alone on nearly all of 20 parcels or more, while other codes of its status are met",
    decide(finding, { aloneOf, agreedOn }) {
      const code = legacyCodeOf(finding);
      if (finding.kind !== "missing_in_new" || code === null || finding.status === null) return null;
      return isNearlyAlways(aloneOf(code)) && agreedOn(finding.status) >= LEAST_PARCELS ? "mapping" : null;
    },
  },
  {
    id: "whole_hours",
    because: "the two times differ by whole hours, as a wrong zone makes them",
    decide: ({ deltaSeconds }) =>
      deltaSeconds !== null && wholeHoursOf(deltaSeconds) !== null ? "timing" : null,
  },
  {
    id: "clock_change",
    because: "the legacy time stands in an hour that the clock change repeats or skips",
    decide: (finding) =>
      finding.kind === "time_mismatch" &&
      sourcesOf(finding).some(({ ambiguousTime, nonexistentTime }) => ambiguousTime || nonexistentTime)
        ? "timing"
        : null,
  },
  {
    id: "new_channels_differ",
    because: "the new side's own two channels differ, or its webhook repeats itself",
    decide: ({ kind }) =>
      kind === "push_missed" || kind === "pull_missed" || kind === "duplicate_push" ? "new" : null,
  },
  {
    id: "witness_contradicts",
    because:
      "of one side's two channels one tells of it, and the other spoke of the parcel later and does not",
    decide(finding) {
      const contradicted = (["legacy", "new"] as const).filter((side) => isContradicted(finding, side));
      return contradicted.length === 1 ? (contradicted[0] ?? null) : null;
    },
  },
  {
    id: "after_own_final",
    because: "the new side had told of a final status before",
    decide: ({ kind }) => (kind === "status_after_final" ? "new" : null),
  },
  {
    id: "two_witnesses",
    because:
      "both channels of one side tell of it, and the other side's list of the parcel came later without it",
    decide(finding) {
      if (finding.kind === "missing_in_new") {
        return hasBoth(finding, "legacy") && spokeLater(finding, "status-api") ? "new" : null;
      }
      if (finding.kind === "missing_in_legacy") {
        return hasBoth(finding, "new") && spokeLater(finding, "legacy-api") ? "legacy" : null;
      }
      return null;
    },
  },
];

/** Decides whose fault a finding is; `undecided` is preferred to a guess. Pure. */
export function decideCause(finding: Finding, patterns: Patterns): CauseDecision {
  for (const { id, decide } of CAUSE_RULES) {
    const cause = decide(finding, patterns);
    if (cause !== null) return { cause, rule: id };
  }
  return { cause: "undecided", rule: null };
}

function isNearlyAlways(counts: Proportion): boolean {
  return counts.hits >= LEAST_PARCELS && wilsonLower(counts, CONFIDENCE) >= NEARLY_ALL;
}

function isConflict({ kind }: Finding): boolean {
  return kind === "status_mismatch" || kind === "final_conflict";
}

const TELLS_OF_EPISODES: ReadonlySet<string> = new Set([
  "missing_in_new",
  "missing_in_legacy",
  "status_mismatch",
  "final_conflict",
]);

/** Whether a side's two channels contradict each other about what the finding is about. */
function isContradicted(finding: Finding, side: Side): boolean {
  if (finding.kind === "detail_mismatch") return finding.evidence[`${side}Contradicted`] === true;
  if (!TELLS_OF_EPISODES.has(finding.kind)) return false;
  const channels: readonly Channel[] = CHANNELS_OF[side];
  const witnesses = channels.filter((channel) => tells(finding, channel));
  return witnesses.length === 1 && channels.some((channel) => spokeLater(finding, channel));
}

function hasBoth(finding: Finding, side: Side): boolean {
  return CHANNELS_OF[side].every((channel) => tells(finding, channel));
}

interface Source {
  readonly channel: Channel;
  readonly ambiguousTime?: boolean;
  readonly nonexistentTime?: boolean;
}

function sourcesOf({ evidence }: Finding): readonly Source[] {
  return (evidence.sources as readonly Source[] | undefined) ?? [];
}

function tells(finding: Finding, channel: Channel): boolean {
  return sourcesOf(finding).some((source) => source.channel === channel);
}

function spokeLater({ evidence }: Finding, channel: Channel): boolean {
  return (evidence.spokeLater as readonly Channel[] | undefined)?.includes(channel) ?? false;
}
