import { describe, expect, it } from "vitest";
import { DAY_STATES, GATE_REASONS, STRATUM_STATES } from "../../src/reconcile/gate/gate-report.ts";
import { DIMENSIONS } from "../../src/reconcile/gate/policy.ts";
import type { Signature } from "../../src/reconcile/gate/signatures.ts";
import { chain, toHead, toSignOff } from "../../src/reconcile/gate/signatures.ts";
import { makeFormats } from "../../src/report/make-formats.ts";
import {
  renderGateLineText,
  renderGateText,
  renderNoGateText,
  renderSignaturesText,
} from "../../src/report/render-gate-text.ts";
import { renderHtml } from "../../src/report/render-html.ts";
import { renderJson } from "../../src/report/render-json.ts";
import { getTexts, LANGS } from "../../src/report/texts.ts";
import { toRateText } from "../../src/report/to-gate-words.ts";
import { aGateReport, aHostileGateReport, aRefusedGateReport } from "../support/gate-report.ts";
import { ACTING_CHARACTER, aReportData } from "../support/report-data.ts";
import { findSchema, listSchemaErrors } from "../support/schemas.ts";

const NOBODY = { by: [], isComplete: false, stale: 0 };

function sign(before: readonly Signature[], by: string, wish: Partial<Signature> = {}): Signature[] {
  const content = {
    by,
    role: "integration lead",
    note: null,
    at: "2026-03-21T06:30:00Z",
    verdict: "go",
    runId: "run-5f1d0c7be2a4",
    gateHash: "a".repeat(64),
    againstAdvice: null,
    ...wish,
  } as const;
  return [...before, chain(before, content)];
}

/** The section of the gate, from its heading on. */
function readSection(lang: (typeof LANGS)[number], gate = aRefusedGateReport()): string {
  const { output } = renderHtml({ ...aReportData(), gate }, lang);
  const from = output.indexOf('<section class="section" id="gate"');
  return output.slice(from, output.indexOf("</section>", from) + "</section>\n".length);
}

describe("renderGateText", () => {
  it.each(LANGS)("gives the golden text to the byte (%s)", async (lang) => {
    await expect(renderGateText(aRefusedGateReport(), NOBODY, lang)).toMatchFileSnapshot(
      `../golden/gate-no-go.${lang}.txt`,
    );
  });

  it("says go, who signed, and what is of other data", () => {
    const text = renderGateText(aGateReport(), { by: ["Ann"], isComplete: false, stale: 2 }, "en");
    expect(text).toMatch(/^GATE: GO\nEverything that the policy asks for is shown\./);
    expect(text).toContain("6 clean days in a row; 5 are wanted.");
    expect(text).toContain(
      "Signed by Ann; a second person has to sign.\n2 earlier signatures are of other data.\n",
    );
  });

  it("keeps to the width of a terminal", () => {
    for (const lang of LANGS) {
      for (const line of renderGateText(aRefusedGateReport(), NOBODY, lang).split("\n")) {
        expect(line.length, line).toBeLessThanOrEqual(80);
      }
    }
  });

  it("lets no hostile text act on the terminal", () => {
    expect(
      renderGateText(aHostileGateReport(), { ...NOBODY, by: ["\u001b[31mEve\u202e"] }, "en"),
    ).not.toMatch(ACTING_CHARACTER);
  });

  it("paints the word alone", () => {
    const painted = renderGateText(aGateReport(), NOBODY, "en", { colour: true });
    expect(painted.startsWith("\u001b[1;32mGATE: GO\u001b[0m\n")).toBe(true);
    expect(renderGateLineText(aGateReport(), "nl")).toBe(
      "\nPoort: geen bezwaar (go)\n  6 schone dagen op rij; er zijn er 5 nodig.\n",
    );
    expect(renderNoGateText({ runId: "run-1", verdict: "no_go" }, "en")).toBe(
      "NO GO\nThere is no gate: the run's verdict counts.\nrun-1\n",
    );
  });
});

describe("renderSignaturesText", () => {
  const one = sign([], "Ann", { note: "seen", verdict: "no_go", againstAdvice: "the season begins" });
  const two = sign(one, "Bob", { gateHash: "b".repeat(64) });
  const story = {
    gateHash: "a".repeat(64),
    signOff: toSignOff(two, "a".repeat(64)),
    signatures: two,
    head: toHead(two).hash,
    faults: [],
  };

  it("lists who signed what, and whether it is what stands now", () => {
    const text = renderSignaturesText(story, "en", { isVerified: true });
    expect(text).toMatch(
      /^Signed by Ann; a second person has to sign\.\n1 earlier signature is of other data\.\n/,
    );
    expect(text).toMatch(
      /1 {2}21 Mar 2026 07:30:00 \+01:00 {2}Ann \(integration lead\)\n {2}No go, .*\(this verdict\)\n {2}Against advice: the season begins\n {2}seen\n/,
    );
    expect(text).toMatch(/2 .*Bob.*\n {2}Go, .*\(other data\)\n/);
    expect(text.replaceAll("\n", " ")).toContain(`They end with ${story.head}.`);
    expect(renderSignaturesText(story, "en")).not.toContain(story.head);
  });

  it("always says that they were tampered with", () => {
    const faults = [{ number: 2, fault: "chain_broken" }] as const;
    expect(renderSignaturesText({ ...story, faults }, "en")).toMatch(
      /tampered with:\n {2}signature 2: it does not follow/,
    );
  });

  it("says that there are none", () => {
    const none = { ...story, signatures: [], signOff: NOBODY };
    expect(renderSignaturesText(none, "nl")).toBe("Niemand heeft hiervoor getekend.\nGeen handtekeningen.\n");
    expect(renderSignaturesText({ ...none, gateHash: null }, "en")).toMatch(/^There is no gate/);
  });
});

describe("the gate in the report", () => {
  it.each(LANGS)("gives the golden section to the byte (%s)", async (lang) => {
    await expect(readSection(lang)).toMatchFileSnapshot(`../golden/gate-section.${lang}.html`);
  });

  it("stands beside the run's verdict, and in the contents", () => {
    const { output, exitCode } = renderHtml({ ...aReportData(), gate: aGateReport() }, "en");
    expect(output).toMatch(
      /<\/section>\s*<aside class="banner go" role="note"><a href="#gate"><strong>Gate: go</,
    );
    expect(output).toContain('<li><a href="#gate">The gate</a></li>');
    // The exit code stays the run's.
    expect(exitCode).toBe(1);
  });

  it("is left out where there is no policy", () => {
    expect(renderHtml(aReportData(), "en").output).not.toMatch(/#gate|id="gate"|The gate</);
  });

  it("shows what holds it back, and codes never exercised", () => {
    const section = readSection("en");
    expect(section).toContain("1 of the last 5 days is not clean.");
    expect(section).toMatch(
      /<h3>Codes never exercised<\/h3>\s*<ul class="codes">\s*<li><code>J05<\/code>: seen 30, agreed 0<\/li>/,
    );
    expect(section).toMatch(/<code>Z01<\/code> <code>Z02<\/code>/);
  });

  it("lets no hostile text become markup", () => {
    const section = readSection("nl", aHostileGateReport());
    expect(section).not.toMatch(/<(script|img|b>|svg\/)|on\w+="|\u202e/);
  });
});

describe("gate.schema.json", () => {
  it("takes what gate prints, also inside a report", () => {
    for (const gate of [aGateReport(), aRefusedGateReport(), aGateReport({ episodes: [] })]) {
      expect(listSchemaErrors("gate", gate)).toEqual([]);
      const { output } = renderJson({ ...aReportData(), gate });
      expect(listSchemaErrors("report", JSON.parse(output))).toEqual([]);
    }
    expect(listSchemaErrors("gate", { runId: "run-1", verdict: "go" })).toEqual([]);
  });

  it.each([
    ["no hash", { ...aGateReport(), hash: undefined }],
    ["a reason that is none", { ...aGateReport(), reasons: [{ code: "other", decides: "go", values: {} }] }],
    ["a day of another form", { ...aGateReport(), since: "1-3-2026" }],
    ["a field more", { ...aGateReport(), odds: 1 }],
    ["a rate above all", { ...aGateReport(), demands: { ...aGateReport().demands, maximumRate: 2 } }],
  ])("refuses %s", (_, value) => {
    expect(listSchemaErrors("gate", JSON.parse(JSON.stringify(value)))).not.toEqual([]);
  });

  it("knows every word, as the texts do", () => {
    expect(findSchema("gate")).toMatchObject({
      $defs: {
        gate: {
          properties: {
            reasons: { items: { properties: { code: { enum: GATE_REASONS } } } },
            days: { items: { properties: { state: { enum: DAY_STATES } } } },
            strata: {
              items: { properties: { state: { enum: STRATUM_STATES }, dimension: { enum: DIMENSIONS } } },
            },
          },
        },
      },
    });
    const keys = (of: object) => Object.keys(of).sort();
    for (const lang of LANGS) {
      const { reasons, dayStates, strataStates, dimensions } = getTexts(lang).gate;
      expect(keys(reasons)).toEqual([...GATE_REASONS].sort());
      expect(keys(dayStates)).toEqual([...DAY_STATES].sort());
      expect(keys(strataStates)).toEqual([...STRATUM_STATES].sort());
      expect(keys(dimensions)).toEqual([...DIMENSIONS].sort());
    }
  });
});

describe("toRateText", () => {
  it("rounds up to three digits, and leaves what is exact", () => {
    const formats = makeFormats(getTexts("en"));
    expect(
      [0, 0.001, 0.003, 0.01, 0.000_123_41, 0.012_34, 0.123_41, 0.999_9, 1].map((rate) =>
        toRateText(rate, formats),
      ),
    ).toEqual(["0%", "0.1%", "0.3%", "1%", "0.0124%", "1.24%", "12.4%", "100%", "100%"]);
    expect(toRateText(0.0123, makeFormats(getTexts("nl")))).toBe("1,23%");
  });
});
