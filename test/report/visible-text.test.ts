import { describe, expect, it } from "vitest";
import { toVisibleText } from "../../src/report/visible-text.ts";

describe("toVisibleText", () => {
  it.each([
    ["a direction override", "abc\u202edef", "abc\\u202edef"],
    ["an isolate", "\u2066x\u2069", "\\u2066x\\u2069"],
    ["an Arabic letter mark", "a\u061cb", "a\\u061cb"],
    ["zero-width characters", "3S\u200bDE\u2060VC\ufeff", "3S\\u200bDE\\u2060VC\\ufeff"],
    ["a soft hyphen", "re\u00adturned", "re\\u00adturned"],
    ["tag characters beyond the first plane", "a\u{e0041}b", "a\\udb40\\udc41b"],
    ["control characters of both sets", "\u0000\u001b[31m\u009b2J", "\\u0000\\u001b[31m\\u009b2J"],
    ["line breaks", "a\r\nb\u2028c", "a\\u000d\\u000ab\\u2028c"],
    ["half a character", "x\ud83dy", "x\\ud83dy"],
  ])("shows %s as its escape", (_, text, shown) => {
    expect(toVisibleText(text)).toBe(shown);
  });

  it("leaves texts of any script alone", () => {
    const texts = ["Café – «Zoë», 1 ÷ 2 → 3", "Łódź", "שלום", "東京 📦", "a\u00a0b"];
    expect(texts.map((text) => toVisibleText(text))).toEqual(texts);
  });

  it("cuts long texts with an ellipsis, and never through a character", () => {
    expect(toVisibleText("a".repeat(10), 4)).toBe("aaaa…");
    expect(toVisibleText("abc📦", 4)).toBe("abc\\ud83d…");
  });

  it("leaves no character that hides or reorders, of all there are", () => {
    const hidden =
      /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Line_Separator}\p{Paragraph_Separator}]/u;
    for (let first = 0; first <= 0x10ffff; first += 0x1000) {
      const all = String.fromCodePoint(...Array.from({ length: 0x1000 }, (_, i) => first + i));
      const shown = toVisibleText(all);
      expect(hidden.exec(shown)?.[0].codePointAt(0)?.toString(16)).toBeUndefined();
      expect(shown.isWellFormed()).toBe(true);
    }
  });
});
