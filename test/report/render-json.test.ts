import { describe, expect, it } from "vitest";
import { renderJson, toStableJson } from "../../src/report/render-json.ts";
import {
  ACTING_CHARACTER,
  aCleanReportData,
  aHostileReportData,
  aReportData,
  aSilentReportData,
} from "../support/report-data.ts";

describe("renderJson", () => {
  it("holds the whole data, and nothing else", () => {
    expect(JSON.parse(renderJson(aReportData()).output)).toEqual(aReportData());
    expect(JSON.parse(renderJson(aHostileReportData()).output)).toEqual(aHostileReportData());
  });

  it("gives the same bytes whatever the order of keys", () => {
    const data = aReportData();
    const turned = Object.fromEntries(Object.entries(data).reverse()) as unknown as typeof data;
    expect(renderJson(turned).output).toBe(renderJson(data).output);
  });

  it("exits by the verdict", () => {
    expect(renderJson(aCleanReportData()).exitCode).toBe(0);
    expect(renderJson(aReportData()).exitCode).toBe(1);
    expect(renderJson(aSilentReportData()).exitCode).toBe(3);
  });

  it("is plain text for a terminal, and ends its last line", () => {
    const { output } = renderJson(aHostileReportData());
    expect(output).not.toMatch(ACTING_CHARACTER);
    expect(output.endsWith("}\n")).toBe(true);
  });
});

describe("toStableJson", () => {
  it("sorts keys by code unit at every depth and leaves lists in order", () => {
    expect(toStableJson({ b: [{ d: 1, c: null }, 2], a: "x", B: true }, 0)).toBe(
      '{"B":true,"a":"x","b":[{"c":null,"d":1},2]}',
    );
  });

  it("keeps a key that names the prototype", () => {
    expect(toStableJson(JSON.parse('{"b":1,"__proto__":{"x":1}}'), 0)).toBe('{"__proto__":{"x":1},"b":1}');
  });

  it("escapes what acts on a terminal or hides text, and stays the same value", () => {
    const json = toStableJson("\u009b2J\u202e\u2028\u{e0041}é", 0);
    expect(json).toBe(String.raw`"\u009b2J\u202e\u2028\udb40\udc41é"`);
    expect(JSON.parse(json)).toBe("\u009b2J\u202e\u2028\u{e0041}é");
  });
});
