import { describe, expect, it } from "vitest";
import { WallClock } from "../../src/sandbox/wall-clock.ts";
import { at } from "./world-options.ts";

describe("WallClock", () => {
  const dutch = new WallClock("Europe/Amsterdam");

  it.each([
    ["2026-03-07T22:22:56Z", "07-03-2026 23:22:56"],
    ["2026-03-29T00:59:59Z", "29-03-2026 01:59:59"],
    ["2026-03-29T01:00:00Z", "29-03-2026 03:00:00"],
    ["2026-10-25T00:59:59Z", "25-10-2026 02:59:59"],
    ["2026-10-25T01:00:00Z", "25-10-2026 02:00:00"],
    ["2026-10-25T02:00:00Z", "25-10-2026 03:00:00"],
    ["2026-12-31T23:00:00Z", "01-01-2027 00:00:00"],
  ])("writes %s as a Dutch scanner shows it: %s", (instant, text) => {
    expect(dutch.toDutch(at(instant))).toBe(text);
  });

  it("tells the repeated hour apart by its offset", () => {
    expect(dutch.toIso(at("2026-10-25T00:30:00Z"))).toBe("2026-10-25T02:30:00+02:00");
    expect(dutch.toIso(at("2026-10-25T01:30:00Z"))).toBe("2026-10-25T02:30:00+01:00");
  });

  it("writes milliseconds only where there are any, unless they are asked for", () => {
    expect(dutch.toIso(at("2026-06-01T10:00:00.029Z"))).toBe("2026-06-01T12:00:00.029+02:00");
    expect(dutch.toIso(at("2026-06-01T10:00:00Z"))).toBe("2026-06-01T12:00:00+02:00");
    expect(new WallClock("UTC").toIsoMs(at("2026-06-01T10:00:00.7Z"))).toBe("2026-06-01T10:00:00.700Z");
  });

  it("writes fixed offsets, also of half an hour", () => {
    expect(new WallClock("+05:30").toIso(at("2026-03-05T06:19:56Z"))).toBe("2026-03-05T11:49:56+05:30");
    expect(new WallClock("-05:00").toLocalIso(at("2026-03-05T03:19:56Z"))).toBe("2026-03-04T22:19:56");
  });
});
