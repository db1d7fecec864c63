import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CERTIFICATE_STATES, INCOMPLETE_KINDS, UNPROVEN_KINDS } from "../../../src/domain/certificate.ts";
import { CHANNELS } from "../../../src/domain/channel.ts";
import type { Certified } from "../../../src/reconcile/certificate/certify.ts";
import { toShortfall } from "../../../src/reconcile/certificate/draft.ts";
import type { ScanFeedFacts } from "../../../src/reconcile/certificate/draft-scan-files.ts";
import { draftScanFiles } from "../../../src/reconcile/certificate/draft-scan-files.ts";
import { findQuarantined } from "../../../src/reconcile/certificate/find-shortfalls.ts";
import { aFeed, certifyDraft, GONE, NOW, RULES, someSlots } from "../../support/certificate-drafts.ts";
import { DAY } from "../../support/observations.ts";

const rank = (state: Certified["certificate"]["state"]) => CERTIFICATE_STATES.indexOf(state);

/** Neither its state, nor how far it goes, nor that of any day. */
function expectNotBetter(worse: Certified, than: Certified): void {
  expect(rank(worse.certificate.state)).toBeGreaterThanOrEqual(rank(than.certificate.state));
  for (const bound of ["heardTo", "completeTo"] as const) {
    expect(worse.certificate[bound] ?? -Infinity).toBeLessThanOrEqual(than.certificate[bound] ?? -Infinity);
  }
  for (const { day, state } of worse.days) {
    const before = than.days.find((one) => one.day === day);
    if (before !== undefined) expect(rank(state)).toBeGreaterThanOrEqual(rank(before.state));
  }
}

const moment = fc.option(fc.integer({ min: NOW - 9 * DAY, max: NOW }), { nil: null });
const shortfall = fc
  .record({ kind: fc.constantFrom(...INCOMPLETE_KINDS, ...UNPROVEN_KINDS), from: moment, until: moment })
  .map(({ kind, from, until }) =>
    toShortfall(
      kind,
      from === null || until === null ? {} : { from: Math.min(from, until), until: Math.max(from, until) },
    ),
  );
const draft = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  since: moment,
  reach: moment,
  expectation: fc.constant(null),
  shortfalls: fc.array(shortfall, { maxLength: 3 }),
});

describe("a certificate", () => {
  it("is never made better by a shortfall more", () => {
    fc.assert(
      fc.property(draft, shortfall, (given, more) => {
        const worse = certifyDraft({ ...given, shortfalls: [...given.shortfalls, more] });
        expectNotBetter(worse, certifyDraft(given));
      }),
    );
  });

  it("is never made better by having been followed less far", () => {
    fc.assert(
      fc.property(draft, fc.integer({ min: 0, max: 9 * DAY }), (given, less) => {
        const reach = given.reach === null ? null : given.reach - less;
        expectNotBetter(certifyDraft({ ...given, reach }), certifyDraft(given));
      }),
    );
  });

  it("is complete only where nothing is missing up to what it says, and names why it is not", () => {
    fc.assert(
      fc.property(draft, (given) => {
        const { certificate, days } = certifyDraft(given);
        expect(certificate.state === "complete").toBe(certificate.shortfalls.length === 0);
        for (const { from } of certificate.shortfalls) {
          expect(certificate.heardTo ?? -Infinity).toBeLessThanOrEqual(from ?? -Infinity);
        }
        for (const { state, kinds } of days) expect(state === "complete").toBe(kinds.length === 0);
      }),
    );
  });

  const feeds = fc.record({
    missing: fc.uniqueArray(fc.nat({ max: 12 }), { maxLength: 4 }),
    one: fc.nat({ max: 12 }),
    isDue: fc.boolean(),
    calendar: fc.constantFrom<ScanFeedFacts["calendar"]>("given", "learnt", "none"),
  });

  it("is never made better by a file less", () => {
    const certified = (
      missing: readonly number[],
      due: number | null,
      calendar: ScanFeedFacts["calendar"],
    ) => {
      const slots = someSlots().map((slot, n) => {
        if (missing.includes(n)) return { ...slot, ...GONE, state: "missing" as const };
        return n === due ? { ...slot, ...GONE, state: "due" as const } : slot;
      });
      return certifyDraft(draftScanFiles([aFeed({ calendar }, slots)], RULES, NOW));
    };
    fc.assert(
      fc.property(feeds, ({ missing, one, isDue, calendar }) => {
        const before = certified(missing, null, calendar);
        expectNotBetter(
          isDue ? certified(missing, one, calendar) : certified([...missing, one], null, calendar),
          before,
        );
      }),
    );
  });

  it("is never made better by a row more that was set aside", () => {
    fc.assert(
      fc.property(
        draft,
        fc.option(fc.integer({ min: 20_514, max: 20_522 }), { nil: null }),
        fc.nat({ max: 20 }),
        (given, day, rows) => {
          const certified = (count: number) => {
            const found = findQuarantined([{ day, rows: count }], 10_000, new Map(), RULES, NOW);
            return certifyDraft({ ...given, shortfalls: [...given.shortfalls, ...found] });
          };
          expectNotBetter(certified(rows + 1), certified(rows));
        },
      ),
    );
  });
});
