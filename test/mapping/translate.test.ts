import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normaliseLegacyCode, normaliseWireCode, translate } from "../../src/mapping/translate.ts";
import { testTables } from "../support/observations.ts";

describe("normaliseLegacyCode", () => {
  it.each([
    ["J01", "J01"],
    [" j01\t", "J01"],
    ["01J", "J01"],
    ["01j", "J01"],
    ["99x", "X99"],
    ["001J", "001J"],
    ["1J", "1J"],
    ["J1", "J1"],
    ["01JJ", "01JJ"],
    ["", ""],
  ])("makes '%s' '%s'", (text, code) => {
    expect(normaliseLegacyCode(text)).toBe(code);
  });

  it("changes nothing a second time", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const once = normaliseLegacyCode(text);
        expect(normaliseLegacyCode(once)).toBe(once);
      }),
    );
  });
});

describe("normaliseWireCode", () => {
  it("drops blanks and case", () => {
    expect(normaliseWireCode(" OutForDelivery ")).toBe("outfordelivery");
  });
});

describe("translate", () => {
  it("knows each side's own codes only", () => {
    expect(translate("legacy-scan", "sorted", 0, testTables)).toEqual({ kind: "unmapped" });
    expect(translate("webhook", "B01", 0, testTables)).toEqual({ kind: "unknown" });
    expect(translate("legacy-api", "B01", 0, testTables)).toEqual({ kind: "status", status: "sorted" });
    expect(translate("status-api", "sorted", 0, testTables)).toEqual({ kind: "status", status: "sorted" });
  });

  it("tells a notice from a code without a row", () => {
    expect(translate("legacy-scan", "N01", 0, testTables)).toEqual({ kind: "notice" });
    expect(translate("legacy-scan", "X01", 0, testTables)).toEqual({ kind: "unmapped" });
  });
});
