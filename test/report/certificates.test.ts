import { describe, expect, it } from "vitest";
import { CERTIFICATE_STATES, INCOMPLETE_KINDS, UNPROVEN_KINDS } from "../../src/domain/certificate.ts";
import { FILE_IRREGULARITIES } from "../../src/domain/file-calendar.ts";
import type { VerdictReason } from "../../src/domain/verdict.ts";
import { toShortfallText } from "../../src/report/certificate-words.ts";
import { makeFormats } from "../../src/report/make-formats.ts";
import { renderHtml } from "../../src/report/render-html.ts";
import { renderReconcileText } from "../../src/report/render-text.ts";
import type { Lang } from "../../src/report/texts.ts";
import { getTexts, LANGS } from "../../src/report/texts.ts";
import { aCertificateReport, aCertificatesReport, aShortfallReport } from "../support/certificates-report.ts";
import { aReconcileReport, aReportData } from "../support/report-data.ts";
import { findSchema, listSchemaErrors } from "../support/schemas.ts";

const KINDS = [
  ...INCOMPLETE_KINDS,
  ...UNPROVEN_KINDS,
  ...FILE_IRREGULARITIES.map((kind) => `file_${kind}` as const),
];

function renderSection(lang: Lang, certificates = aCertificatesReport()): string {
  const page = renderHtml(aReportData({ certificates }), lang).output;
  return /<section class="section" id="certificates".*?<\/section>\n/s.exec(page)?.[0] ?? "";
}

describe("the section on certificates", () => {
  it.each(LANGS)("gives the golden section to the byte (%s)", async (lang) => {
    await expect(renderSection(lang)).toMatchFileSnapshot(`../golden/section-certificates.${lang}.html`);
  });

  it("stands in the contents, and only where something was certified", () => {
    const page = renderHtml(aReportData({ certificates: aCertificatesReport() }), "en").output;
    expect(page).toMatch(/<nav.*href="#certificates".*<\/nav>/s);
    expect(renderHtml(aReportData(), "en").output).not.toMatch(/["#]certificates"/);
  });

  it("says which certificates are asked for, or that none is", () => {
    expect(renderSection("en")).toContain("complete certificates of: Scan files (SFTP), Shippingstatus v4.");
    const channels = [aCertificateReport({ isDemanded: false })];
    expect(renderSection("en", aCertificatesReport({ channels, demand: false }))).toContain(
      "ask for no certificate",
    );
  });

  it("cuts what is too much, and says so", () => {
    const shortfalls = Array.from({ length: 9 }, () => aShortfallReport());
    const channels = [aCertificateReport({ state: "incomplete", shortfalls, shortfallsTotal: 30 })];
    expect(renderSection("en", aCertificatesReport({ channels }))).toContain("and 26 more");
  });

  it("takes hostile names for texts", () => {
    const hostile = "<script>alert(1)</script>\u202e";
    const shortfalls = [
      aShortfallReport({ kind: "file_gap", subject: hostile, detail: hostile }),
      aShortfallReport({ kind: "fetch_failed", subject: hostile, detail: hostile }),
    ];
    const channels = [aCertificateReport({ state: "incomplete", shortfalls, shortfallsTotal: 2 })];
    const section = renderSection("en", aCertificatesReport({ channels }));
    expect(section).not.toContain("<script");
    expect(section).not.toContain("\u202e");
    expect(section).toContain("&lt;script&gt;");
  });
});

describe("the text of a shortfall", () => {
  it.each(LANGS)("says what is not there and what to do, with every figure that it names (%s)", (lang) => {
    const texts = getTexts(lang);
    const formats = makeFormats(texts);
    for (const kind of KINDS) {
      for (const count of [1, 2]) {
        const { text, next } = toShortfallText(aShortfallReport({ kind, count, of: 9 }), texts, formats);
        expect(text, kind).toMatch(/\.( |$)/);
        expect(text + next, kind).not.toMatch(/[{}]|undefined|null/);
      }
      const bare = { subject: null, of: null, from: null, until: null, detail: null };
      expect(toShortfallText(aShortfallReport({ kind, ...bare }), texts, formats).text).not.toMatch(
        /[{}]|null/,
      );
    }
  });

  it("names what went wrong with the last fetch", () => {
    const texts = getTexts("en");
    const failed = aShortfallReport({ kind: "fetch_failed", detail: "postnl: refused" });
    expect(toShortfallText(failed, texts, makeFormats(texts)).text).toMatch(
      /postnl has not been fetched .* since .*\. The last fetch said: postnl: refused$/,
    );
  });
});

describe("the reason of a run", () => {
  const reason = (values: VerdictReason["values"], code: VerdictReason["code"] = "certificate_incomplete") =>
    renderReconcileText(
      { report: aReconcileReport({ verdict: "not_proven" }), reasons: [{ code, values }] },
      "en",
    ).replaceAll(/\s+/g, " ");

  it("names the channel, what it lacks, what to do, and how many reasons there are besides", () => {
    const values = {
      channel: "legacy-scan",
      kind: "file_missing",
      subject: "postnl",
      count: 2,
      from: "2026-03-19T05:00:00Z",
      others: 3,
    };
    expect(reason(values)).toContain(
      "- Scan files (SFTP): not everything is there. Feed postnl: 2 files have not come; the first was expected at " +
        "19 Mar 2026 06:00:00 +01:00. 3 more reasons are in the report. Ask the carrier for what is missing.",
    );
    expect(
      reason({ channel: "webhook", kind: "no_witness", count: 1, others: 0 }, "certificate_unproven"),
    ).toContain(
      "- Tracking Webhook v1: nobody can vouch that everything is there. The status API is not fetched",
    );
  });
});

describe("certificates.schema.json", () => {
  it("takes what a report says, also inside of it", () => {
    expect(listSchemaErrors("certificates", aCertificatesReport())).toEqual([]);
    expect(listSchemaErrors("report", aReportData({ certificates: aCertificatesReport() }))).toEqual([]);
  });

  it.each([
    ["a state that is none", { channels: [{ ...aCertificateReport(), state: "fine" }] }],
    ["a field more", { channels: [{ ...aCertificateReport(), color: "red" }] }],
    ["a demand for nobody's channel", { demand: ["sftp"] }],
    ["a day of another form", { days: [{ day: "16-03-2026", channels: {} }] }],
  ])("refuses %s", (_, wish) => {
    expect(listSchemaErrors("certificates", { ...aCertificatesReport(), ...wish })).not.toEqual([]);
  });

  it("knows every word, as the texts do", () => {
    const schema = JSON.stringify(findSchema("certificates"));
    const listed = (property: string) =>
      [...schema.matchAll(new RegExp(`"${property}":\\{"enum":\\[([^\\]]*)\\]`, "g"))].map(
        ([, list = ""]) => JSON.parse(`[${list}]`) as string[],
      );
    expect(listed("kind").map((words) => words.sort())).toEqual([KINDS.toSorted()]);
    expect(listed("state")).toEqual([[...CERTIFICATE_STATES]]);
    for (const lang of LANGS) {
      const { shortfalls, states } = getTexts(lang).certificates;
      expect(Object.keys(shortfalls).sort()).toEqual(KINDS.toSorted());
      expect(Object.keys(states).sort()).toEqual(CERTIFICATE_STATES.toSorted());
    }
  });
});
