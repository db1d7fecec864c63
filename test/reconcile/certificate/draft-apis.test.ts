import { describe, expect, it } from "vitest";
import type { ShortfallKind } from "../../../src/domain/certificate.ts";
import type { CertificateRules } from "../../../src/reconcile/certificate/draft.ts";
import type { ApiFacts } from "../../../src/reconcile/certificate/draft-api.ts";
import { draftApi } from "../../../src/reconcile/certificate/draft-api.ts";
import { draftWebhook } from "../../../src/reconcile/certificate/draft-webhook.ts";
import {
  aCustomer,
  anApi,
  certifyDraft,
  daysOf,
  kindsOf,
  MIDNIGHT,
  NOW,
  RULES,
} from "../../support/certificate-drafts.ts";
import { DAY, HOUR, MINUTE } from "../../support/observations.ts";

const certified = (facts: ApiFacts, wish: Partial<CertificateRules> = {}) =>
  certifyDraft(draftApi(facts, { ...RULES, ...wish }, NOW), wish);

describe("the certificate of an API", () => {
  it("is complete where everybody was asked for, up to the one who was asked for first", () => {
    const customers = [aCustomer(), aCustomer({ number: "2", mark: NOW - HOUR, begunAt: NOW - 3 * DAY })];
    const one = certified(anApi({ customers }));
    expect(one.certificate).toMatchObject({
      state: "complete",
      since: NOW - 3 * DAY,
      heardTo: NOW - HOUR,
      completeTo: NOW - 3 * HOUR,
      expectation: { unit: "customers", expected: 2, received: 2 },
      quietAllowedMs: 2 * HOUR,
    });
    // The first day was followed from its ninth hour on only.
    expect(daysOf(one)).toEqual({ "03-08": "complete", "03-09": "complete" });
  });

  it.each<[string, ApiFacts, ShortfallKind, "incomplete" | "unproven"]>([
    ["is only imported", anApi({ customers: [] }), "import_only", "unproven"],
    [
      "was never asked",
      anApi({ customers: [aCustomer(), aCustomer({ mark: null })] }),
      "never_asked",
      "incomplete",
    ],
    [
      "was not asked for long",
      anApi({ customers: [aCustomer({ mark: NOW - 2 * HOUR - 1 })] }),
      "behind",
      "incomplete",
    ],
    [
      "lost a period",
      anApi({ lost: [{ customer: "1", from: NOW - 4 * DAY, until: NOW - 3 * DAY }] }),
      "lost",
      "incomplete",
    ],
    ["has left a parcel out", anApi({ waiting: [NOW - 2 * HOUR] }), "unanswered", "incomplete"],
    [
      "has left out a parcel, nobody knows since when",
      anApi({ waiting: [null] }),
      "unanswered",
      "incomplete",
    ],
  ])("says why, where it %s", (_, facts, kind, state) => {
    const one = certified(facts);
    expect(kindsOf(one)).toEqual([kind]);
    expect(one.certificate.state).toBe(state);
  });

  it("may be as far behind as its side may take, and names the last problem where it is further", () => {
    const behind = (mark: number) => anApi({ customers: [aCustomer({ mark })], problem: "refused" });
    expect(certified(behind(NOW - 2 * HOUR)).certificate.state).toBe("complete");
    expect(certified(behind(NOW - 3 * HOUR)).certificate.shortfalls).toMatchObject([
      { kind: "behind", subject: "1", from: NOW - 3 * HOUR, detail: "refused" },
    ]);
    const legacy = (mark: number) => ({ ...behind(mark), channel: "legacy-api" as const });
    expect(certified(legacy(NOW - 12 * HOUR)).certificate.state).toBe("complete");
    expect(certified(legacy(NOW - 12 * HOUR - 1)).certificate.state).toBe("incomplete");
  });

  it("ends before a parcel that waits, though it may still wait", () => {
    const { certificate } = certified(anApi({ waiting: [NOW - HOUR, NOW - 90 * MINUTE] }));
    expect(certificate).toMatchObject({ state: "complete", heardTo: NOW - 90 * MINUTE });
  });

  it("spoils the days of a period that was lost, and no others", () => {
    const lost = [
      { customer: "1", from: MIDNIGHT - 3 * DAY + 5 * HOUR, until: MIDNIGHT - 3 * DAY + 6 * HOUR },
    ];
    expect(daysOf(certified(anApi({ lost })))).toEqual({
      "03-04": "complete",
      "03-05": "complete",
      "03-06": "complete",
      "03-07": "incomplete",
      "03-08": "complete",
      "03-09": "complete",
    });
  });

  it("knows no day where it is not known since when it was asked", () => {
    const one = certified(anApi({ customers: [aCustomer({ begunAt: null })] }));
    expect(one.certificate).toMatchObject({ state: "complete", completeTo: null });
    expect(one.days).toEqual([]);
  });

  it("asks nothing of the old API after its end", () => {
    const customers = [aCustomer({ mark: MIDNIGHT - 3 * DAY + HOUR })];
    const facts = anApi({ channel: "legacy-api", customers });
    expect(certified(facts).certificate.state).toBe("incomplete");
    const legacyEnds = { others: MIDNIGHT - 3 * DAY, customers: {} };
    const ended = certified(facts, { legacyEnds });
    expect(ended.certificate).toMatchObject({ state: "complete", heardTo: NOW });
    expect(daysOf(ended)["03-08"]).toBe("complete");
  });
});

describe("the certificate of the webhook", () => {
  const status = draftApi(anApi(), RULES, NOW);

  it("goes as far as the status API that it is held against", () => {
    expect(certifyDraft(draftWebhook(status, null)).certificate).toMatchObject({
      state: "complete",
      heardTo: NOW - HOUR / 4,
      since: NOW - 10 * DAY,
    });
    expect(draftWebhook(status, NOW - DAY).since).toBe(NOW - DAY);
  });

  it("is unproven without it, and where it lags behind", () => {
    expect(kindsOf(certifyDraft(draftWebhook(null, null)))).toEqual(["no_witness"]);
    const late = draftApi(anApi({ customers: [aCustomer({ mark: NOW - DAY })] }), RULES, NOW);
    const one = certifyDraft(draftWebhook(late, null));
    expect(kindsOf(one)).toEqual(["witness_behind"]);
    expect(one.certificate).toMatchObject({ state: "unproven", heardTo: NOW - DAY });
    expect(daysOf(one)).toMatchObject({ "03-08": "complete", "03-09": "unproven" });
  });
});
