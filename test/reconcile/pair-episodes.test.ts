import { describe, expect, it } from "vitest";
import type { Observation } from "../../src/domain/observation.ts";
import { evaluate, onlyFinding, tellFindings } from "../support/evaluation.ts";
import { HOUR, MINUTE, push, SECOND, scan, timeOf } from "../support/observations.ts";

/** Legacy scans of the tests' codes: S sorted, T in transit, A accepted, at these times. */
function legacy(...told: readonly (readonly [keyof typeof CODES, string | number])[]): Observation[] {
  return told.map(([letter, at]) => scan(CODES[letter].code, at));
}

function newSide(...told: readonly (readonly [keyof typeof CODES, string | number])[]): Observation[] {
  return told.map(([letter, at]) => push(CODES[letter].status, at));
}

const CODES = {
  A: { code: "A02", status: "accepted" },
  S: { code: "B01", status: "sorted" },
  T: { code: "J01", status: "in_transit" },
  O: { code: "O01", status: "out_for_delivery" },
} as const;

describe("pairUp, where one episode is lost between two of equal status", () => {
  it("finds the one that the new side lost", () => {
    const observations = [
      ...legacy(["S", "10:00:00"], ["T", "11:00:00"], ["S", "12:00:00"]),
      ...newSide(["S", "10:00:00"], ["S", "12:00:00"]),
    ];
    expect(tellFindings(observations)).toEqual(["missing_in_new in_transit"]);
    expect(evaluate(observations).tally.new).toMatchObject({ episodes: 2, agreed: 2, lone: 0 });
  });

  it("finds the one that the legacy side lost", () => {
    const observations = [
      ...legacy(["S", "10:00:00"], ["S", "12:00:00"]),
      ...newSide(["S", "10:00:00"], ["T", "11:00:00"], ["S", "12:00:00"]),
    ];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy in_transit"]);
    expect(evaluate(observations).tally.legacy).toMatchObject({ episodes: 2, agreed: 2, lone: 0 });
  });

  it("finds it among several scans of each status", () => {
    const observations = [
      ...legacy(["S", "10:00:00"], ["S", "10:05:00"], ["S", "12:00:00"], ["S", "12:30:00"]),
      ...newSide(["S", "10:00:00"], ["T", "11:00:00"], ["S", "12:00:00"]),
    ];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy in_transit"]);
  });

  it("finds both where two are lost together", () => {
    const observations = [
      ...legacy(["S", "10:00:00"], ["T", "11:00:00"], ["O", "11:30:00"], ["S", "12:00:00"]),
      ...newSide(["S", "10:00:00"], ["S", "12:00:00"]),
    ];
    expect(tellFindings(observations)).toEqual([
      "missing_in_new in_transit",
      "missing_in_new out_for_delivery",
    ]);
  });

  it("finds both where one is lost twice", () => {
    const observations = [
      ...legacy(
        ["S", "10:00:00"],
        ["T", "11:00:00"],
        ["S", "12:00:00"],
        ["T", "13:00:00"],
        ["S", "14:00:00"],
      ),
      ...newSide(["S", "10:00:00"], ["S", "12:00:00"], ["S", "14:00:00"]),
    ];
    expect(tellFindings(observations)).toEqual(["missing_in_new in_transit", "missing_in_new in_transit"]);
  });

  it("finds the order, and only that, where it stands elsewhere on the other side", () => {
    const observations = [
      ...legacy(["S", "10:00:00"], ["T", "11:00:00"], ["S", "12:00:00"]),
      ...newSide(["T", "09:00:00"], ["S", "10:00:00"], ["S", "12:00:00"]),
    ];
    expect(tellFindings(observations)).toEqual(["order_mismatch in_transit"]);
  });

  it("finds it where all of it happens within the tolerance", () => {
    const t = timeOf("10:00:00");
    const observations = [
      ...legacy(["S", t + 119 * SECOND], ["S", t + 122 * SECOND]),
      ...newSide(["S", t], ["A", t + 120 * SECOND], ["S", t + 121 * SECOND]),
    ];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy accepted"]);
  });

  it("finds one thing where the two sides' clocks differ by more than the stages", () => {
    const t = timeOf("10:00:00");
    const observations = [
      ...legacy(["S", t + 2 * SECOND], ["S", t + 6 * SECOND]),
      ...newSide(["S", t - 28 * SECOND], ["A", t - 26 * SECOND], ["S", t - 24 * SECOND]),
    ];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy accepted"]);
  });

  it("says so where the later one of equal status is lost as well", () => {
    const observations = [
      ...legacy(["S", "10:00:00"], ["T", "11:00:00"], ["S", "12:00:00"]),
      ...newSide(["S", "10:00:00"]),
    ];
    expect(tellFindings(observations)).toEqual(["missing_in_new in_transit", "missing_in_new sorted"]);
  });

  it("does not take a further scan for an earlier episode that is lost", () => {
    const t = timeOf("10:00:00");
    const observations = [
      ...legacy(["S", t + 4 * SECOND], ["A", t + 6 * SECOND], ["A", t + 8 * SECOND]),
      ...newSide(["A", t + 2 * SECOND], ["S", t + 4 * SECOND], ["A", t + 6 * SECOND], ["A", t + 8 * SECOND]),
    ];
    expect(onlyFinding(observations)).toMatchObject({ kind: "missing_in_legacy", status: "accepted" });
  });

  it("splits at the observation nearest to the second one's time, the earlier of two as near", () => {
    const splitAt = (...seconds: readonly number[]) => {
      const noon = timeOf("12:00:00");
      const scans = seconds.map((second) => scan("B01", noon + second * SECOND));
      const told = newSide(["S", "10:00:00"], ["T", "11:00:00"], ["S", noon]);
      const { pairing } = evaluate([...legacy(["S", "10:00:00"]), ...scans, ...told]);
      return pairing.legacy.slice(1).map(({ at }) => (at - noon) / SECOND);
    };
    expect(splitAt(-50, 10, 20)).toEqual([10]);
    expect(splitAt(-20, 20)).toEqual([-20]);
  });

  it("still finds the time of the first one", () => {
    const observations = [
      ...legacy(["S", "08:00:00"], ["S", "12:00:00"]),
      ...newSide(["S", "10:00:00"], ["T", "11:00:00"], ["S", "12:00:00"]),
    ];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy in_transit", "time_mismatch sorted"]);
  });
});

/** 25 October 2026 in the Netherlands: 02:00 to 03:00 comes at 00:00 UTC and again at 01:00 UTC. */
function repeated(letter: keyof typeof CODES, minutePastTwo: number): Observation {
  const at = timeOf("2026-10-25T00:00:00Z") + minutePastTwo * MINUTE;
  return scan(CODES[letter].code, at, { laterAt: at + HOUR });
}

function autumnNew(letter: keyof typeof CODES, utc: string): Observation {
  return push(CODES[letter].status, `2026-10-25T${utc}:00Z`);
}

describe("pairUp, in the hour that the autumn clock change repeats", () => {
  const now = { now: "2026-12-01T00:00:00Z" };

  it("accepts either instant of a local time", () => {
    expect(tellFindings([repeated("S", 30), autumnNew("S", "00:30")], now)).toEqual([]);
    expect(tellFindings([repeated("S", 30), autumnNew("S", "01:30")], now)).toEqual([]);
    expect(tellFindings([repeated("S", 30), autumnNew("S", "00:32")], now)).toEqual([]);
    expect(tellFindings([repeated("S", 30), autumnNew("S", "01:28")], now)).toEqual([]);
  });

  it("accepts nothing else", () => {
    expect(tellFindings([repeated("S", 30), autumnNew("S", "01:00")], now)).toEqual(["time_mismatch sorted"]);
    expect(tellFindings([repeated("S", 30), autumnNew("S", "02:30")], now)).toEqual(["time_mismatch sorted"]);
  });

  it("dates by the earlier instant what has no equal", () => {
    const accepted = [...legacy(["A", "09:00:00"]), ...newSide(["A", "09:00:00"])];
    const finding = onlyFinding([...accepted, repeated("S", 30)], now);
    expect(finding).toMatchObject({ kind: "missing_in_new", legacyAt: timeOf("2026-10-25T00:30:00Z") });
  });

  it("dates by the later instant what agrees with it", () => {
    const scanned = { ...repeated("S", 30), details: { ...repeated("S", 30).details, location: "1" } };
    const pushed = push("sorted", "2026-10-25T01:30:00Z", { details: { location: "2" } });
    expect(onlyFinding([scanned, pushed], now)).toMatchObject({
      kind: "detail_mismatch",
      legacyAt: timeOf("2026-10-25T01:30:00Z"),
    });
  });

  it("puts the parcel's life in order again by the chosen instants", () => {
    const observations = [
      ...[repeated("S", 30), repeated("T", 10)],
      ...[autumnNew("S", "00:30"), autumnNew("T", "01:10"), autumnNew("O", "00:50")],
    ];
    expect(tellFindings(observations, now)).toEqual(["missing_in_legacy out_for_delivery"]);
    const { pairing } = evaluate(observations, now);
    expect(pairing.legacy.map(({ status }) => status)).toEqual(["sorted", "in_transit"]);
  });

  it("parts scans of one status that only the earlier readings put together", () => {
    const observations = [
      ...[repeated("S", 20), repeated("T", 50), repeated("S", 10)],
      ...[autumnNew("S", "00:20"), autumnNew("T", "00:50"), autumnNew("S", "01:10")],
    ];
    expect(tellFindings(observations, now)).toEqual([]);
  });

  it("joins scans of one status that only the earlier readings part", () => {
    const observations = [
      ...[repeated("T", 40), repeated("S", 50), repeated("S", 30)],
      ...[autumnNew("T", "00:40"), autumnNew("S", "00:50")],
    ];
    expect(tellFindings(observations, now)).toEqual([]);
  });

  it("lets every scan of an episode be an hour later", () => {
    expect(tellFindings([repeated("S", 10), repeated("S", 20), autumnNew("S", "01:10")], now)).toEqual([]);
  });

  it("lets two local times stand for one instant each", () => {
    const observations = [
      ...[repeated("S", 30), repeated("T", 40), { ...repeated("S", 30), identity: "the second scan" }],
      ...[autumnNew("S", "00:30"), autumnNew("T", "00:40"), autumnNew("S", "01:30")],
    ];
    expect(tellFindings(observations, now)).toEqual([]);
  });

  it("still finds what is lost in that hour", () => {
    const observations = [
      ...[repeated("S", 30), repeated("T", 10), repeated("O", 40)],
      ...[autumnNew("S", "00:30"), autumnNew("O", "01:40")],
    ];
    expect(tellFindings(observations, now)).toEqual(["missing_in_new in_transit"]);
  });
});
