import type { ShortfallKind } from "../../src/domain/certificate.ts";
import type { FileIrregularity, FileSlot } from "../../src/domain/file-calendar.ts";
import type { Certified, Heard } from "../../src/reconcile/certificate/certify.ts";
import { certify } from "../../src/reconcile/certificate/certify.ts";
import type { CertificateDraft, CertificateRules } from "../../src/reconcile/certificate/draft.ts";
import type { ApiFacts, AskedCustomer } from "../../src/reconcile/certificate/draft-api.ts";
import type { ScanFeedFacts } from "../../src/reconcile/certificate/draft-scan-files.ts";
import { DAY, HOUR, timeOf } from "./observations.ts";

/** A Tuesday morning: the tests' certificates are given then. */
export const NOW: number = timeOf("2026-03-10T09:00:00Z");
export const MIDNIGHT: number = timeOf("2026-03-10T00:00:00Z");

export const RULES: CertificateRules = {
  quarantinedShare: 0.001,
  notPushedShare: 0.001,
  fileFaults: ["missing", "gap", "unreadable", "short"],
  settleMs: { new: 2 * HOUR, legacy: 12 * HOUR },
  maxWaitMs: 72 * HOUR,
  legacyEnds: null,
};

/** Slots at 06:00 and 18:00 UTC of the last seven days, one hour of grace, each with its file. */
export function someSlots(wish: (slot: FileSlot) => Partial<FileSlot> = () => ({})): FileSlot[] {
  const slots: FileSlot[] = [];
  for (let expectedAt = MIDNIGHT - 6 * DAY + 6 * HOUR; expectedAt <= NOW; expectedAt += 12 * HOUR) {
    const name = `TT_1_${expectedAt}.csv`;
    const slot: FileSlot = {
      customer: "1",
      expectedAt,
      dueAt: expectedAt + HOUR,
      state: "received",
      name,
      receivedAt: expectedAt + HOUR / 2,
    };
    slots.push({ ...slot, ...wish(slot) });
  }
  return slots;
}

export const GONE = { name: null, receivedAt: null } as const;

/** A feed that was fetched just now, and lacks nothing. */
export function aFeed(
  wish: Partial<ScanFeedFacts> = {},
  slots: readonly FileSlot[] = someSlots(),
): ScanFeedFacts {
  return {
    feed: "a",
    calendar: "given",
    assessment: { slots, irregularities: [], unlearnt: [] },
    begunAt: MIDNIGHT - 30 * DAY,
    lastPull: { endedAt: NOW, problems: [] },
    lastGoodAt: NOW,
    ...wish,
  };
}

export function anIrregularity(
  wish: Partial<FileIrregularity> & Pick<FileIrregularity, "kind">,
): FileIrregularity {
  return {
    customer: "1",
    name: "x.csv",
    at: NOW - 2 * DAY,
    expectedAt: null,
    otherName: null,
    version: null,
    sizeBytes: null,
    usualBytes: null,
    fromNumber: null,
    toNumber: null,
    ...wish,
  };
}

/** A customer who was asked for since ten days, up to a quarter of an hour ago. */
export function aCustomer(wish: Partial<AskedCustomer> = {}): AskedCustomer {
  return { number: "1", begunAt: NOW - 10 * DAY, mark: NOW - HOUR / 4, ...wish };
}

export function anApi(wish: Partial<ApiFacts> = {}): ApiFacts {
  return { channel: "status-api", customers: [aCustomer()], lost: [], waiting: [], problem: null, ...wish };
}

const HEARD: Heard = { intakes: 14, seen: 1400, duplicates: 0, quarantined: 0, watermark: NOW - HOUR };

/** Certifies a draft of which the run finds nothing more. */
export function certifyDraft(draft: CertificateDraft, wish: Partial<CertificateRules> = {}): Certified {
  return certify(draft, [], HEARD, { ...RULES, ...wish }, NOW);
}

/** The kinds of its shortfalls; none where it is complete. */
export function kindsOf({ certificate }: Certified): readonly ShortfallKind[] {
  return certificate.shortfalls.map(({ kind }) => kind);
}

/** How it stands on single days, such as `03-08`. */
export function daysOf({ days }: Certified): Readonly<Record<string, string>> {
  return Object.fromEntries(days.map(({ day, state }) => [day.slice(5), state]));
}
