import type { Barcode } from "../../domain/barcode.ts";
import type { Consumer, RollbackTrigger, Wave } from "../../domain/cutover.ts";
import type { Finding } from "../../domain/finding.ts";
import { compareText } from "../../domain/observation.ts";
import { toDay } from "../facts/days.ts";
import type { EpisodeFact, ParcelFacts } from "../facts/parcel-facts.ts";
import type { ReconcileSettings } from "../settings.ts";
import type { MessageComparison, MessageOutcome, Receipts, UnknownReason } from "./compare-message.ts";
import { compareMessage, FAULTY_OUTCOMES, MESSAGE_OUTCOMES, receiptsOf } from "./compare-message.ts";
import type { MinuteTally, RollbackFiring } from "./find-rollback.ts";
import { findRollback, NO_TALLY } from "./find-rollback.ts";
import { legacyEndOf } from "./phase.ts";

/** Had the new feed told the customers from a moment on. */
export interface RehearsalPlan {
  /** UTC epoch milliseconds; what happened before is left out. */
  readonly from: number;
  /** Only its customers, and only by its channels of the new side; `null`: all. */
  readonly wave: Wave | null;
  readonly consumers: readonly Consumer[];
  readonly rollback: RollbackTrigger;
  readonly settings: Pick<ReconcileSettings, "settleMs" | "legacyEnds">;
}

/** A parcel as it is judged today. */
export interface RehearsedParcel {
  readonly barcode: Barcode;
  readonly facts: ParcelFacts;
  readonly findings: readonly Pick<Finding, "state" | "severity" | "legacyAt" | "newAt" | "settlesAt">[];
}

export type OutcomeCounts = Readonly<Record<MessageOutcome, number>>;

export interface MessageExample {
  readonly outcome: MessageOutcome;
  readonly barcode: Barcode;
  readonly oldStatus: string | null;
  readonly newStatus: string | null;
  /** UTC epoch seconds. */
  readonly at: number;
  readonly lateSeconds: number | null;
}

export interface ConsumerRehearsal {
  readonly consumer: Consumer;
  readonly counts: OutcomeCounts;
  /** `null`: what one costs is not known. */
  readonly cost: number | null;
  /** UTC dates of the event, in order; those without messages are left out. */
  readonly days: readonly { readonly day: string; readonly counts: OutcomeCounts }[];
  /** The first ones of each outcome that is not as it was. */
  readonly examples: readonly MessageExample[];
}

export interface Rehearsal {
  /** Parcels with a message, and those with a faulty one. */
  readonly parcels: { readonly told: number; readonly affected: number };
  readonly consumers: readonly ConsumerRehearsal[];
  /** Messages that cannot be compared, by the reason. */
  readonly unknown: Readonly<Record<UnknownReason, number>>;
  /** `null`: never. */
  readonly rollback: RollbackFiring | null;
}

const MOST_EXAMPLES = 3;
const TELLING: readonly MessageOutcome[] = ["wrong", "missing", "extra", "late"];
const MINUTE = 60;

/**
 * Goes through a migration that did not take place: parcels are added one by
 * one, in any order. Memory grows with days, consumers and minutes only.
 */
export function makeRehearsal(plan: RehearsalPlan): {
  readonly add: (parcel: RehearsedParcel) => void;
  readonly finish: () => Rehearsal;
} {
  const books = plan.consumers.map(makeBook);
  const minutes = new Map<number, MinuteTally>();
  const unknown: Record<UnknownReason, number> = { pending: 0, untranslated: 0, old_ended: 0 };
  const parcels = { told: 0, affected: 0 };
  const tallyAt = (seconds: number): MinuteTally => {
    const minute = Math.floor(seconds / MINUTE);
    const tally = minutes.get(minute) ?? { ...NO_TALLY };
    minutes.set(minute, tally);
    return tally;
  };

  const add = ({ barcode, facts, findings }: RehearsedParcel): void => {
    const { customers = null, channels = null } = plan.wave ?? {};
    if (customers !== null && !customers.includes(facts.customer ?? "")) return;
    const endsAt = legacyEndOf(plan.settings.legacyEnds, facts.customer) / 1000;
    let isTold = false;
    let isAffected = false;
    for (const fact of facts.episodes) {
      if (fact.at * 1000 < plan.from) continue;
      const receipts = receiptsOf(fact, channels);
      const tally = tallyAt(knownAtOf(fact, receipts, plan.settings));
      const isJudged = fact.standing !== "pending" && fact.place !== "explained";
      if (isJudged) tally.events += 1;
      for (const book of books) {
        const comparison = compareMessage(book.consumer, fact, receipts, fact.at >= endsAt);
        if (comparison === null) continue;
        isTold = true;
        book.note(barcode, fact, comparison);
        if (comparison.unknownReason !== null) unknown[comparison.unknownReason] += 1;
        else tally.messages += 1;
        if (!FAULTY_OUTCOMES.includes(comparison.outcome)) continue;
        isAffected = true;
        tally.faulty += 1;
      }
    }
    for (const { state, severity, legacyAt, newAt, settlesAt } of findings) {
      const at = legacyAt ?? newAt;
      if (state !== "open" || severity !== "critical" || at === null || at < plan.from) continue;
      tallyAt((settlesAt ?? at) / 1000).critical += 1;
    }
    if (isTold) parcels.told += 1;
    if (isAffected) parcels.affected += 1;
  };

  return {
    add,
    finish: () => ({
      parcels,
      consumers: books.map(({ close }) => close()),
      unknown,
      rollback: findRollback(minutes, plan.rollback),
    }),
  };
}

/** When it is known what became of an episode, UTC epoch seconds: when both have told it, or one has had its time. */
function knownAtOf(
  { at, delta }: EpisodeFact,
  { legacy, newSide }: Receipts,
  { settleMs }: RehearsalPlan["settings"],
): number {
  if (legacy !== null && newSide !== null) return Math.max(legacy, newSide);
  return at + (delta ?? 0) + (newSide === null ? settleMs.new : settleMs.legacy) / 1000;
}

interface Book {
  readonly consumer: Consumer;
  readonly note: (barcode: Barcode, fact: EpisodeFact, comparison: MessageComparison) => void;
  readonly close: () => ConsumerRehearsal;
}

type MutableCounts = Record<MessageOutcome, number>;

function makeBook(consumer: Consumer): Book {
  const total = makeCounts();
  const days = new Map<string, MutableCounts>();
  const examples = new Map<MessageOutcome, MessageExample[]>();
  return {
    consumer,
    note(barcode, { at, legacyStatus: oldStatus, newStatus }, { outcome, lateSeconds }) {
      const day = toDay(at);
      const counts = days.get(day) ?? makeCounts();
      days.set(day, counts);
      counts[outcome] += 1;
      total[outcome] += 1;
      if (!TELLING.includes(outcome)) return;
      const kept = examples.get(outcome) ?? [];
      kept.push({ outcome, barcode, oldStatus, newStatus, at, lateSeconds });
      kept.sort((a, b) => a.at - b.at || compareText(a.barcode, b.barcode));
      examples.set(outcome, kept.slice(0, MOST_EXAMPLES));
    },
    close() {
      const faulty = FAULTY_OUTCOMES.reduce((sum, outcome) => sum + total[outcome], 0);
      const { costPerWrongMessage: each } = consumer;
      return {
        consumer,
        counts: total,
        // Amounts have at most four decimals: sums stay exact in ten-thousandths.
        cost: each === null ? null : (faulty * Math.round(each * 10_000)) / 10_000,
        days: [...days].sort(([a], [b]) => compareText(a, b)).map(([day, counts]) => ({ day, counts })),
        examples: TELLING.flatMap((outcome) => examples.get(outcome) ?? []),
      };
    },
  };
}

function makeCounts(): MutableCounts {
  return Object.fromEntries(MESSAGE_OUTCOMES.map((outcome) => [outcome, 0])) as MutableCounts;
}
