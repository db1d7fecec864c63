import type { Channel, Side } from "../../domain/channel.ts";
import { CHANNELS_OF, sideOf } from "../../domain/channel.ts";
import type { Cause, Finding } from "../../domain/finding.ts";
import type { Proportion } from "../statistics/proportion.ts";
import { wilsonLower } from "../statistics/wilson.ts";
import type { Patterns } from "./learn-patterns.ts";
import { legacyCodeOf, zoneShiftOf } from "./signature.ts";

/** Whose fault a finding is, and the rule that said so, or that it cannot be told; `null` where none said anything. */
export interface CauseDecision {
  readonly cause: Cause;
  readonly rule: string | null;
}

/** A way to tell whose fault it is. What it goes by stands in the finding's evidence, or in the store's patterns. */
export interface CauseRule {
  readonly id: string;
  /** `undecided`: it cannot be told, and no later rule may. Why, in a sentence, stands in the report's language files under the id. */
  readonly decide: (finding: Finding, patterns: Patterns) => Cause | null;
}

/** A pattern is believed when so many parcels show it, and it holds for nearly all, or most, with this confidence. */
const LEAST_PARCELS = 20;
const CONFIDENCE = 0.95;
const NEARLY_ALL = 0.95;
const MOST = 0.8;
/** Of what is wrong throughout, hardly any is agreed on; four of four are enough to show that it is not. */
const NOT_BY_CHANCE = 0.5;
/** Whoever is lost may be found again; after any other final status nothing new should happen. */
const MAY_GO_ON = "lost";

/** In their order: the first that decides counts. Whoever is not certain leaves it to the next. */
export const CAUSE_RULES: readonly CauseRule[] = [
  {
    id: "known_difference",
    decide: ({ state }) => (state === "known" ? "agreed" : null),
  },
  {
    id: "code_without_row",
    decide: ({ kind }) => (kind === "unmapped_code" ? "mapping" : null),
  },
  {
    id: "wire_code_without_status",
    decide: ({ kind }) => (kind === "unknown_status" ? "mapping" : null),
  },
  {
    id: "status_without_code",
    decide: ({ kind, status }, { isReachable }) =>
      (kind === "missing_in_legacy" || kind === "status_after_final") && !isReachable(status ?? "")
        ? "mapping"
        : null,
  },
  {
    // Where the status's other codes are agreed on, the new feed tells it as we do: then it is this row.
    id: "code_meets_other_status",
    decide: (finding, patterns) =>
      meetsOtherStatus(finding, patterns) && isAgreedByOthers(finding, patterns) ? "mapping" : null,
  },
  {
    // All rows of a status that are wrong, a contract that misreads its wire code and a feed that tells another look the same.
    id: "status_meets_other_status",
    decide: (finding, patterns) => (meetsOtherStatus(finding, patterns) ? "undecided" : null),
  },
  {
    // A row that is wrong and a feed that leaves a kind of event out look the same from here.
    id: "code_stands_alone",
    decide(finding, { aloneOf }) {
      const code = legacyCodeOf(finding);
      if (finding.kind !== "missing_in_new" || code === null) return null;
      return isNearlyAlways(aloneOf(code)) ? "undecided" : null;
    },
  },
  {
    id: "notice_meets_status",
    decide({ status, evidence }, { noticedBeside }) {
      const [code, ...others] = (evidence.notices as readonly string[] | undefined) ?? [];
      if (code === undefined || others.length > 0 || status === null) return null;
      return isNearlyAlways(noticedBeside(code, status)) ? "mapping" : null;
    },
  },
  {
    // The old feed did speak at that moment: its row may lack a status, or it may have spoken of something else.
    id: "notice_at_that_moment",
    decide: ({ evidence }) => (evidence.notices === undefined ? null : "undecided"),
  },
  {
    id: "clock_change",
    decide: (finding) =>
      Math.abs(zoneShiftOf(finding) ?? 0) === 1 &&
      sourcesOf(finding).some(({ ambiguousTime, nonexistentTime }) => ambiguousTime || nonexistentTime)
        ? "timing"
        : null,
  },
  {
    id: "whole_hours",
    decide: (finding) => (zoneShiftOf(finding) === null ? null : "timing"),
  },
  {
    // The contract may misread one channel's wire code, or that channel tells another status.
    id: "channel_never_tells",
    decide: (finding, patterns) => (mayBeMisread(finding, patterns) ? "undecided" : null),
  },
  {
    id: "new_channels_differ",
    // A list that came soon after the push may have been made before the event.
    decide: ({ kind, evidence }) =>
      kind === "push_missed" ||
      kind === "duplicate_push" ||
      (kind === "pull_missed" && evidence.listedSoon !== true)
        ? "new"
        : null,
  },
  {
    id: "witness_contradicts",
    decide(finding, patterns) {
      const contradicted = (["legacy", "new"] as const).filter((side) =>
        isContradicted(finding, side, patterns),
      );
      return contradicted.length === 1 ? (contradicted[0] ?? null) : null;
    },
  },
  {
    id: "after_own_final",
    decide: ({ kind, evidence }) =>
      kind === "status_after_final" && evidence.finalAgreed === true && evidence.finalStatus !== MAY_GO_ON
        ? "new"
        : null,
  },
  {
    // Not the other way round: what only the new feed tells, it may know better, or have made up.
    id: "two_witnesses",
    decide(finding, { agreedOf }) {
      const code = legacyCodeOf(finding);
      if (finding.kind !== "missing_in_new" || code === null || !isToldByBoth(finding)) return null;
      const spokeLater = CHANNELS_OF.new.some((channel) => hasSpokenLater(finding, channel));
      return spokeLater && isMostly(agreedOf(code)) ? "new" : null;
    },
  },
  {
    // Of a customer of whom the new feed tells otherwise: a subscription that is missing is not the feed's fault alone.
    id: "two_witnesses_of_parcel",
    decide(finding, { cleanOf }) {
      if (finding.kind !== "parcel_missing_in_new" || !isToldByBoth(finding)) return null;
      const { customerNumber } = finding.evidence;
      return typeof customerNumber === "string" && isMostly(cleanOf(customerNumber)) ? "new" : null;
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

/** Whether parcels enough show it, and it holds for most of them. */
function isMostly(counts: Proportion): boolean {
  return counts.hits >= LEAST_PARCELS && wilsonLower(counts, CONFIDENCE) >= MOST;
}

function isConflict({ kind }: Finding): boolean {
  return kind === "status_mismatch" || kind === "final_conflict";
}

/** Whether the finding's code meets the finding's other status on nearly all parcels. */
function meetsOtherStatus(finding: Finding, { metBy }: Patterns): boolean {
  const code = legacyCodeOf(finding);
  if (!isConflict(finding) || code === null || finding.newStatus === null) return false;
  return isNearlyAlways(metBy(code, finding.newStatus));
}

function isAgreedByOthers(finding: Finding, { agreedByOthers }: Patterns): boolean {
  const code = legacyCodeOf(finding);
  if (code === null || finding.legacyStatus === null) return false;
  return wilsonLower(agreedByOthers(finding.legacyStatus, code), CONFIDENCE) >= NOT_BY_CHANCE;
}

/** Whether one channel of a side tells another status at that moment, and hardly ever the one that it should have told. */
function mayBeMisread(finding: Finding, { tells: usuallyTells }: Patterns): boolean {
  const { status, evidence } = finding;
  const instead = evidence.toldInstead as string | undefined;
  const [channel] = sourcesOf(finding).map((source) => source.channel);
  if (instead === undefined || status === null || channel === undefined) return false;
  const others = CHANNELS_OF[sideOf(channel)].filter((one) => one !== channel);
  return !usuallyTells(channel, instead) || others.some((other) => !usuallyTells(other, status));
}

/**
 * Whether one channel of a side tells what the side's other channel denies:
 * another detail of the same observation, or a list that came later without it.
 */
function isContradicted(finding: Finding, side: Side, { listedOf }: Patterns): boolean {
  const { kind, evidence } = finding;
  if (kind === "detail_mismatch") return evidence[`${side}Contradicted`] === true;
  if (side === "new") {
    return kind === "missing_in_legacy" && tells(finding, "webhook") && hasSpokenLater(finding, "status-api");
  }
  const code = legacyCodeOf(finding);
  if (kind !== "missing_in_new" || code === null) return false;
  // The old API hides some codes, so that its silence says something of those only that it usually tells.
  return tells(finding, "legacy-scan") && hasSpokenLater(finding, "legacy-api") && isMostly(listedOf(code));
}

interface Source {
  readonly channel: Channel;
  readonly ambiguousTime?: boolean;
  readonly nonexistentTime?: boolean;
}

function sourcesOf({ evidence }: Finding): readonly Source[] {
  return (evidence.sources as readonly Source[] | undefined) ?? [];
}

function isToldByBoth(finding: Finding): boolean {
  return CHANNELS_OF.legacy.every((channel) => tells(finding, channel));
}

function tells(finding: Finding, channel: Channel): boolean {
  return sourcesOf(finding).some((source) => source.channel === channel);
}

function hasSpokenLater({ evidence }: Finding, channel: Channel): boolean {
  return (evidence.spokeLater as readonly Channel[] | undefined)?.includes(channel) ?? false;
}
