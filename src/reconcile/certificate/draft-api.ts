import type { Shortfall } from "../../domain/certificate.ts";
import type { Channel } from "../../domain/channel.ts";
import { sideOf } from "../../domain/channel.ts";
import { legacyEndOf } from "../cutover/phase.ts";
import type { CertificateDraft, CertificateRules } from "./draft.ts";
import { greatest, least, toShortfall } from "./draft.ts";

/** How far an API was asked. Instants are UTC epoch milliseconds. */
export interface ApiFacts {
  readonly channel: Channel & ("legacy-api" | "status-api");
  /** Those of the settings; none: replies are only imported. */
  readonly customers: readonly AskedCustomer[];
  /** Periods that were not asked for while they could be. */
  readonly lost: readonly { readonly customer: string; readonly from: number; readonly until: number }[];
  /** Parcels that were listed as changed and not asked for yet: when they changed; `null`: it is not known. */
  readonly waiting: readonly (number | null)[];
  /** What went wrong with the last pull; `null`: nothing. */
  readonly problem: string | null;
}

export interface AskedCustomer {
  readonly number: string;
  /** What changed before this was never asked for; `null`: it is not known. */
  readonly begunAt: number | null;
  /** All that changed up to here was asked for; `null`: never yet. */
  readonly mark: number | null;
}

/**
 * Says how far an API was asked without a hole. It reaches as far as all its
 * customers were asked for, and not beyond a parcel that changed and was not
 * asked for.
 */
export function draftApi(facts: ApiFacts, rules: CertificateRules, now: number): CertificateDraft {
  const { channel, customers, lost, waiting, problem } = facts;
  if (customers.length === 0) {
    const shortfalls = [toShortfall("import_only")];
    return { channel, since: null, reach: null, expectation: null, shortfalls };
  }
  const side = sideOf(channel);
  const lagMs = rules.settleMs[side];
  const standing = customers.map((customer) => {
    const { mark } = customer;
    const end = side === "legacy" ? legacyEndOf(rules.legacyEnds, customer.number) : Infinity;
    const isBehind = mark === null || mark < Math.min(now - lagMs, end);
    // Who has been asked for up to the end of the old feed has nothing more to tell.
    return { ...customer, isBehind, reachedTo: mark !== null && mark >= end ? now : mark };
  });
  const shortfalls: Shortfall[] = standing
    .filter(({ isBehind }) => isBehind)
    .map(({ number, mark }) =>
      mark === null
        ? toShortfall("never_asked", { subject: number, detail: problem })
        : toShortfall("behind", { subject: number, from: mark, until: now, detail: problem }),
    );
  for (const { customer, from, until } of lost) {
    shortfalls.push(toShortfall("lost", { subject: customer, from, until }));
  }
  const overdue = waiting.filter((at) => at === null || at <= now - lagMs);
  const isAsked = standing.every(({ mark }) => mark !== null);
  const reach = isAsked ? least(...standing.map(({ reachedTo }) => reachedTo)) : null;
  const since = standing.some(({ begunAt }) => begunAt === null)
    ? reach
    : greatest(...standing.map(({ begunAt }) => begunAt));
  if (overdue.length > 0) {
    const from = overdue.includes(null) ? since : least(...overdue);
    shortfalls.push(toShortfall("unanswered", { count: overdue.length, from, until: now, detail: problem }));
  }
  return {
    channel,
    since,
    reach: reach === null ? null : least(reach, ...waiting),
    expectation: {
      unit: "customers",
      expected: customers.length,
      received: standing.filter(({ isBehind }) => !isBehind).length,
    },
    shortfalls,
  };
}
