import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Subscription } from "../../src/app/subscription.ts";
import {
  listSubscriptions,
  parseCallbackUrl,
  planSubscription,
  recordSubscription,
} from "../../src/app/subscription.ts";
import { readConfig } from "../../src/config.ts";
import { UsageError } from "../../src/domain/errors.ts";
import { PACKAGE_ROOT } from "../../src/package-root.ts";
import { makeSite } from "../support/examine.ts";
import { makeAuthority } from "../support/x509.ts";

const URL_TEXT = "https://hooks.example/webhooks/tracking";
const FIRST: Subscription = {
  at: 1_000,
  by: "A. Jansen",
  url: URL_TEXT,
  customers: ["11223344"],
  contract: "reference",
  reason: null,
};

describe("recordSubscription", () => {
  it("records it once; a second one needs a reason, and the first stays in the history", () =>
    makeSite().withStore(async (store) => {
      expect(await listSubscriptions(store.feedStates)).toEqual([]);
      await recordSubscription(store, FIRST, () => 2_000);
      const again = { ...FIRST, by: "B. de Vries" };
      await expect(recordSubscription(store, again, () => 3_000)).rejects.toThrow(
        /recorded already: since 1970-01-01T00:00:01Z, by A\. Jansen/,
      );
      expect(await listSubscriptions(store.feedStates)).toEqual([FIRST]);
      const anew = { ...again, reason: "another host" };
      await recordSubscription(store, anew, () => 4_000);
      expect(await listSubscriptions(store.feedStates)).toEqual([FIRST, anew]);
    }));

  it("takes one of two who record at the same time", () =>
    makeSite().withStore(async (store) => {
      const outcomes = await Promise.allSettled(
        ["a", "b", "c"].map((by) => recordSubscription(store, { ...FIRST, by }, () => 2_000)),
      );
      expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
      expect(await listSubscriptions(store.feedStates)).toHaveLength(1);
    }));
});

describe("planSubscription", () => {
  it("gathers what the carrier has to be told: address, customers, headers, certificates; never a secret", async () => {
    const site = makeSite();
    const authority = makeAuthority("our authority");
    const own = authority.issue({ commonName: "hooks.example" });
    const reference = readFileSync(join(PACKAGE_ROOT, "config/contracts/reference.yml"), "utf8");
    const contract = site.put(
      "own.yml",
      reference.replace("provisional: yes", "provisional: no").replace(
        / {2}verifiers:\n.*\n.*\n/,
        `  verifiers:
    - { kind: shared-key, header: apikey }
    - { kind: standard-webhooks }
    - { kind: hmac, header: X-Sum, algorithm: sha256, encoding: hex, timestamp: { header: X-Time, toleranceSeconds: "300" } }
    - { kind: mutual-tls, allowed: [{ dns: a.example }] }
`,
      ),
    );
    const settings = {
      contract,
      serve: {
        secrets: { sharedKey: { file: site.put("key", "canary-key") } },
        tls: {
          certificate: site.put("chain.pem", own.certificate + authority.certificate),
          privateKey: site.put("own.key", own.key),
        },
      },
      feeds: {
        legacyApi: {
          url: "https://a.example",
          apiKey: { environment: "A" },
          customers: ["11223344", "55667788"],
        },
        statusApi: { url: "https://a.example", customers: [{ number: "11223344", code: "DEVC" }] },
      },
    };
    const plan = await planSubscription(readConfig(site.put("s.yml", JSON.stringify(settings))), URL_TEXT);
    expect(plan).toMatchObject({
      url: URL_TEXT,
      customers: [
        { number: "11223344", code: "DEVC" },
        { number: "55667788", code: null },
      ],
      verifiers: [
        { kind: "shared-key", headers: ["apikey"] },
        { kind: "standard-webhooks", headers: ["webhook-id", "webhook-timestamp", "webhook-signature"] },
        { kind: "hmac", headers: ["X-Sum", "X-Time"] },
        { kind: "mutual-tls", headers: [] },
      ],
      notes: [],
    });
    expect(new Set(plan.certificates.map(({ fingerprint }) => fingerprint))).toEqual(
      new Set([own, authority].map(({ certificate }) => new X509Certificate(certificate).fingerprint256)),
    );
    expect(JSON.stringify(plan)).not.toContain("canary");
  });

  it("says what whoever sends it should know", async () => {
    const { notes } = await planSubscription(readConfig(undefined), "https://hooks.example/Tracking");
    expect(notes).toEqual(["upper-case", "other-path", "provisional", "no-customers", "no-certificate"]);
  });
});

describe("parseCallbackUrl", () => {
  it.each([
    "http://hooks.example/",
    "https://me:canary@hooks.example/",
    "https://hooks.example/?key=canary",
    "https://hooks.example/#canary",
    "hooks.example",
    "",
  ])("refuses %s, and does not show what may be a secret", (text) => {
    expect(() => parseCallbackUrl(text)).toThrow(UsageError);
    expect(() => parseCallbackUrl(text)).not.toThrow(/canary/);
  });
});
