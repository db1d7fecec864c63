import { describe, expect, it } from "vitest";
import { FINDING_KINDS } from "../../src/domain/finding.ts";
import { renderHtml } from "../../src/report/render-html.ts";
import type { ReportData } from "../../src/report/report-data.ts";
import { getTexts, LANGS } from "../../src/report/texts.ts";
import {
  aCleanReportData,
  aFilesReport,
  aFindingReport,
  aHostileReportData,
  aReportData,
  aSilentReportData,
} from "../support/report-data.ts";

/** The page's text as a reader sees it: without markup, blanks run together. */
function readPage(data: ReportData, lang: "en" | "nl" = "en"): string {
  return renderHtml(data, lang)
    .output.replace(/<(style|title|desc).*?<\/\1>/gs, " ")
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replace(/\s+/g, " ");
}

describe("renderHtml", () => {
  it.each(LANGS)("gives the golden page to the byte (%s)", async (lang) => {
    await expect(renderHtml(aReportData(), lang).output).toMatchFileSnapshot(
      `../golden/report-no-go.${lang}.html`,
    );
  });

  it("gives the golden pages of a clean and of a silent run", async () => {
    await expect(renderHtml(aCleanReportData(), "nl").output).toMatchFileSnapshot(
      "../golden/report-go.nl.html",
    );
    await expect(renderHtml(aSilentReportData(), "en").output).toMatchFileSnapshot(
      "../golden/report-not-proven.en.html",
    );
  });

  it("gives the same bytes each time", () => {
    const first = renderHtml(aReportData(), "en").output;
    renderHtml(aHostileReportData(), "nl");
    expect(renderHtml(aReportData(), "en").output).toBe(first);
  });

  it("exits by the verdict", () => {
    expect(renderHtml(aCleanReportData(), "en").exitCode).toBe(0);
    expect(renderHtml(aReportData(), "en").exitCode).toBe(1);
    expect(renderHtml(aSilentReportData(), "en").exitCode).toBe(3);
  });

  it("stands alone: no script, no other file, and a policy that forbids both", () => {
    const { output } = renderHtml(aReportData(), "en");
    expect(output).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:;`,
    );
    expect(output).not.toMatch(/<script|<iframe|<object|<embed|<form|\son\w+="|@import|url\(|https?:/i);
    expect(output.match(/(href|src)="[^"]*"/g)?.filter((link) => !/"(#[a-z]+|data:,)"/.test(link))).toEqual(
      [],
    );
  });

  it("says the verdict, why, and what to do next", () => {
    expect(readPage(aReportData())).toContain("Verdict: No go Do not switch yet");
    expect(readPage(aReportData())).toMatch(
      /46 findings are open, on 31 of 12,480 parcels\. Start with the critical ones/,
    );
    expect(readPage(aCleanReportData(), "nl")).toMatch(
      /Uitslag: Geen bezwaar \(go\) Niets in deze run pleit tegen overstappen/,
    );
    expect(readPage(aSilentReportData())).toMatch(
      /Verdict: Not proven .*The new feed has fallen silent, so 2 parcels cannot be judged/,
    );
  });

  it("prints the match rate with its formula and both denominators", () => {
    const page = readPage(aReportData());
    expect(page).toContain("Of all parcels 99.28% 12,391 ÷ 12,480 matched ÷ all parcels");
    expect(page).toContain("Of the parcels decided 99.65% 12,391 ÷ 12,434 matched ÷ decided parcels");
    expect(page).toContain("decided = all − pending − not proven = 12,480 − 46 − 0 = 12,434");
  });

  it("does not head a run that proves nothing with the rate of what was left to decide", () => {
    expect(readPage(aSilentReportData())).toContain("Match rate 99.93% of all parcels Parcels compared");
    expect(readPage(aReportData())).toContain("Match rate 99.65% of the parcels decided Parcels compared");
  });

  it("prints the share hidden by rules at the top", () => {
    expect(readPage(aReportData())).toMatch(/Hidden by rules 12 0\.10% of all parcels .*Findings by kind/);
  });

  it.each([
    ["en", /\bKnown\b|known-difference|\b\d+ known\b|\brules?\b/],
    ["nl", /\bBekend\b|bekend verschil|Verborgen door|\bregels\b|\bregel dat\b|beoordeelde regel/],
  ] as const)("says nothing of known differences and rules where there are none (%s)", (lang, word) => {
    const start = aReportData();
    const { knownRules: _, ...rest } = start;
    const { parcels, findings } = start.summary;
    const none: ReportData = {
      ...rest,
      families: [],
      summary: {
        ...start.summary,
        parcels: { ...parcels, known: 0, matched: parcels.matched + parcels.known },
        findings: { ...findings, known: 0 },
      },
      kinds: start.kinds.map((kind) => ({ ...kind, known: 0 })),
      findings: [],
      quarantine: [],
    };
    expect(readPage(none, lang)).not.toMatch(word);
    expect(readPage(start, lang)).toMatch(word);
    expect(renderHtml(none, lang).output).not.toContain('tint-known"');
  });

  it("names the one deed that closes many findings about a code", () => {
    const page = readPage(aReportData());
    expect(page).toMatch(/Z97 : 3 parcels — one row in mappings\/legacy-codes\.csv closes them/);
    expect(page).toMatch(/locker_reassigned : 1 parcel — the carrier's status list, .* closes it/);
    expect(page).toContain("1 more finding on other codes");
    expect(readPage(aCleanReportData())).not.toContain("Codes behind");
  });

  it("rounds what is not matched up, so that it does not flatter", () => {
    expect(readPage(aReportData())).toMatch(/Mismatched At least one finding is open\. 31 0\.25%/);
    expect(readPage(aReportData())).toMatch(/Matched Both feeds tell the same story\. 12,391 99\.28%/);
  });

  it("says how many open findings have no status", () => {
    expect(readPage(aReportData())).toContain("13 open findings have no status");
  });

  it("names a cause only once one is decided", () => {
    const { cause: word, rule } = getTexts("en").heads;
    const undecided = readPage(aReportData({ findings: [aFindingReport()] }));
    expect(undecided).not.toContain(`${word} not decided`);
    const decided = aFindingReport({ cause: "mapping", causeRule: "code-not-in-table" });
    expect(readPage(aReportData({ findings: [decided] }))).toContain(
      `${word} the mapping table ${rule} code-not-in-table`,
    );
  });

  it("sets rows aside by file and fault, with how many and the first line", () => {
    expect(readPage(aReportData())).toMatch(
      /Scan files \(SFTP\) 7 rows 88 TT_11223344_20260312_120030_003\.csv/,
    );
  });

  it("says what zero mismatches prove, and what not", () => {
    expect(readPage(aCleanReportData())).toContain(
      "fewer than 0.10% of parcels differ without a known reason (3 ÷ 3,100)",
    );
    expect(readPage(aReportData())).not.toContain("3 ÷");
  });

  it.each(LANGS)("explains all fifteen kinds with what usually closes each (%s)", (lang) => {
    const page = readPage(aReportData(), lang);
    const { kinds, kindsSection } = getTexts(lang);
    for (const kind of FINDING_KINDS) {
      expect(page).toContain(
        `${kind} ${kinds[kind].explanation} ${kindsSection.closes} ${kinds[kind].closes}.`,
      );
    }
  });

  it("names the kinds that were looked for and not found", () => {
    const page = readPage(aSilentReportData());
    expect(page).toMatch(/Looked for and not found: Missing in the old feed, .*Different detail\./);
    expect(page).not.toMatch(/not found: [^.]*Missing in the new feed/);
  });

  it("shows the sums so that they can be checked, down to the difference 0", () => {
    const page = readPage(aReportData());
    expect(page).toContain("Rows 196,504 seen = 153,147 accepted + 43,347 duplicates + 10 quarantined 0");
    expect(page).toContain(
      "196,504 seen = 61,204 Scan files (SFTP) + 24,310 Shippingstatus v2 + 62,770 Tracking Webhook v1 + 48,220 Shippingstatus v4 0",
    );
    expect(page).toContain(
      "58,191 events = 58,120 agreed + 24 differing + 2 explained by a code + 45 alone 0",
    );
    expect(page).toContain(
      "12,480 evaluated = 12,391 matched + 12 known + 31 mismatched + 46 pending + 0 not proven 0",
    );
    expect(page).toMatch(/Difference of all sums above: 0 .* Difference counted by the run itself: 0/);
  });

  it("shows a sum that does not add up, and then no go at all", () => {
    const start = aCleanReportData();
    const { tieOut } = start.summary;
    const rows = { ...tieOut.rows, seen: 121 };
    const page = readPage({ ...start, summary: { ...start.summary, tieOut: { ...tieOut, rows } } });
    expect(page).toContain("Verdict: Not proven");
    expect(page).toContain("121 seen = 100 accepted + 20 duplicates + 0 quarantined 1 does not add up");
  });

  it("shows times in Amsterdam with offset, and UTC beside or behind them", () => {
    const { output } = renderHtml(aReportData(), "en");
    expect(output).toContain(
      '<time datetime="2026-03-19T12:04:10Z" title="2026-03-19 12:04:10 UTC"><span>19 Mar 2026</span> <span>13:04:10 +01:00</span></time>',
    );
    expect(readPage(aReportData())).toContain(
      "Time, old feed 19 Mar 2026 13:04:10 +01:00 (2026-03-19 12:04:10 UTC)",
    );
  });

  it("says what is pending, until when and why", () => {
    expect(readPage(aReportData())).toContain(
      "Too early The other feed still has time to report the event. 50 21 Mar 2026 08:10:00 +01:00 21 Mar 2026 19:29:40 +01:00",
    );
    expect(readPage(aSilentReportData())).toMatch(
      /Feed silent The time has passed, .* 2 21 Mar 2026 14:22:56 \+01:00/,
    );
  });

  it("still speaks of what is pending when only the list knows of it", () => {
    const { pending: _, ...data } = aReportData();
    expect(readPage(data)).toMatch(/Pending findings in the list above .*2 of 50, all in findings\.csv/);
  });

  it("says of every cut list how much there is and where", () => {
    const page = readPage(aReportData());
    expect(page).toContain("19 of 288, all in findings.csv");
    expect(page).toContain("the first 9 of 10");
    expect(readPage(aReportData({ correctionsTotal: 7 }))).toContain("the first 1 of 7");
    const all = aReportData({ findingsTotal: 19, quarantineTotal: 9 });
    expect(readPage(all)).not.toContain("19 of 19");
    expect(readPage(all)).not.toContain("the first");
  });

  it("tells of the scan files and of all that is wrong with them, where some were fetched", () => {
    const page = readPage(aReportData());
    expect(page).toMatch(/postnl learnt \(not enough history for 1 customer\) 312 28 26 1 1 21 Mar 2026/);
    expect(page).toContain("Missing postnl 11223344 Expected at 20 Mar 2026 13:00:30 +01:00 and not there.");
    expect(page).toContain(
      "Numbers 41 to 42 are not there; the next file is TT_11223344_20260320_120030_003.csv",
    );
    expect(page).toContain("version 2 has 7,000 bytes, the one before had 48,000");
    const files = aFilesReport({ irregularitiesTotal: 300 });
    expect(readPage(aReportData({ files }))).toContain("the first 9 of 300");
    const none = aFilesReport({ irregularities: [], irregularitiesTotal: 0 });
    expect(readPage(aReportData({ files: none }))).toContain("Every file that was expected has come");
    expect(renderHtml(aCleanReportData(), "en").output).not.toMatch(/["#]files"/);
  });

  it("warns as long as the new services are reconstructed, and only then", () => {
    expect(readPage(aReportData())).toContain("Provisional. The carrier has not published");
    expect(readPage(aCleanReportData())).not.toContain("Provisional");
    expect(readPage(aReportData(), "nl")).toContain(
      "De velden en de 25 statussen achter dit rapport zijn een reconstructie",
    );
  });

  it("names the statuses it knows, and lists those with open findings only", () => {
    expect(readPage(aReportData())).toContain("old Delivered delivered new Returned returned");
    expect(readPage(aReportData())).toMatch(
      /Out for delivery out_for_delivery 1 13 open findings have no status .* Worst findings/,
    );
    expect(readPage(aReportData())).toContain("3SDEVC744400222 delayed Open");
  });

  it("names a channel over which nothing came in", () => {
    expect(readPage(aSilentReportData())).toMatch(/Shippingstatus v4 \(new\) 0 0 0 0 0 – nothing came in/);
  });

  it("shows evidence whatever its shape", () => {
    const evidence = {
      text: "a",
      list: ["x", "y"],
      deep: { a: { b: { c: { d: 1 } } } },
      none: null,
      yes: true,
    };
    const page = readPage(aReportData({ findings: [aFindingReport({ evidence })] }));
    expect(page).toContain("text a list x, y");
    expect(page).toContain('{"d":1}');
    expect(page).toContain("none null yes true");
  });

  it("counts one as one", () => {
    const start = aCleanReportData();
    const page = readPage({
      ...start,
      reasons: [{ code: "findings_open", values: {} }],
      summary: {
        ...start.summary,
        parcels: { ...start.summary.parcels, matched: 3_099, mismatched: 1 },
        findings: { ...start.summary.findings, open: 1 },
        verdict: "no_go",
      },
      kinds: [{ kind: "push_missed", severity: "medium", open: 1, pending: 0, known: 0, resolved: 0 }],
    });
    expect(page).toContain("1 finding is open, on 1 of 3,100 parcels.");
  });

  it("lets hostile texts add no markup, and shows what they hide", () => {
    const { output } = renderHtml(aHostileReportData(), "en");
    const tagsOf = (page: string) => new Set(page.match(/<\/?[a-zA-Z][a-zA-Z0-9]*/g));
    const honest = tagsOf(renderHtml(aReportData(), "en").output);
    expect([...tagsOf(output)].filter((tag) => !honest.has(tag))).toEqual([]);
    expect(output).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u061c]/);
    expect(output).toContain("&lt;script&gt;document.title=&#39;owned&#39;&lt;/script&gt;");
    expect(output).toContain("abc\\u202edcba");
    expect(output.isWellFormed()).toBe(true);
  });

  it("leaves the prototype of all objects alone", () => {
    const before = Reflect.ownKeys(Object.prototype);
    renderHtml(aHostileReportData(), "en");
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
  });

  it("gives every id once, and every reference its target", () => {
    const { output } = renderHtml(aReportData(), "nl");
    const ids = [...output.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]!);
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...output.matchAll(/aria-labelledby="([^"]+)"|href="#([^"]+)"/g)].flatMap((match) =>
      (match[1] ?? match[2] ?? "").split(" "),
    );
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) expect(ids).toContain(reference);
  });
});
