import { describe, expect, it } from "vitest";
import { toEscapes } from "../../src/domain/errors.ts";

describe("toEscapes", () => {
  it("writes every code unit in four digits, as JSON reads it", () => {
    expect(toEscapes("=\u{e0041}")).toBe("\\u003d\\udb40\\udc41");
    expect(JSON.parse(`"${toEscapes("=\u{e0041}")}"`)).toBe("=\u{e0041}");
  });
});
