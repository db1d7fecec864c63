import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readConfig } from "../src/config.ts";
import { UsageError } from "../src/domain/errors.ts";
import { PACKAGE_ROOT } from "../src/package-root.ts";

const DEFAULTS = {
  database: "sqlite:trackbridge.db",
  contract: "reference",
  layout: "postnl-scan-csv",
  zone: "Europe/Amsterdam",
  feeds: { scanFiles: [], spoolFolder: "spool" },
  reconcile: {
    toleranceSeconds: 120,
    maxWaitHours: 72,
    settleHours: { new: 2, legacy: 12 },
    severities: {},
    webhookInUse: {},
    requireCertificate: false,
    certificates: {
      quarantinedShare: 0.001,
      notPushedShare: 0.001,
      fileFaults: ["missing", "gap", "unreadable", "short"],
    },
  },
  worker: {
    nightlyAt: "03:30",
    zone: "Europe/Amsterdam",
    reportFolder: "reports",
    pullMinutes: 15,
    sweepMinutes: 60,
    leaseSeconds: 60,
  },
  serve: {
    host: "127.0.0.1",
    port: 8080,
    path: "/webhooks/tracking",
    secrets: { sharedKey: { environment: "TRACKBRIDGE_WEBHOOK_KEY" } },
  },
};

function makeFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "a.yml");
  writeFileSync(path, content);
  return path;
}

/** What reading refuses with: one line that names the file. */
function refusalOf(path: string): string {
  try {
    readConfig(path);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError;
    expect(message.startsWith(path)).toBe(true);
    expect(message.split("\n")).toHaveLength(1);
    return message;
  }
  throw new Error("it was accepted");
}

describe("readConfig", () => {
  it.each(["", "# only a comment\n", "{}\n", "reconcile: {}\n", "reconcile: { settleHours: {} }\n"])(
    "has a default for every setting: %o",
    (content) => {
      expect(readConfig(makeFile(content))).toEqual(DEFAULTS);
    },
  );

  it("reads every setting", () => {
    const path = makeFile(`
database: sqlite:data/a.db
mapping: my/mappings
contract: other
layout: dpd-scaninfo
cutover: my/cutover.yml
zone: Europe/Brussels
feeds:
  scanFiles:
    - name: a
      host: h
      port: 2222
      user: u
      folder: /out
      layout: dpd-scaninfo
      hostKeys: ["SHA256:x"]
      privateKey: { file: k }
      passphrase: { environment: P }
      complete: { semaphore: .done }
      calendar:
        every: 30m
        between: ["06:00", "22:00"]
        weekdays: [mon, sat]
        except: [2026-12-25]
        graceMinutes: 15
        customers: ["11223344"]
        zone: Europe/Brussels
  spoolFolder: my/spool
  legacyApi: { url: https://a, apiKey: { environment: K }, customers: ["1"], requestsPerPull: 7 }
  statusApi:
    url: https://b
    ca: ca.pem
    requestsPerSecond: 0.5
    burst: 3
    apiKey: { file: k }
    clientId: c
    clientSecret: { environment: S }
    privateKey: { file: p }
    keyId: p1
    certificate: { file: c }
    certificateKey: { file: ck }
    totpSecret: { environment: T }
    customers: [{ number: "1", code: C }]
    firstPullHours: 24
    requestsPerSweep: 0
reconcile:
  toleranceSeconds: 30.5
  maxWaitHours: 48
  settleHours: { new: 1, legacy: 0.5 }
  severities: { push_missed: low, missing_in_new/delivered: critical }
  webhookInUse:
    "00112233": { from: 2026-03-01T00:00:00Z }
    "44556677": { from: 2026-03-01T00:00:00+01:00, until: 2026-04-01T00:00Z }
  requireCertificate: [legacy-scan, status-api]
  certificates: { quarantinedShare: 0.01, notPushedShare: 0, fileFaults: [missing] }
worker:
  nightlyAt: "23:59"
  zone: Europe/Brussels
  reportFolder: my/reports
  pullMinutes: 5
  sweepMinutes: 30
  leaseSeconds: 0.5
serve:
  host: "::1"
  port: 0
  path: /hook
  secrets: { sharedKey: { file: my/key }, hmac: { environment: HMAC }, second: { environment: SECOND } }
  jwks: keys.json
  tls: { certificate: c.pem, privateKey: k.pem, passphrase: { environment: P }, clientCa: ca.pem }
`);
    expect(readConfig(path)).toEqual({
      database: "sqlite:data/a.db",
      mapping: "my/mappings",
      contract: "other",
      layout: "dpd-scaninfo",
      cutover: "my/cutover.yml",
      zone: "Europe/Brussels",
      feeds: {
        scanFiles: [
          {
            name: "a",
            host: "h",
            port: 2222,
            user: "u",
            folder: "/out",
            layout: "dpd-scaninfo",
            hostKeys: ["SHA256:x"],
            privateKey: { file: "k" },
            passphrase: { environment: "P" },
            complete: { semaphore: ".done" },
            calendar: {
              every: "30m",
              between: ["06:00", "22:00"],
              weekdays: ["mon", "sat"],
              except: ["2026-12-25"],
              graceMinutes: 15,
              customers: ["11223344"],
              zone: "Europe/Brussels",
            },
          },
        ],
        spoolFolder: "my/spool",
        legacyApi: {
          url: "https://a",
          requestsPerSecond: 5,
          burst: 10,
          apiKey: { environment: "K" },
          customers: ["1"],
          requestsPerPull: 7,
        },
        statusApi: {
          url: "https://b",
          ca: "ca.pem",
          requestsPerSecond: 0.5,
          burst: 3,
          apiKey: { file: "k" },
          clientId: "c",
          clientSecret: { environment: "S" },
          privateKey: { file: "p" },
          keyId: "p1",
          certificate: { file: "c" },
          certificateKey: { file: "ck" },
          totpSecret: { environment: "T" },
          customers: [{ number: "1", code: "C" }],
          firstPullHours: 24,
          requestsPerSweep: 0,
        },
      },
      reconcile: {
        toleranceSeconds: 30.5,
        maxWaitHours: 48,
        settleHours: { new: 1, legacy: 0.5 },
        severities: { push_missed: "low", "missing_in_new/delivered": "critical" },
        webhookInUse: {
          "00112233": { from: "2026-03-01T00:00:00Z" },
          "44556677": { from: "2026-03-01T00:00:00+01:00", until: "2026-04-01T00:00Z" },
        },
        requireCertificate: ["legacy-scan", "status-api"],
        certificates: { quarantinedShare: 0.01, notPushedShare: 0, fileFaults: ["missing"] },
      },
      worker: {
        nightlyAt: "23:59",
        zone: "Europe/Brussels",
        reportFolder: "my/reports",
        pullMinutes: 5,
        sweepMinutes: 30,
        leaseSeconds: 0.5,
      },
      serve: {
        host: "::1",
        port: 0,
        path: "/hook",
        secrets: {
          sharedKey: { file: "my/key" },
          hmac: { environment: "HMAC" },
          second: { environment: "SECOND" },
        },
        jwks: "keys.json",
        tls: {
          certificate: "c.pem",
          privateKey: "k.pem",
          passphrase: { environment: "P" },
          clientCa: "ca.pem",
        },
      },
    });
  });

  it("keeps the defaults of what is not set", () => {
    expect(readConfig(makeFile("reconcile: { settleHours: { new: 4 } }"))).toEqual({
      ...DEFAULTS,
      reconcile: { ...DEFAULTS.reconcile, settleHours: { new: 4, legacy: 12 } },
    });
  });

  it.each([
    ["an unknown setting", "databse: sqlite:a.db", /settings: unknown setting databse/],
    [
      "an unknown setting below another",
      "reconcile: { tolerance: 3 }",
      /reconcile: unknown setting tolerance/,
    ],
    ["a wrong type", "reconcile: { toleranceSeconds: 2m }", /reconcile\.toleranceSeconds: "2m"/],
    ["a number below zero", "reconcile: { maxWaitHours: -1 }", /reconcile\.maxWaitHours/],
    ["a number without end", "reconcile: { maxWaitHours: .inf }", /reconcile\.maxWaitHours/],
    ["an unknown severity", "reconcile: { severities: { push_missed: urgent } }", /severities\.push_missed/],
    ["a severity of an unknown kind", "reconcile: { severities: { push_mised: low } }", /push_mised/],
    [
      "a day without a time",
      'reconcile: { webhookInUse: { "1": { from: 2026-03-01 } } }',
      /webhookInUse\.1\.from/,
    ],
    [
      "a time without an offset",
      'reconcile: { webhookInUse: { "1": { from: 2026-03-01T00:00:00 } } }',
      /webhookInUse\.1/,
    ],
    [
      "a time that does not exist",
      'reconcile: { webhookInUse: { "1": { from: 2026-02-30T00:00:00Z } } }',
      /webhookInUse\.1/,
    ],
    ["a certificate of no channel", "reconcile: { requireCertificate: [] }", /requireCertificate/],
    [
      "a channel that is none",
      "reconcile: { requireCertificate: [sftp] }",
      /true, false, or a list.*legacy-scan/,
    ],
    ["a share above all", "reconcile: { certificates: { quarantinedShare: 1.1 } }", /quarantinedShare/],
    ["a file fault that is none", "reconcile: { certificates: { fileFaults: [lost] } }", /fileFaults/],
    ["a time of day that no clock shows", 'worker: { nightlyAt: "24:00" }', /worker\.nightlyAt.*03:30/],
    ["a time of day that YAML reads as a number", "worker: { nightlyAt: 03:30:00 }", /worker\.nightlyAt/],
    ["a lease too short to renew", "worker: { leaseSeconds: 0 }", /worker\.leaseSeconds/],
    ["a port that there is not", "serve: { port: 65536 }", /serve\.port/],
    ["a path that does not begin", "serve: { path: hook }", /serve\.path/],
    ["a key in the settings", "serve: { key: secret }", /serve: unknown setting key/],
    [
      "a calendar of two kinds",
      'feeds: { scanFiles: [{ name: a, host: h, user: u, folder: /o, calendar: { every: 1h, at: ["06:00"] } }] }',
      /scanFiles\.0\.calendar/,
    ],
    [
      "times between that do not follow each other",
      'feeds: { scanFiles: [{ name: a, host: h, user: u, folder: /o, calendar: { every: 1h, between: ["06:00", "06:00"] } }] }',
      /scanFiles\.0\.calendar/,
    ],
    [
      "a secret in the settings",
      "serve: { secrets: { hmac: abc } }",
      /serve\.secrets\.hmac.*a secret never stands/,
    ],
    ["a certificate without its key", "serve: { tls: { certificate: c.pem } }", /serve\.tls\.privateKey/],
    ["a zone that does not exist", "zone: Europe/Amsterdm", /zone/],
    ["a text", "just a text", /settings/],
    ["a list", "- database", /settings/],
    ["no YAML", "reconcile: { a", /a YAML file that can be read/],
    ["a setting twice", "zone: UTC\nzone: UTC", /a YAML file that can be read/],
  ])("refuses %s", (_, content, told) => {
    expect(refusalOf(makeFile(content))).toMatch(told);
  });

  it("tells of the first error and how many more there are", () => {
    const path = makeFile("zone: 1\ncontract: 2\nreconcile: { maxWaitHours: x }");
    expect(refusalOf(path)).toMatch(/and its 2 other errors/);
  });

  it("refuses a named file that is missing", () => {
    expect(refusalOf(join(tmpdir(), "trackbridge-not-there.yml"))).toMatch(/correct the file, or --config/);
  });

  it("refuses a folder", () => {
    expect(refusalOf(tmpdir())).toMatch(/correct the file, or --config/);
  });
});

describe("config/trackbridge.yml", () => {
  const path = join(PACKAGE_ROOT, "config/trackbridge.yml");

  it("changes nothing as it is shipped", () => {
    expect(readConfig(path)).toEqual(DEFAULTS);
  });

  it("shows the default of every setting in its comments", () => {
    const settings = readFileSync(path, "utf8")
      .split("\n")
      .flatMap((line) => /^# ( *(?:#.*|[a-zA-Z]+:(?: .*)?))$/.exec(line)?.[1] ?? []);
    const shown = readConfig(makeFile(settings.join("\n")));
    const paths = { gate: "config/gate.yml", cutover: "config/cutover.yml" };
    expect(shown).toEqual({ ...DEFAULTS, mapping: "mappings", ...paths });
  });
});
