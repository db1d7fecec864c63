import { describe, expect, it } from "vitest";
import type { TimeRule } from "../../../src/sources/legacy-scan/make-time-reader.ts";
import { makeTimeReader } from "../../../src/sources/legacy-scan/make-time-reader.ts";
import { timeOf } from "../../support/observations.ts";

const RULE: TimeRule = {
  pattern: "yyyy-MM-dd HH:mm:ss[XXX]",
  zone: "Europe/Amsterdam",
  zones: { BST: "+01:00", CET: "Europe/Berlin" },
  blankDigits: false,
};
const read = makeTimeReader(RULE);
const readAt = (time: string, zone = ""): unknown => {
  const found = read(time, zone);
  return typeof found === "string" ? found : [found.reading.at, found.written];
};

describe("makeTimeReader", () => {
  it("goes by the offset, else by the zone column, else by the layout's zone", () => {
    const time = "2026-07-01 12:00:00";
    expect(readAt(time)).toEqual([timeOf("2026-07-01T10:00:00Z"), "20260701120000"]);
    expect(readAt(time, "Europe/London")).toEqual([timeOf("2026-07-01T11:00:00Z"), "20260701120000"]);
    expect(readAt(`${time}-05:00`, "Europe/London")).toEqual([
      timeOf("2026-07-01T17:00:00Z"),
      "20260701170000Z",
    ]);
  });

  it.each([
    ["UTC", "12:00"],
    ["GMT", "12:00"],
    ["Z", "12:00"],
    ["+02:00", "10:00"],
    ["-03:30", "15:30"],
    ["America/New_York", "16:00"],
    ["BST", "11:00"],
    ["CET", "10:00"],
  ])("knows the zone %s", (zone, utc) => {
    expect(readAt("2026-07-01 12:00:00", zone)).toEqual([timeOf(`2026-07-01T${utc}:00Z`), "20260701120000"]);
  });

  it.each(["CEST", "EST", "IST", "Europe/Atlantis", "+1", "+25:00", "../etc", "Europe", "europe amsterdam"])(
    "does not guess what the zone %s means",
    (zone) => {
      expect(readAt("2026-07-01 12:00:00", zone)).toBe("zone");
    },
  );

  it("says that a time with offset stands once where a wall clock stands twice", () => {
    const wall = read("2026-10-25 02:30:00", "");
    const first = read("2026-10-25 02:30:00+02:00", "");
    const second = read("2026-10-25 02:30:00+01:00", "");
    expect(wall).toMatchObject({
      reading: { at: timeOf("2026-10-25T00:30:00Z"), laterAt: timeOf("2026-10-25T01:30:00Z") },
    });
    expect(first).toEqual({
      reading: { at: timeOf("2026-10-25T00:30:00Z"), laterAt: null, nonexistentTime: false },
      written: "20261025003000Z",
    });
    expect(second).toMatchObject({ reading: { at: timeOf("2026-10-25T01:30:00Z"), laterAt: null } });
  });

  it("tells one instant in two offsets from no other, and a wall clock from every instant", () => {
    const written = (time: string): unknown => (read(time, "") as { written: string }).written;
    expect(written("2026-03-07 23:22:56+01:00")).toBe(written("2026-03-07 22:22:56Z"));
    expect(written("2026-03-07 22:22:56")).not.toBe(written("2026-03-07 22:22:56Z"));
  });

  it.each(["2026-02-30 10:00:00+01:00", "2026-02-30 10:00:00", "2026-02-10 10:60:00Z", "soon"])(
    "refuses %s, which no calendar has",
    (time) => {
      expect(readAt(time)).toBe("time");
    },
  );

  it("forgets invented zones rather than filling the memory, and reads on", () => {
    for (let n = 0; n < 1000; n += 1) expect(readAt("2026-07-01 12:00:00", `Europe/City${n}`)).toBe("zone");
    expect(readAt("2026-07-01 12:00:00", "Europe/London")).toEqual([
      timeOf("2026-07-01T11:00:00Z"),
      "20260701120000",
    ]);
  });
});
