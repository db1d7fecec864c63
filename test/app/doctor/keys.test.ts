import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { recordSubscription } from "../../../src/app/subscription.ts";
import { systemClock } from "../../../src/clock.ts";
import { PACKAGE_ROOT } from "../../../src/package-root.ts";
import { makeSite } from "../../support/examine.ts";
import { makeAuthority } from "../../support/x509.ts";

const DAY_MS = 86_400_000;
const CARRIER = { url: "https://127.0.0.1:9", customers: [{ number: "1", code: "C" }] };

describe("checkKeys", () => {
  it("looks for every secret that is named, for two at once, and for who may read its file", async () => {
    const site = makeSite();
    const apiKey = site.put("api-key", "canary-api-key\n");
    const clientSecret = site.put("client-secret", "canary-client-secret\n", 0o644);
    const webhook = site.put("webhook", "canary-old-key\ncanary-new-key\n");
    const { of } = await site.examine(
      {
        serve: { secrets: { sharedKey: { file: webhook } } },
        feeds: {
          legacyApi: { url: CARRIER.url, apiKey: { environment: "NOT_THERE" }, customers: ["1"] },
          statusApi: {
            ...CARRIER,
            clientId: "me",
            apiKey: { file: apiKey },
            clientSecret: { file: clientSecret },
          },
        },
      },
      { canaries: ["canary-api-key", "canary-client-secret", "canary-old-key", "canary-new-key"] },
    );
    expect(of("keys.secret")).toEqual([
      "failure: environment variable NOT_THERE: not there",
      "ok: there",
      `warning: file ${clientSecret}: others may read it (mode 644)`,
      "warning: there, 2 active: one is being changed",
    ]);
    expect(of("keys.usable", "feeds.legacyApi")[0]).toMatch(/^failure: /);
    expect(of("keys.usable", "feeds.statusApi")).toEqual(["ok: all that is needed can be used"]);
    expect(of("keys.usable", "serve")).toEqual(["ok: all that is needed can be used"]);
  });

  it("takes a secret that serve wants for a failure once the webhook is subscribed to", async () => {
    const site = makeSite();
    const settings = { serve: { secrets: { sharedKey: { environment: "NOT_THERE" } } } };
    const states = async () => {
      const { of } = await site.examine(settings);
      return [...of("keys.secret"), ...of("keys.usable")].map((line) => line.split(":", 1)[0]);
    };
    expect(await states()).toEqual(["warning", "warning"]);
    const subscription = {
      at: 0,
      by: "me",
      url: "https://a.example/",
      customers: [],
      contract: "reference",
      reason: null,
    };
    await site.withStore((store) => recordSubscription(store, subscription, systemClock));
    expect(await states()).toEqual(["failure", "failure"]);
  });

  it("tries whether keys can be used: of SFTP, one-time codes, client certificates", async () => {
    const site = makeSite();
    const authority = makeAuthority("carrier authority");
    const client = authority.issue({ commonName: "bridge" });
    const contract = site.put("own.yml", ONE_TIME_CODES);
    const scanFile = { host: "127.0.0.1", user: "me", folder: "/scan" };
    const env = (environment: string) => ({ environment });
    const feeds = {
      scanFiles: [
        { ...scanFile, name: "none" },
        { ...scanFile, name: "garbled", privateKey: env("GARBLED") },
        { ...scanFile, name: "pinned", password: env("SFTP_PASSWORD"), hostKeys: ["SHA256:short"] },
        { ...scanFile, name: "good", password: env("SFTP_PASSWORD") },
      ],
      statusApi: {
        ...CARRIER,
        apiKey: env("API_KEY"),
        totpSecret: env("TOTP"),
        certificate: env("CERTIFICATE"),
        certificateKey: env("CERTIFICATE_KEY"),
      },
    };
    const environment = {
      API_KEY: "canary-api-key",
      TOTP: "canary-0189-no-base32",
      CERTIFICATE: client.certificate,
      CERTIFICATE_KEY: client.key,
    };
    // What feeds of scan files need is read from the process's own environment.
    process.env.GARBLED = "canary-private-key";
    process.env.SFTP_PASSWORD = "canary-password";
    const usable = async (changes: Partial<typeof environment> = {}) => {
      const values = { ...environment, ...changes };
      const canaries = [...Object.values(values), "canary-private-key", "canary-password"];
      const { of } = await site.examine({ contract, feeds }, { apis: { environment: values }, canaries });
      return of;
    };
    try {
      const first = await usable();
      expect(first("keys.usable", "feeds.scanFiles none")[0]).toMatch(
        /^failure: neither password nor privateKey/,
      );
      expect(first("keys.usable", "feeds.scanFiles garbled")[0]).toMatch(
        /^failure: .*the private key cannot be read/,
      );
      expect(first("keys.usable", "feeds.scanFiles pinned")[0]).toMatch(/^failure: .*SHA256:short/);
      expect(first("keys.usable", "feeds.scanFiles good")).toEqual(["ok: all that is needed can be used"]);
      expect(first("keys.usable", "feeds.statusApi")[0]).toMatch(/^failure: .*TOTP secret: .*not base32/);
      const TOTP = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
      expect((await usable({ TOTP }))("keys.usable", "feeds.statusApi")).toEqual([
        "ok: all that is needed can be used",
      ]);
      const CERTIFICATE_KEY = authority.issue({ commonName: "other" }).key;
      expect((await usable({ TOTP, CERTIFICATE_KEY }))("keys.usable", "feeds.statusApi")[0]).toMatch(
        /^failure: .*does not belong/,
      );
    } finally {
      delete process.env.GARBLED;
      delete process.env.SFTP_PASSWORD;
    }
  });

  it("counts the days of every certificate: of the client, of authorities, of the server", async () => {
    const site = makeSite();
    const now = systemClock();
    const authority = makeAuthority("carrier authority");
    const issue = (days: number) =>
      authority.issue({
        commonName: "bridge",
        validFrom: now - 90 * DAY_MS,
        validTo: now + days * DAY_MS + 60_000,
      });
    const look = async (days: number) => {
      const { certificate, key } = issue(days);
      const { of } = await site.examine({
        serve: { tls: { certificate: site.put("c.pem", certificate), privateKey: site.put("c.key", key) } },
        feeds: {
          statusApi: {
            ...CARRIER,
            ca: site.put("ca.pem", authority.certificate),
            certificate: { file: site.put("client.pem", issue(days).certificate) },
          },
        },
      });
      return of;
    };
    const far = await look(31);
    expect(far("keys.certificate", "serve.tls.certificate")).toEqual(["ok: CN=bridge, 31 days left"]);
    expect(far("keys.certificate", "feeds.statusApi.certificate")).toEqual(["ok: CN=bridge, 31 days left"]);
    expect(far("keys.certificate", "feeds.statusApi.ca")[0]).toMatch(/^ok: CN=carrier authority, 36\d days/);
    const near = await look(29);
    expect(near("keys.certificate", "serve.tls.certificate")).toEqual(["warning: CN=bridge, 29 days left"]);
    const over = await look(-1);
    expect(over("keys.certificate", "feeds.statusApi.certificate")[0]).toMatch(
      /^failure: CN=bridge, ended 20/,
    );
    const { of } = await site.examine({
      serve: { tls: { certificate: site.put("c.pem", "no PEM"), privateKey: site.put("c.key", "none") } },
    });
    expect(of("keys.usable", "serve")[0]).toMatch(/^warning: /);
  });
});

const ONE_TIME_CODES = readFileSync(join(PACKAGE_ROOT, "config/contracts/reference.yml"), "utf8").replace(
  / {4}- kind: oauth-client-credentials\n(?: {6}.*\n)*/,
  "    - { kind: totp, header: x-code }\n    - { kind: mutual-tls }\n",
);
