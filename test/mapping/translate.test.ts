import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LegacyCodeRow, MappingTables } from "../../src/mapping/translate.ts";
import { normaliseLegacyCode, normaliseWireCode, translate } from "../../src/mapping/translate.ts";
import { tellFindings } from "../support/evaluation.ts";
import { push, scan, testTables, timeOf } from "../support/observations.ts";

const T = timeOf("10:00:00");

describe("normaliseLegacyCode", () => {
  it.each([
    ["J01", "J01"],
    ["01J", "J01"],
    ["01j", "J01"],
    ["j01", "J01"],
    [" 01J\t", "J01"],
    ["99Q", "Q99"],
  ])("turns '%s' into %s", (text, code) => {
    expect(normaliseLegacyCode(text)).toBe(code);
  });

  it.each(["", "011", "1J", "001J", "01JJ", "0 1J", "J1"])(
    "leaves %s: it is no digits-first code",
    (text) => {
      expect(normaliseLegacyCode(text)).toBe(text);
    },
  );

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5 }), (text) => {
        const once = normaliseLegacyCode(text);
        expect(normaliseLegacyCode(once)).toBe(once);
      }),
    );
  });

  it("turns every digits-first code, in the table or not, into its letter-first form", () => {
    const letters = fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    fc.assert(
      fc.property(letters, fc.integer({ min: 0, max: 99 }), (letter, number) => {
        const digits = String(number).padStart(2, "0");
        expect(normaliseLegacyCode(`${digits}${letter.toLowerCase()}`)).toBe(`${letter}${digits}`);
        expect(normaliseLegacyCode(`${letter}${digits}`)).toBe(`${letter}${digits}`);
      }),
    );
  });
});

describe("normaliseWireCode", () => {
  it("drops case and blanks, nothing else", () => {
    expect(normaliseWireCode(" Out_For_Delivery\n")).toBe("out_for_delivery");
    expect(normaliseWireCode("out-for delivery")).toBe("out-for delivery");
  });
});

const FROM = timeOf("2026-01-01T00:00:00Z");
const TURN = timeOf("2026-03-01T00:00:00Z");
const TO = timeOf("2026-06-01T00:00:00Z");

function row(status: string | null, validFrom: number, validTo: number): LegacyCodeRow {
  return { code: "V01", status, validFrom, validTo };
}

function withRows(...rows: readonly LegacyCodeRow[]): MappingTables {
  return { ...testTables, legacyCodes: new Map([["V01", rows]]) };
}

describe("translate", () => {
  it("knows a code's status, in both legacy channels", () => {
    expect(translate("legacy-scan", "B01", T, testTables)).toEqual({ kind: "status", status: "sorted" });
    expect(translate("legacy-api", "B02", T, testTables)).toEqual({ kind: "status", status: "sorted" });
  });

  it("tells a notice from a code without a row", () => {
    expect(translate("legacy-scan", "N01", T, testTables)).toEqual({ kind: "notice" });
    expect(translate("legacy-scan", "X01", T, testTables)).toEqual({ kind: "unmapped" });
  });

  it.each(["B", "B0", "B011", "B03", "b01", " B01", "sorted", "", "constructor", "__proto__"])(
    "never guesses: '%s' is unmapped",
    (code) => {
      expect(translate("legacy-scan", code, T, testTables)).toEqual({ kind: "unmapped" });
    },
  );

  it("knows a wire code's status, by channel", () => {
    const tables: MappingTables = {
      ...testTables,
      wireCodes: { webhook: new Map([["srt", "sorted"]]), "status-api": new Map([["srt", "in_transit"]]) },
    };
    expect(translate("webhook", "srt", T, tables)).toEqual({ kind: "status", status: "sorted" });
    expect(translate("status-api", "srt", T, tables)).toEqual({ kind: "status", status: "in_transit" });
  });

  it.each(["teleported", "sort", "sorted ", "B01", "constructor", "__proto__"])(
    "never guesses: the wire code '%s' is unknown",
    (code) => {
      expect(translate("webhook", code, T, testTables)).toEqual({ kind: "unknown" });
      expect(translate("status-api", code, T, testTables)).toEqual({ kind: "unknown" });
    },
  );

  it("holds from a row's first instant until just before its last", () => {
    const tables = withRows(row("sorted", FROM, TO));
    const at = (time: number) => translate("legacy-scan", "V01", time, tables).kind;
    expect([FROM - 1, FROM, TO - 1, TO].map(at)).toEqual(["unmapped", "status", "status", "unmapped"]);
  });

  it("goes by the time of the observation where a code changed its meaning", () => {
    const tables = withRows(row("sorted", FROM, TURN), row(null, TURN, TO));
    expect(translate("legacy-scan", "V01", TURN - 1, tables)).toEqual({ kind: "status", status: "sorted" });
    expect(translate("legacy-scan", "V01", TURN, tables)).toEqual({ kind: "notice" });
  });

  it("is unmapped in a gap between two rows", () => {
    const tables = withRows(row("sorted", FROM, TURN - 1), row("sorted", TURN, TO));
    expect(translate("legacy-scan", "V01", TURN - 1, tables)).toEqual({ kind: "unmapped" });
  });

  it("makes one status of a digits-first code and its letter-first form", () => {
    const rows = [scan(normaliseLegacyCode("01j"), "10:00:00"), scan(normaliseLegacyCode("J01"), "10:05:00")];
    expect(tellFindings([...rows, push("in_transit", "10:00:00")])).toEqual([]);
  });
});
