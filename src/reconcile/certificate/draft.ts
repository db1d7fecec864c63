import type { Expectation, Shortfall, ShortfallKind } from "../../domain/certificate.ts";
import { INCOMPLETE_KINDS, UNPROVEN_KINDS } from "../../domain/certificate.ts";
import type { Channel, Side } from "../../domain/channel.ts";
import type { FileIrregularityKind } from "../../domain/file-calendar.ts";
import { FILE_IRREGULARITIES } from "../../domain/file-calendar.ts";
import { DAY_MS } from "../../domain/instant.ts";
import { compareText } from "../../domain/observation.ts";
import type { LegacyEnds } from "../cutover/phase.ts";

/**
 * What the feed of a channel says of its completeness before a run begins:
 * what arrives while the run goes on is not in it. Plain data, so that it can
 * be kept with the run. Instants are UTC epoch milliseconds.
 */
export interface CertificateDraft {
  readonly channel: Channel;
  /** From when on the channel was followed; `null`: it is not known. */
  readonly since: number | null;
  /** How far it was followed: but for the shortfalls all that it had to say until then has arrived. */
  readonly reach: number | null;
  readonly expectation: Expectation | null;
  readonly shortfalls: readonly Shortfall[];
}

/** What a certificate goes by. */
export interface CertificateRules {
  /** Rows that may be set aside, of them and the status changes received on a day. */
  readonly quarantinedShare: number;
  /** Status changes that the webhook may fail to push, of those that the status API told of on a day. */
  readonly notPushedShare: number;
  /** What of the file calendar makes the scan files incomplete. */
  readonly fileFaults: readonly FileIrregularityKind[];
  /** How long each side may take to speak. */
  readonly settleMs: Readonly<Record<Side, number>>;
  /** How long the webhook may be quiet while others speak. */
  readonly maxWaitMs: number;
  readonly legacyEnds: LegacyEnds | null;
}

/** How far back a certificate looks: what was missing before that is missing for good. */
export const LOOK_BACK_MS: number = 7 * DAY_MS;

/** Makes a shortfall; what is not given does not apply. */
export function toShortfall(kind: ShortfallKind, what: Partial<Omit<Shortfall, "kind">> = {}): Shortfall {
  return { subject: null, count: 1, of: null, from: null, until: null, detail: null, ...what, kind };
}

const UNPROVEN: ReadonlySet<string> = new Set(UNPROVEN_KINDS);

/** Whether it says that something is not there, and not only that nobody knows. */
export function isLack({ kind }: Pick<Shortfall, "kind">): boolean {
  return !UNPROVEN.has(kind);
}

/** The kinds in the order in which they are told of. */
const ORDER: readonly ShortfallKind[] = [
  ...INCOMPLETE_KINDS.slice(0, 5),
  ...FILE_IRREGULARITIES.map((kind) => `file_${kind}` as const),
  ...INCOMPLETE_KINDS.slice(5),
  ...UNPROVEN_KINDS,
];

/** The gravest first, then the oldest. */
export function compareShortfalls(a: Shortfall, b: Shortfall): number {
  return (
    ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
    (a.from ?? 0) - (b.from ?? 0) ||
    compareText(a.subject ?? "", b.subject ?? "") ||
    compareText(a.detail ?? "", b.detail ?? "")
  );
}

/**
 * Puts together what is wrong for the same reason, with the same feed and on
 * the same day, so that a hundred missing files are a few lines.
 */
export function joinShortfalls(all: readonly Shortfall[]): Shortfall[] {
  const joined = new Map<string, Shortfall>();
  for (const one of all) {
    const day = one.from === null ? "" : Math.floor(one.from / DAY_MS);
    const key = `${one.kind} ${one.subject ?? ""} ${day}`;
    const before = joined.get(key);
    joined.set(key, before === undefined ? one : join(before, one));
  }
  return [...joined.values()];
}

function join(a: Shortfall, b: Shortfall): Shortfall {
  const first = (b.from ?? 0) < (a.from ?? 0) ? b : a;
  return {
    ...first,
    count: a.count + b.count,
    of: a.of === null || b.of === null ? null : a.of + b.of,
    from: least(a.from, b.from),
    until: greatest(a.until, b.until),
  };
}

/** The least of those that are there. */
export function least(...all: readonly (number | null)[]): number | null {
  return all.reduce((found, one) => (found === null || (one !== null && one < found) ? one : found), null);
}

/** The greatest of those that are there. */
export function greatest(...all: readonly (number | null)[]): number | null {
  return all.reduce((found, one) => (found === null || (one !== null && one > found) ? one : found), null);
}
