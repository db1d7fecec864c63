import { describe, expect, it } from "vitest";
import { CHANNELS } from "../../src/domain/channel.ts";
import { FILE_IRREGULARITIES } from "../../src/domain/file-calendar.ts";
import { CAUSES, FINDING_KINDS, FINDING_STATES, SEVERITIES } from "../../src/domain/finding.ts";
import { PARCEL_VERDICTS, RUN_VERDICTS } from "../../src/domain/verdict.ts";
import { CHECK_STATES, DOCTOR_CHECKS } from "../../src/report/doctor-data.ts";
import { renderJson } from "../../src/report/render-json.ts";
import { STORE_CHECKS } from "../../src/report/store-data.ts";
import { SUBSCRIPTION_NOTES } from "../../src/report/subscription-data.ts";
import { aNoiseReport, aSpeedReport, aSpeedReportOfImports } from "../support/feeds-reports.ts";
import {
  aCleanReportData,
  aFamilyReport,
  aFilesReport,
  aFindingReport,
  anImportReport,
  aParcelReport,
  aReconcileReport,
  aReportData,
  aSilentReportData,
  FINDINGS_NOT_OPEN,
  FINDINGS_OF_ALL_KINDS,
} from "../support/report-data.ts";
import { findSchema, listSchemaErrors, SCHEMA_FILES } from "../support/schemas.ts";
import { aCopyReport, aHash, aMigrateReport, aTable, aVerifyReport } from "../support/store-reports.ts";

const NAMES = [
  "certificates",
  "contract-check",
  "cutover",
  "db-copy",
  "db-migrate",
  "db-verify",
  "demo",
  "doctor",
  "families",
  "findings",
  "gate-signatures",
  "gate",
  "import",
  "layout-check",
  "layout-guess",
  "mapping-lint",
  "noise",
  "parcels",
  "pull",
  "reconcile",
  "rehearse",
  "report",
  "speed",
  "subscribe",
  "trace",
] as const;

/** The lists of words that a schema allows, by the property they stand under. */
function listEnums(node: unknown, name: string, found: Map<string, unknown[][]>): Map<string, unknown[][]> {
  if (typeof node !== "object" || node === null) return found;
  for (const [key, value] of Object.entries(node)) {
    if (key === "enum") found.set(name, [...(found.get(name) ?? []), value as unknown[]]);
    else if (key !== "if") listEnums(value, key, found);
  }
  return found;
}

describe("config/schemas", () => {
  it("holds exactly the schemas that are tested here", () => {
    expect(SCHEMA_FILES).toEqual(NAMES.map((name) => `${name}.schema.json`));
  });

  it.each(NAMES)("names itself by its own file, so that references work from any place (%s)", (name) => {
    expect(findSchema(name)).toMatchObject({
      $id: `${name}.schema.json`,
      $schema: "https://json-schema.org/draft/2020-12/schema",
    });
  });

  it("allows the words of the domain, all of them and no others", () => {
    const words: Readonly<Record<string, readonly string[]>> = {
      irregularity: FILE_IRREGULARITIES,
      kind: FINDING_KINDS,
      state: FINDING_STATES,
      severity: SEVERITIES,
      cause: CAUSES,
      channel: CHANNELS,
    };
    for (const name of NAMES) {
      const enums = listEnums(findSchema(name), "", new Map());
      for (const [property, list] of Object.entries(words)) {
        // Of days and of parts of the traffic; test/report/gate.test.ts holds those.
        if (name === "gate" && property === "state") continue;
        // Of certificates; test/report/certificates.test.ts holds those.
        if (name === "certificates" && ["state", "kind"].includes(property)) continue;
        const allowed = name === "doctor" && property === "state" ? CHECK_STATES : list;
        for (const one of enums.get(property) ?? [])
          expect([...one].sort(), `${name} ${property}`).toEqual([...allowed].sort());
      }
      for (const one of enums.get("verdict") ?? []) {
        expect(one).toEqual(["parcels", "trace"].includes(name) ? [...PARCEL_VERDICTS] : [...RUN_VERDICTS]);
      }
    }
  });
});

describe("families.schema.json", () => {
  it("takes what families prints", () => {
    expect(listSchemaErrors("families", aReportData().families)).toEqual([]);
  });

  it.each([
    ["a cause that is none", { cause: "carrier" }],
    ["a trend of other days", { trend: [1] }],
    ["half a finding", { sizes: { open: 0.5, pending: 0, known: 0, resolved: 0 } }],
  ])("refuses %s", (_, wish) => {
    expect(listSchemaErrors("families", [{ ...aFamilyReport(), ...wish }])).not.toEqual([]);
  });
});

describe("import.schema.json", () => {
  it("takes what import prints", () => {
    expect(listSchemaErrors("import", anImportReport())).toEqual([]);
  });

  it.each([
    ["a figure below nothing", anImportReport({ seen: -1 })],
    ["half a row", anImportReport({ accepted: 0.5 })],
    ["a channel that is none", { ...anImportReport(), channel: "legacy" }],
    ["a figure as text", { ...anImportReport(), seen: "8" }],
    ["a field more", { ...anImportReport(), skipped: 0 }],
    ["a field less", { ...anImportReport(), quarantined: undefined }],
  ])("refuses %s", (_, value) => {
    expect(listSchemaErrors("import", JSON.parse(JSON.stringify(value)))).not.toEqual([]);
  });
});

describe("db-migrate.schema.json", () => {
  it("takes what db migrate prints", () => {
    expect(listSchemaErrors("db-migrate", aMigrateReport())).toEqual([]);
    expect(listSchemaErrors("db-migrate", { ...aMigrateReport(), storeId: "mine" })).not.toEqual([]);
  });
});

describe("db-verify.schema.json", () => {
  it("takes what db verify prints", () => {
    expect(listSchemaErrors("db-verify", aVerifyReport())).toEqual([]);
    expect(
      listSchemaErrors(
        "db-verify",
        aVerifyReport({ tables: [], damage: ["a page is gone"], isSound: false }),
      ),
    ).toEqual([]);
  });

  it("knows every check", () => {
    expect(findSchema("db-verify")).toMatchObject({
      properties: { checks: { items: { properties: { check: { enum: STORE_CHECKS } } } } },
    });
  });

  it.each([
    [
      "a group that is none",
      { tables: [{ ...aTable("run"), groups: [{ group: 32, rows: 1, hash: aHash(1) }] }] },
    ],
    ["a hash that is none", { tables: [{ ...aTable("run"), hash: "00" }] }],
    ["a check that is none", { checks: [{ check: "other", channel: null, expected: 0, found: 0 }] }],
    ["half an observation", { waiting: 0.5 }],
  ])("refuses %s", (_, wish) => {
    expect(listSchemaErrors("db-verify", { ...aVerifyReport(), ...wish })).not.toEqual([]);
  });
});

describe("db-copy.schema.json", () => {
  it("takes what db copy prints", () => {
    expect(listSchemaErrors("db-copy", aCopyReport())).toEqual([]);
  });

  it.each([
    ["a copy without its source", { ...aCopyReport(), from: undefined }],
    ["no tables", { ...aCopyReport(), tables: [] }],
    ["parts that are not counted", { ...aCopyReport(), parts: { all: 418 } }],
    ["a field more", { ...aCopyReport(), verdict: "go" }],
  ])("refuses %s", (_, value) => {
    expect(listSchemaErrors("db-copy", JSON.parse(JSON.stringify(value)))).not.toEqual([]);
  });
});

describe("doctor.schema.json", () => {
  const line = {
    check: "store.space",
    subject: null,
    state: "warning",
    value: "9 MB free",
    expected: "more than 1024 MB",
    todo: "make room",
  };
  const counts = { ok: 0, warning: 1, failure: 0, skipped: 0 };

  it("takes what doctor prints, and knows every check", () => {
    expect(listSchemaErrors("doctor", { checks: [line], counts })).toEqual([]);
    expect(findSchema("doctor")).toMatchObject({
      properties: { checks: { items: { properties: { check: { enum: DOCTOR_CHECKS } } } } },
    });
  });

  it.each([
    ["a check that is none", { checks: [{ ...line, check: "store" }], counts }],
    ["a finding's state", { checks: [{ ...line, state: "open" }], counts }],
    ["nothing said", { checks: [{ ...line, value: "" }], counts }],
    ["no counts", { checks: [line] }],
  ])("refuses %s", (_, value) => {
    expect(listSchemaErrors("doctor", value)).not.toEqual([]);
  });
});

describe("subscribe.schema.json", () => {
  const recorded = {
    at: "2026-03-08T09:00:00Z",
    by: "A. Jansen",
    url: "https://hooks.example/tracking",
    customers: ["11223344"],
    contract: "reference",
    reason: null,
  };
  const plan = {
    url: "https://hooks.example/tracking",
    customers: [{ number: "11223344", code: null }],
    contract: "reference",
    verifiers: [{ kind: "shared-key", headers: ["apikey"] }],
    certificates: [
      { subject: "CN=a", fingerprint: Array(32).fill("0A").join(":"), validTo: "2026-03-08T09:00:00Z" },
    ],
    notes: SUBSCRIPTION_NOTES,
  };

  it("takes what subscribe prints", () => {
    expect(listSchemaErrors("subscribe", { plan, recorded: null })).toEqual([]);
    expect(listSchemaErrors("subscribe", { plan: null, recorded: [recorded] })).toEqual([]);
  });

  it.each([
    [
      "an address that anybody can listen to",
      { plan: { ...plan, url: "http://hooks.example/" }, recorded: null },
    ],
    ["a note that has no text", { plan: { ...plan, notes: ["other"] }, recorded: null }],
    [
      "a fingerprint of another kind",
      { plan: { ...plan, certificates: [{ ...plan.certificates[0], fingerprint: "0A" }] }, recorded: null },
    ],
    ["a record without its moment", { plan: null, recorded: [{ ...recorded, at: null }] }],
    [
      "a secret beside the header",
      { plan: { ...plan, verifiers: [{ kind: "shared-key", headers: [], secret: "x" }] }, recorded: null },
    ],
  ])("refuses %s", (_, value) => {
    expect(listSchemaErrors("subscribe", value)).not.toEqual([]);
  });
});

describe("reconcile.schema.json", () => {
  it("takes what reconcile prints", () => {
    expect(listSchemaErrors("reconcile", aReconcileReport())).toEqual([]);
  });

  it.each([
    ["a verdict that is none", { ...aReconcileReport(), verdict: "maybe" }],
    ["parcels without a verdict's figure", { ...aReconcileReport(), parcels: { total: 1, matched: 1 } }],
    [
      "a tie-out without difference",
      { ...aReconcileReport(), tieOut: { ...aReconcileReport().tieOut, difference: null } },
    ],
    [
      "not proven under its other name",
      { ...aReconcileReport(), parcels: { ...aReconcileReport().parcels, not_proven: 0 } },
    ],
  ])("refuses %s", (_, value) => {
    expect(listSchemaErrors("reconcile", value)).not.toEqual([]);
  });
});

describe("findings.schema.json", () => {
  it("takes findings of every kind and state, as a list and line by line", () => {
    const all = [...FINDINGS_OF_ALL_KINDS, ...FINDINGS_NOT_OPEN];
    expect(listSchemaErrors("findings", all)).toEqual([]);
    expect(listSchemaErrors("findings", [])).toEqual([]);
    for (const finding of all)
      expect(listSchemaErrors("findings", finding, "finding"), finding.kind).toEqual([]);
  });

  it.each([
    ["a finding outside a list", aFindingReport()],
    ["a kind that is none", [{ ...aFindingReport(), kind: "missing" }]],
    ["a local time", [aFindingReport({ legacyAt: "2026-03-07T23:22:56+01:00" })]],
    ["a missing status", [aFindingReport({ status: null })]],
    [
      "a conflict about one status only",
      [aFindingReport({ kind: "final_conflict", legacyStatus: "delivered" })],
    ],
    ["a time difference without its size", [aFindingReport({ kind: "time_mismatch" })]],
    ["a code without the code", [aFindingReport({ kind: "unmapped_code" })]],
    ["a detail without its name", [aFindingReport({ kind: "detail_mismatch" })]],
    ["a detail of another name", [aFindingReport({ kind: "detail_mismatch", field: "productCode" })]],
    ["pending without a reason", [aFindingReport({ state: "pending" })]],
    [
      "pending without an end",
      [aFindingReport({ state: "pending", pendingReason: "not_settled", settlesAt: null })],
    ],
    ["open with a reason to wait", [aFindingReport({ pendingReason: "feed_silent" })]],
    ["evidence that is no record", [{ ...aFindingReport(), evidence: [] }]],
  ])("refuses %s", (_, value) => {
    expect(listSchemaErrors("findings", value)).not.toEqual([]);
  });
});

describe("parcels.schema.json", () => {
  it("takes what parcels prints, as a list and line by line", () => {
    expect(
      listSchemaErrors(
        "parcels",
        PARCEL_VERDICTS.map((verdict) => aParcelReport({ verdict })),
      ),
    ).toEqual([]);
    expect(listSchemaErrors("parcels", aParcelReport(), "parcel")).toEqual([]);
  });

  it.each([
    ["a run's verdict", [{ ...aParcelReport(), verdict: "go" }]],
    ["no barcode", [aParcelReport({ barcode: "" })]],
    ["figures that are null", [{ ...aParcelReport(), newEpisodes: null }]],
  ])("refuses %s", (_, value) => {
    expect(listSchemaErrors("parcels", value)).not.toEqual([]);
  });
});

describe("speed.schema.json and noise.schema.json", () => {
  it("take what speed and noise print", () => {
    for (const report of [aSpeedReport(), aSpeedReport([]), aSpeedReportOfImports()])
      expect(listSchemaErrors("speed", report)).toEqual([]);
    for (const report of [aNoiseReport(), aNoiseReport([])])
      expect(listSchemaErrors("noise", report)).toEqual([]);
  });

  it("take them as parts of the report", () => {
    const data = aReportData({ speed: aSpeedReport(), noise: aNoiseReport() });
    expect(listSchemaErrors("report", JSON.parse(renderJson(data).output))).toEqual([]);
  });

  it.each([
    ["speed", { ...aSpeedReport(), unlike: -1 }],
    ["speed", { ...aSpeedReport(), gain: { ...aSpeedReport().gain, faster: 0.5 } }],
    ["speed", { ...aSpeedReport(), lags: [{ ...aSpeedReport().lags[0], feed: "sftp" }] }],
    ["noise", { ...aNoiseReport(), until: "19-3-2026" }],
    ["noise", { ...aNoiseReport(), all: { ...aNoiseReport().all, verdict: "go" } }],
  ])("refuse what they cannot print (%s)", (name, value) => {
    expect(listSchemaErrors(name, value)).not.toEqual([]);
  });
});

describe("report.schema.json", () => {
  it("takes the report as it is written", () => {
    for (const data of [aReportData(), aCleanReportData(), aSilentReportData()]) {
      expect(listSchemaErrors("report", JSON.parse(renderJson(data).output))).toEqual([]);
    }
  });

  it("takes a report without the fields that may be absent", () => {
    const { pending: _pending, files: _files, ...data } = aReportData();
    expect(listSchemaErrors("report", data)).toEqual([]);
    expect(listSchemaErrors("report", aReportData({ correctionsTotal: 7 }))).toEqual([]);
  });

  it.each([
    ["a finding that is none", { ...aReportData(), findings: [{ ...aFindingReport(), state: "closed" }] }],
    [
      "something wrong with files that has no name",
      {
        ...aReportData(),
        files: {
          ...aFilesReport(),
          irregularities: [{ ...aFilesReport().irregularities[0], irregularity: "odd" }],
        },
      },
    ],
    ["a summary that is none", { ...aReportData(), summary: {} }],
    [
      "a day that is none",
      { ...aReportData(), days: [{ day: "8-3-2026", critical: 0, high: 0, medium: 0, low: 0 }] },
    ],
    [
      "settings without their fingerprint",
      { ...aReportData(), settings: { ...aReportData().settings, mappingFingerprint: "" } },
    ],
    ["a reason that has no text", { ...aReportData(), reasons: [{ code: "other", values: {} }] }],
  ])("refuses %s", (_, value) => {
    expect(listSchemaErrors("report", value)).not.toEqual([]);
  });
});
