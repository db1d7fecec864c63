import { describe, expect, it } from "vitest";
import { makeNamePattern } from "../../../src/sources/legacy-scan/name-pattern.ts";
import { timeOf } from "../../support/observations.ts";

describe("makeNamePattern", () => {
  const postnl = makeNamePattern("TT_{customer}_{yyyyMMdd}_{HHmmss}_{seq}.csv");

  it("reads the time in a name as UTC", () => {
    expect(postnl("TT_11223344_20260308_060359_002.csv")).toEqual({
      receivedAt: timeOf("2026-03-08T06:03:59Z"),
      customer: "11223344",
      sequence: null,
    });
    const dpd = makeNamePattern("SCANINFO_{customer}_D{yyyyMMdd}T{HHmmss}_{seq}");
    expect(dpd("SCANINFO_BE0000_D20250117T133125_123456")).toMatchObject({
      receivedAt: timeOf("2025-01-17T13:31:25Z"),
    });
    const ecs = makeNamePattern("{yyyyMMddHHmmss}.xml");
    expect(ecs("20260308060359.xml")).toMatchObject({ receivedAt: timeOf("2026-03-08T06:03:59Z") });
  });

  it("reads a time in the hour that some zones skip: the name's time is in none of them", () => {
    expect(postnl("TT_11223344_20260329_023000_002.csv")).toMatchObject({
      receivedAt: timeOf("2026-03-29T02:30:00Z"),
    });
  });

  it("knows names without a time", () => {
    expect(makeNamePattern("scans-{word}.csv")("scans-north.csv")).toEqual({
      receivedAt: null,
      customer: null,
      sequence: null,
    });
  });

  it.each([
    "TT_11223344_20260308_060359_002.csv.tmp",
    "xTT_11223344_20260308_060359_002.csv",
    "TT_11223344_20260308_060359_002xcsv",
    "TT_11223344_20261308_060359_002.csv",
    "TT_11223344_20260308_250359_002.csv",
    "TT_../x_20260308_060359_002.csv",
    "TT_11223344_20260308_060359_002.csv\n",
    "",
    `TT_${"1".repeat(300)}_20260308_060359_002.csv`,
  ])("does not take %j for one of them", (name) => {
    expect(postnl(name)).toBeUndefined();
  });

  it("reads the number of a file in its row of files, and keeps how wide it is written", () => {
    const running = makeNamePattern("TT_{customer}_{sequence}.csv");
    expect(running("TT_a_0099.csv")).toEqual({
      receivedAt: null,
      customer: "a",
      sequence: { number: 99, digits: 4, isDaily: false },
    });
    const daily = makeNamePattern("TT_{yyyyMMdd}_{HHmmss}_{daySequence}.csv");
    expect(daily("TT_20260308_060359_2.csv")?.sequence).toEqual({ number: 2, digits: 1, isDaily: true });
  });

  it("takes every other character of the pattern as it is", () => {
    const pattern = makeNamePattern("a+(b).c*{seq}[d]|$");
    expect(pattern("a+(b).c*7[d]|$")).toBeDefined();
    expect(pattern("aab.c7d")).toBeUndefined();
  });

  it.each([
    "{date}",
    "{yyyyMMdd}",
    "{customer}{seq}",
    "{HHmmss}_x",
    "{customer}_{customer}",
    "{sequence}_{daySequence}_{yyyyMMddHHmmss}",
    "{daySequence}_x",
  ])("knows no pattern %s", (pattern) => {
    expect(() => makeNamePattern(pattern)).toThrow(RangeError);
  });
});
