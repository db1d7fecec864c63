import { describe, expect, it } from "vitest";
import { decodeText, isForeign } from "../../../src/sources/legacy-scan/decode-text.ts";

/** Bytes as the parsers hold them: one character each. */
const bytes = (...values: number[]): string => String.fromCharCode(...values);

// é ß € in UTF-8, and in Windows-1252.
const UTF_8 = bytes(0xc3, 0xa9, 0xc3, 0x9f, 0xe2, 0x82, 0xac);
const WINDOWS_1252 = bytes(0xe9, 0xdf, 0x80);

describe("decodeText", () => {
  it("reads each encoding", () => {
    expect(decodeText(UTF_8, "utf-8")).toBe("éß€");
    expect(decodeText(WINDOWS_1252, "windows-1252")).toBe("éß€");
    expect(decodeText(bytes(0xe9, 0xdf), "latin1")).toBe("éß");
    expect(decodeText("ORDER-1", "utf-8")).toBe("ORDER-1");
  });

  it("reads what is not of the encoding as Windows-1252", () => {
    expect(decodeText(WINDOWS_1252, "utf-8")).toBe("éß€");
    expect(decodeText(WINDOWS_1252, "latin1")).toBe("éß€");
    // A letter of two bytes, cut in half.
    expect(decodeText(bytes(0x43, 0xc3), "utf-8")).toBe("CÃ");
  });
});

describe("isForeign", () => {
  it("tells such bytes, and no others", () => {
    expect(isForeign(WINDOWS_1252, "utf-8")).toBe(true);
    expect(isForeign(WINDOWS_1252, "latin1")).toBe(true);
    expect(isForeign(UTF_8, "utf-8")).toBe(false);
    expect(isForeign(bytes(0xe9, 0xdf), "latin1")).toBe(false);
    expect(isForeign(bytes(0x80), "windows-1252")).toBe(false);
    expect(isForeign("ORDER-1", "utf-8")).toBe(false);
  });
});
