import { describe, expect, it } from "vitest";
import type { Examined } from "../../src/report/doctor-data.ts";
import { renderDoctorText, toDoctorExitCode, toDoctorReport } from "../../src/report/render-doctor.ts";
import { getTexts, LANGS } from "../../src/report/texts.ts";

const complaint = (place: string, value: string) => ({
  place,
  value,
  expected: "another",
  todo: "change it",
});
const space = (state: Examined["state"]): Examined => ({
  check: "store.space",
  subject: null,
  state,
  said: { text: "space-short", values: { path: "/data", megabytes: "9", least: "1024" } },
});
const key = (said: Examined["said"]): Examined => ({
  check: "keys.secret",
  subject: "feeds.legacyApi.apiKey",
  state: "failure",
  said,
});

describe("toDoctorReport", () => {
  it("puts every line into words, in the language asked for", () => {
    const { checks, counts } = toDoctorReport([space("warning")], [], "nl");
    expect(checks).toEqual([
      {
        check: "store.space",
        subject: null,
        state: "warning",
        value: "9 MB vrij in /data",
        expected: "meer dan 1024 MB",
        todo: "maak ruimte",
      },
    ]);
    expect(counts).toEqual({ ok: 0, warning: 1, failure: 0, skipped: 0 });
  });

  it("does not repeat what a line is about", () => {
    const valuesOf = (place: string) =>
      toDoctorReport([key(complaint(place, "none"))], [], "en").checks[0]?.value;
    expect(valuesOf("feeds.legacyApi.apiKey")).toBe("none");
    expect(valuesOf("feeds.legacyApi.apiKey: file a")).toBe("file a: none");
    expect(valuesOf("feeds.legacyApi.apiKeys")).toBe("feeds.legacyApi.apiKeys: none");
    expect(valuesOf("the API's key")).toBe("the API's key: none");
  });

  it("shows no secret, wherever it got to, and nothing that acts on a terminal", () => {
    const hostile = "canary-word \u001b[2J\u202e\r\n".repeat(3);
    const examined = [key(complaint(hostile, hostile)), { ...space("ok"), subject: hostile }];
    const shown = JSON.stringify(toDoctorReport(examined, ["canary-word"], "en"));
    expect(shown).not.toContain("canary-word");
    expect(shown).toContain("\\u001b[2J");
    expect(shown).not.toMatch(/[\u202e]/);
    // Without the list it would be seen.
    expect(JSON.stringify(toDoctorReport(examined, [], "en"))).toContain("canary-word");
  });

  it("keeps an arrow in a value where it is", () => {
    const said = { text: "layout", values: { name: "a → b → c" } } as const;
    const { checks } = toDoctorReport(
      [{ check: "configuration.layout", subject: null, state: "ok", said }],
      [],
      "en",
    );
    expect(checks[0]).toMatchObject({ value: "a → b → c", expected: null, todo: null });
  });
});

describe("renderDoctorText", () => {
  it("aligns the lines under the headings of their groups, and counts them", () => {
    const examined = [
      key(complaint("environment variable A", "not there")),
      space("skipped"),
      space("warning"),
    ];
    expect(renderDoctorText(toDoctorReport(examined, [], "en"), "en")).toBe(
      `Keys
  ✗ secret feeds.legacyApi.apiKey  environment variable A: not there → another → change it

Store
  – disk space                     9 MB free in /data → more than 1024 MB → make room
  ! disk space                     9 MB free in /data → more than 1024 MB → make room

! 1 to look at   ✗ 1 wrong   – 1 not checked
`,
    );
  });

  it.each(LANGS)("has a text of at most three parts for all that may be said (%s)", (lang) => {
    for (const text of Object.values(getTexts(lang).doctor.says)) {
      expect([1, 3], text).toContain(text.split(" → ").length);
    }
  });
});

describe("toDoctorExitCode", () => {
  it.each([
    [[], 0],
    [["ok", "skipped", "warning"], 0],
    [["ok", "failure"], 1],
  ] as const)("of %j is %i", (states, code) => {
    expect(toDoctorExitCode(toDoctorReport(states.map(space), [], "en"))).toBe(code);
  });
});
