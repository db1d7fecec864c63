import { describe, expect, it } from "vitest";
import { CHANNELS } from "../../src/domain/channel.ts";
import { FILE_IRREGULARITIES } from "../../src/domain/file-calendar.ts";
import { CAUSES, FINDING_KINDS, FINDING_STATES, SEVERITIES } from "../../src/domain/finding.ts";
import { PARCEL_VERDICTS, RUN_VERDICTS } from "../../src/domain/verdict.ts";
import { CHECK_STATES, DOCTOR_CHECKS } from "../../src/report/doctor-data.ts";
import { SUBSCRIPTION_NOTES } from "../../src/report/subscription-data.ts";
import { fillText, getTexts, LANGS, splitText, toPlural } from "../../src/report/texts.ts";
import { CONFIDENCES, GUESS_REASONS } from "../../src/sources/legacy-scan/guess/decision.ts";

/** Every text with its path, such as `kinds.push_missed.name`. */
function listTexts(value: unknown, path: string): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  return Object.entries(value as object).flatMap(([key, item]) => listTexts(item, `${path}.${key}`));
}

function listPlaceholders(text: string): string[] {
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
}

describe("getTexts", () => {
  const en = new Map(listTexts(getTexts("en"), "texts"));
  const nl = new Map(listTexts(getTexts("nl"), "texts"));

  it("has the same keys in both languages", () => {
    expect([...nl.keys()].sort()).toEqual([...en.keys()].sort());
  });

  it("has the same placeholders in both languages", () => {
    for (const [path, text] of en) {
      expect(listPlaceholders(nl.get(path) ?? ""), path).toEqual(listPlaceholders(text));
    }
  });

  it("has no empty text, none with blanks around it, and no markup", () => {
    for (const [path, text] of [...en, ...nl]) {
      expect(text, path).toMatch(/\S/);
      expect(text, path).toBe(text.trim());
      expect(text, path).not.toMatch(/[<>]/);
    }
  });

  it("does not leave a sentence untranslated", () => {
    const sentences = [...en].filter(([, text]) => text.split(" ").length > 3);
    expect(sentences.length).toBeGreaterThan(60);
    for (const [path, text] of sentences) expect(nl.get(path), path).not.toBe(text);
  });

  it.each(LANGS)("speaks of every word of the domain, and of nothing else (%s)", (lang) => {
    const texts = getTexts(lang);
    const keys = (group: object) => Object.keys(group).sort();
    expect(keys(texts.kinds)).toEqual([...FINDING_KINDS].sort());
    expect(keys(texts.filesSection.kinds)).toEqual([...FILE_IRREGULARITIES].sort());
    expect(keys(texts.states)).toEqual([...FINDING_STATES].sort());
    expect(keys(texts.severities)).toEqual([...SEVERITIES].sort());
    expect(keys(texts.causes)).toEqual([...CAUSES].sort());
    expect(keys(texts.doctor.checks)).toEqual([...DOCTOR_CHECKS].sort());
    expect(keys(texts.doctor.states)).toEqual([...CHECK_STATES].sort());
    expect(keys(texts.subscribe.notes)).toEqual([...SUBSCRIPTION_NOTES].sort());
    expect(keys(texts.channels)).toEqual([...CHANNELS].sort());
    expect(keys(texts.parcelVerdicts)).toEqual([...PARCEL_VERDICTS].sort());
    expect(keys(texts.layoutGuess.reasons)).toEqual([...GUESS_REASONS].sort());
    expect(keys(texts.layoutGuess.confidences)).toEqual([...CONFIDENCES].sort());
    expect(keys(texts.runVerdicts)).toEqual([...RUN_VERDICTS].sort());
  });
});

describe("toPlural", () => {
  it("says one for exactly one, and many for none and more", () => {
    const text = { one: "finding", other: "findings" };
    expect([0, 1, 2, 21].map((count) => toPlural(text, count))).toEqual([
      "findings",
      "finding",
      "findings",
      "findings",
    ]);
  });
});

describe("fillText", () => {
  it("puts values at their places, also twice, and never reads a value as a text with placeholders", () => {
    expect(fillText("{a} of {b}, {a}", { a: "{b}", b: "$&" })).toBe("{b} of $&, {b}");
  });

  it("fails on a value that is missing, rather than leaving a hole", () => {
    expect(() => fillText("{a} of {toString}", { a: "1" })).toThrow("lacks a value for {toString}");
  });
});

describe("splitText", () => {
  it("keeps the values apart from the text", () => {
    expect(splitText<number>("{a} of {b}", { a: 1, b: 2 })).toEqual(["", 1, " of ", 2, ""]);
  });
});
