import { describe, expect, it } from "vitest";
import { NO_EPISODES } from "../../src/domain/verdict.ts";
import { DEFAULT_SETTINGS } from "../../src/reconcile/settings.ts";
import { evaluate, onlyFinding, tellFindings } from "../support/evaluation.ts";
import {
  apiEvent,
  CUSTOMER,
  HOUR,
  listed,
  MINUTE,
  push,
  SECOND,
  scan,
  timeOf,
} from "../support/observations.ts";

const T = timeOf("10:00:00");

/** Both sides agree on this one; it keeps a parcel from being missing. */
const ACCEPTED = [scan("A02", "09:00:00"), push("accepted", "09:00:00")];

/** What is not said of a finding is `null`. */
const NOTHING_ELSE = {
  status: null,
  legacyStatus: null,
  newStatus: null,
  code: null,
  field: null,
  deltaSeconds: null,
};

describe("missing_in_new and missing_in_legacy", () => {
  it("names a legacy episode that stands alone", () => {
    const finding = onlyFinding([...ACCEPTED, scan("B01", T)]);
    expect(finding).toMatchObject({
      ...NOTHING_ELSE,
      kind: "missing_in_new",
      status: "sorted",
      legacyAt: T,
      newAt: null,
      severity: "high",
      state: "open",
      pendingReason: null,
      legacyEpisodes: 1,
      newEpisodes: 0,
    });
  });

  it("names a new episode that stands alone", () => {
    const finding = onlyFinding([...ACCEPTED, push("sorted", T)]);
    expect(finding).toMatchObject({
      ...NOTHING_ELSE,
      kind: "missing_in_legacy",
      status: "sorted",
      legacyAt: null,
      newAt: T,
      severity: "high",
      legacyEpisodes: 0,
      newEpisodes: 1,
    });
  });

  it("is critical where the missing status is final", () => {
    expect(onlyFinding([...ACCEPTED, scan("I01", T)]).severity).toBe("critical");
    expect(onlyFinding([...ACCEPTED, push("delivered", T)]).severity).toBe("critical");
  });

  it("is one finding for several scans of one status", () => {
    const scans = [scan("B01", "10:00:00"), scan("B02", "10:20:00"), scan("B01", "11:00:00")];
    expect(onlyFinding([...ACCEPTED, ...scans]).legacyAt).toBe(timeOf("10:00:00"));
  });

  it("is one finding where both channels of a side say it", () => {
    expect(tellFindings([...ACCEPTED, scan("B01", T), apiEvent("B01", T)])).toEqual([
      "missing_in_new sorted",
    ]);
  });

  it("stays what it is where the other side only has a notice at that moment", () => {
    const observations = [scan("N01", T), push("sorted", T)];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy sorted"]);
  });
});

describe("status_mismatch and final_conflict", () => {
  it("pairs two different statuses of the same moment", () => {
    const finding = onlyFinding([...ACCEPTED, scan("B01", T), push("in_transit", T + 30 * SECOND)]);
    expect(finding).toMatchObject({
      kind: "status_mismatch",
      status: null,
      legacyStatus: "sorted",
      newStatus: "in_transit",
      code: null,
      field: null,
      legacyAt: T,
      newAt: T + 30 * SECOND,
      severity: "high",
      legacyEpisodes: 1,
      newEpisodes: 1,
    });
  });

  it("leaves the delta to time_mismatch", () => {
    const conflict = [...ACCEPTED, scan("B01", T), push("in_transit", T + 30 * SECOND)];
    expect(onlyFinding(conflict).deltaSeconds).toBeNull();
  });

  it("is a final conflict where the legacy status is final", () => {
    const finding = onlyFinding([...ACCEPTED, scan("I01", T), push("in_transit", T)]);
    expect(finding).toMatchObject({
      kind: "final_conflict",
      severity: "critical",
      legacyStatus: "delivered",
    });
  });

  it("is a final conflict where the new status is final", () => {
    const finding = onlyFinding([...ACCEPTED, scan("B01", T), push("delivered", T)]);
    expect(finding).toMatchObject({ kind: "final_conflict", severity: "critical", newStatus: "delivered" });
  });

  it("is a final conflict where both are final and differ", () => {
    const observations = [...ACCEPTED, scan("I01", T), push("delivered_to_neighbour", T)];
    expect(tellFindings(observations)).toEqual(["final_conflict delivered>delivered_to_neighbour"]);
  });

  it("pairs at the tolerance and not beyond", () => {
    const at = (seconds: number) =>
      tellFindings([...ACCEPTED, scan("B01", T), push("in_transit", T + seconds * SECOND)]);
    expect(at(120)).toEqual(["status_mismatch sorted>in_transit"]);
    expect(at(121)).toEqual(["missing_in_legacy in_transit", "missing_in_new sorted"]);
  });

  it("leaves agreed episodes out: an exact anchor comes before a conflict", () => {
    const observations = [scan("B01", T), push("sorted", T + 100 * SECOND), push("in_transit", T)];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy in_transit"]);
  });

  it("comes before the same status at another moment", () => {
    const observations = [scan("B01", T), push("in_transit", T), push("sorted", T + HOUR)];
    expect(tellFindings(observations)).toEqual([
      "missing_in_legacy sorted",
      "status_mismatch sorted>in_transit",
    ]);
  });
});

describe("time_mismatch", () => {
  it("says by how much the new side is later", () => {
    const finding = onlyFinding([...ACCEPTED, scan("B01", T), push("sorted", T + 3 * HOUR)]);
    expect(finding).toMatchObject({
      ...NOTHING_ELSE,
      kind: "time_mismatch",
      status: "sorted",
      deltaSeconds: 10_800,
      severity: "medium",
      legacyAt: T,
      newAt: T + 3 * HOUR,
      legacyEpisodes: 1,
      newEpisodes: 1,
    });
  });

  it("says with a minus by how much the new side is earlier", () => {
    expect(onlyFinding([...ACCEPTED, scan("B01", "12:00:00"), push("sorted", T)]).deltaSeconds).toBe(-7200);
  });

  it("begins one second past the tolerance", () => {
    const at = (seconds: number) => tellFindings([scan("B01", T), push("sorted", T + seconds * SECOND)]);
    expect(at(119)).toEqual([]);
    expect(at(120)).toEqual([]);
    expect(at(-120)).toEqual([]);
    expect(at(121)).toEqual(["time_mismatch sorted"]);
    expect(at(-121)).toEqual(["time_mismatch sorted"]);
  });

  it("does not count fractions of a second at the tolerance", () => {
    expect(tellFindings([scan("B01", T), push("sorted", T + 120_999)])).toEqual([]);
    expect(tellFindings([scan("B01", T), push("sorted", T + 121_000)])).toEqual(["time_mismatch sorted"]);
    expect(tellFindings([scan("B01", T), push("sorted", T - 120_000)])).toEqual([]);
    expect(tellFindings([scan("B01", T), push("sorted", T - 120_001)])).toEqual(["time_mismatch sorted"]);
  });

  it("does not count seconds where the legacy side writes minutes", () => {
    const scans = [scan("B01", T, { precisionMs: MINUTE })];
    expect(tellFindings([...scans, push("sorted", "10:02:59")])).toEqual([]);
    expect(tellFindings([...scans, push("sorted", "10:03:00")])).toEqual(["time_mismatch sorted"]);
  });

  it("reaches as far as the longest wait", () => {
    const at = (after: number) => tellFindings([...ACCEPTED, scan("B01", T), push("sorted", T + after)]);
    expect(at(72 * HOUR)).toEqual(["time_mismatch sorted"]);
    expect(at(72 * HOUR + SECOND)).toEqual(["missing_in_legacy sorted", "missing_in_new sorted"]);
  });
});

describe("order_mismatch", () => {
  it("is the same status at another moment, on the other side of an agreed pair", () => {
    const finding = onlyFinding([
      ...[scan("B01", "10:00:00"), scan("J01", "11:00:00")],
      ...[push("in_transit", "11:00:00"), push("sorted", "12:00:00")],
    ]);
    expect(finding).toMatchObject({
      kind: "order_mismatch",
      status: "sorted",
      severity: "medium",
      legacyEpisodes: 1,
      newEpisodes: 1,
    });
  });

  it("is a time mismatch as long as the order is kept", () => {
    const observations = [
      ...[scan("B01", "10:00:00"), scan("J01", "13:00:00")],
      ...[push("sorted", "12:00:00"), push("in_transit", "13:00:00")],
    ];
    expect(tellFindings(observations)).toEqual(["time_mismatch sorted"]);
  });

  it("is a time mismatch where the new times are equal: equal times state no order", () => {
    const observations = [
      ...[scan("J01", "11:00:00"), scan("B01", "12:00:00")],
      ...[push("sorted", "11:00:00"), push("in_transit", "11:00:00")],
    ];
    expect(tellFindings(observations)).toEqual(["time_mismatch sorted"]);
  });

  it("is not made by two moved pairs that cross each other", () => {
    const observations = [
      ...[scan("B01", "10:00:00"), scan("J01", "11:00:00")],
      ...[push("in_transit", "14:00:00"), push("sorted", "15:00:00")],
    ];
    expect(tellFindings(observations)).toEqual(["time_mismatch in_transit", "time_mismatch sorted"]);
  });
});

describe("status_after_final", () => {
  const DELIVERED = [scan("I01", "12:00:00"), push("delivered", "12:00:00")];

  it("takes the place of missing_in_legacy after a final status of the new side", () => {
    const finding = onlyFinding([...ACCEPTED, ...DELIVERED, push("sorted", "13:00:00")]);
    expect(finding).toMatchObject({
      ...NOTHING_ELSE,
      kind: "status_after_final",
      status: "sorted",
      severity: "high",
      newEpisodes: 1,
      legacyEpisodes: 0,
    });
  });

  it("looks past what stands in between", () => {
    const returning = [scan("H01", "13:00:00"), push("returning", "13:00:00")];
    const observations = [...DELIVERED, ...returning, push("sorted", "14:00:00")];
    expect(tellFindings(observations)).toEqual(["status_after_final sorted"]);
  });

  it("counts a second final status too", () => {
    const observations = [...DELIVERED, push("delivered_to_neighbour", "13:00:00")];
    expect(tellFindings(observations)).toEqual(["status_after_final delivered_to_neighbour"]);
  });

  it.each(["returning", "returned", "lost", "damaged"])("leaves %s be: it may follow", (status) => {
    const observations = [...DELIVERED, push(status, "13:00:00")];
    expect(tellFindings(observations)).toEqual([`missing_in_legacy ${status}`]);
  });

  it("does not look ahead", () => {
    const observations = [...DELIVERED, push("sorted", "11:00:00")];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy sorted"]);
  });

  it("looks at its own side only", () => {
    const observations = [...ACCEPTED, scan("I01", "12:00:00"), push("sorted", "13:00:00")];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy sorted", "missing_in_new delivered"]);
  });

  it("is for the new side: a legacy episode after a final one is missing", () => {
    const observations = [...DELIVERED, scan("B01", "13:00:00")];
    expect(tellFindings(observations)).toEqual(["missing_in_new sorted"]);
  });
});

describe("parcel_missing_in_new and parcel_missing_in_legacy", () => {
  it("is one finding for all episodes of a parcel that the new side never mentions", () => {
    const finding = onlyFinding([scan("A02", "09:00:00"), scan("B01", "10:00:00"), scan("I01", "11:00:00")]);
    expect(finding).toMatchObject({
      ...NOTHING_ELSE,
      kind: "parcel_missing_in_new",
      severity: "critical",
      legacyEpisodes: 3,
      newEpisodes: 0,
    });
  });

  it("is one finding for all episodes of a parcel that the legacy side never mentions", () => {
    const observations = [
      push("accepted", "09:00:00"),
      push("delivered", "11:00:00"),
      push("sorted", "12:00:00"),
    ];
    expect(tellFindings(observations)).toEqual(["parcel_missing_in_legacy"]);
    expect(evaluate(observations).tally).toEqual({
      legacy: NO_EPISODES,
      new: { ...NO_EPISODES, episodes: 3, lone: 3 },
    });
  });

  it("opens when the first of its episodes would", () => {
    const observations = [scan("A02", T), scan("B01", T + 5 * HOUR)];
    expect(onlyFinding(observations, { now: T + 2 * HOUR - 1 })).toMatchObject({
      state: "pending",
      pendingReason: "not_settled",
      settlesAt: T + 2 * HOUR,
    });
    expect(onlyFinding(observations, { now: T + 2 * HOUR }).state).toBe("open");
  });

  it("is not raised where the other side has so much as a notice", () => {
    const observations = [scan("N01", "08:00:00"), push("accepted", "09:00:00"), push("sorted", T)];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy accepted", "missing_in_legacy sorted"]);
  });

  it("is not raised where the other side has a code that nobody knows", () => {
    const observations = [scan("A02", "09:00:00"), push("teleported", T)];
    expect(tellFindings(observations)).toEqual(["missing_in_new accepted", "unknown_status teleported"]);
  });

  it("is not raised for a parcel of notices only", () => {
    expect(tellFindings([scan("N01", T)])).toEqual([]);
  });
});

describe("unmapped_code", () => {
  it("is raised once per parcel and code, at once", () => {
    const observations = [...ACCEPTED, scan("X01", T), scan("X01", "11:00:00"), apiEvent("X01", "12:00:00")];
    expect(onlyFinding(observations, { now: T })).toMatchObject({
      ...NOTHING_ELSE,
      kind: "unmapped_code",
      code: "X01",
      severity: "medium",
      state: "open",
      pendingReason: null,
      legacyEpisodes: 0,
      newEpisodes: 0,
    });
  });

  it("is raised for each code", () => {
    const observations = [...ACCEPTED, scan("X01", T), scan("X02", T)];
    expect(tellFindings(observations)).toEqual(["unmapped_code X01", "unmapped_code X02"]);
  });

  it("explains a lone new episode within the tolerance: one cause, one finding", () => {
    const observations = [...ACCEPTED, scan("X01", T), push("sorted", T + 120 * SECOND)];
    const finding = onlyFinding(observations);
    expect(finding).toMatchObject({ kind: "unmapped_code", evidence: { newStatus: "sorted" } });
    expect(evaluate(observations).tally.new).toEqual({
      ...NO_EPISODES,
      episodes: 2,
      agreed: 1,
      explained: 1,
    });
  });

  it("explains nothing beyond the tolerance", () => {
    const observations = [...ACCEPTED, scan("X01", T), push("sorted", T + 121 * SECOND)];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy sorted", "unmapped_code X01"]);
  });

  it("explains within the unit in which the legacy side writes, as pairs are made in it", () => {
    const rows = [scan("A02", "09:00:00", { precisionMs: MINUTE }), scan("X01", T, { precisionMs: MINUTE })];
    const observations = [...rows, push("accepted", "09:00:00"), push("sorted", "10:02:59")];
    expect(tellFindings(observations)).toEqual(["unmapped_code X01"]);
  });

  it("explains the nearest lone episode only", () => {
    const observations = [
      ...ACCEPTED,
      scan("X01", T),
      push("sorted", T + 30 * SECOND),
      push("in_transit", T + 60 * SECOND),
    ];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy in_transit", "unmapped_code X01"]);
  });

  it("explains one episode where both channels report the one sighting", () => {
    const sightings = [scan("X01", T), apiEvent("X01", T)];
    const observations = [...ACCEPTED, ...sightings, push("sorted", T), push("in_transit", T + 60 * SECOND)];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy in_transit", "unmapped_code X01"]);
  });

  it("explains one episode where the channels report the one sighting in minutes and in seconds", () => {
    const sightings = [scan("X01", T, { precisionMs: MINUTE }), apiEvent("X01", T + 37 * SECOND)];
    const observations = [...ACCEPTED, ...sightings, push("sorted", T), push("in_transit", T + 60 * SECOND)];
    expect(tellFindings(observations)).toEqual(["missing_in_legacy in_transit", "unmapped_code X01"]);
  });

  it("explains an episode at each of its sightings", () => {
    const sightings = [scan("X01", T), scan("X01", T + HOUR)];
    const observations = [...ACCEPTED, ...sightings, push("sorted", T), push("in_transit", T + HOUR)];
    expect(tellFindings(observations)).toEqual(["unmapped_code X01"]);
  });

  it("comes after the same status at another moment", () => {
    const observations = [...ACCEPTED, scan("X01", T), push("sorted", T), scan("B01", T + 4 * HOUR)];
    expect(tellFindings(observations)).toEqual(["time_mismatch sorted", "unmapped_code X01"]);
  });

  it("never explains a legacy episode", () => {
    const observations = [...ACCEPTED, scan("X01", T), scan("B01", T)];
    expect(tellFindings(observations)).toEqual(["missing_in_new sorted", "unmapped_code X01"]);
  });

  it("explains at either instant of a repeated local time", () => {
    const repeated = scan("X01", "2026-10-25T00:30:00Z", { laterAt: "2026-10-25T01:30:00Z" });
    const observations = [...ACCEPTED, repeated, push("sorted", "2026-10-25T01:30:00Z")];
    expect(tellFindings(observations, { now: "2026-12-01T00:00:00Z" })).toEqual(["unmapped_code X01"]);
  });

  it("does not part an episode", () => {
    const scans = [scan("B01", "10:00:00"), scan("X01", "10:30:00"), scan("B01", "11:00:00")];
    expect(tellFindings([...scans, push("sorted", "10:00:00")])).toEqual(["unmapped_code X01"]);
  });
});

describe("unknown_status", () => {
  it("is raised once per parcel and wire code, at once", () => {
    const observations = [
      ...ACCEPTED,
      push("teleported", T),
      listed("teleported", T),
      push("teleported", "12:00:00"),
    ];
    expect(onlyFinding(observations, { now: T })).toMatchObject({
      ...NOTHING_ELSE,
      kind: "unknown_status",
      code: "teleported",
      severity: "high",
      state: "open",
    });
  });

  it("explains a lone legacy episode within the tolerance", () => {
    const observations = [...ACCEPTED, scan("B01", T), push("teleported", T - 120 * SECOND)];
    expect(onlyFinding(observations)).toMatchObject({
      kind: "unknown_status",
      evidence: { legacyStatus: "sorted" },
    });
    expect(evaluate(observations).tally.legacy).toEqual({
      ...NO_EPISODES,
      episodes: 2,
      agreed: 1,
      explained: 1,
    });
  });

  it("explains nothing beyond the tolerance", () => {
    const observations = [...ACCEPTED, scan("B01", T), push("teleported", T - 121 * SECOND)];
    expect(tellFindings(observations)).toEqual(["missing_in_new sorted", "unknown_status teleported"]);
  });

  it("explains one episode where both channels report it, fractions of a second apart", () => {
    const sightings = [push("teleported", T), listed("teleported", T + 999)];
    const observations = [...ACCEPTED, ...sightings, scan("B01", T), scan("J01", T + 60 * SECOND)];
    expect(tellFindings(observations)).toEqual(["missing_in_new in_transit", "unknown_status teleported"]);
  });

  it("explains the lone episode between two of equal status", () => {
    const observations = [
      ...[scan("B01", "10:00:00"), scan("J01", "11:00:00"), scan("B01", "12:00:00")],
      ...[push("sorted", "10:00:00"), push("beamed", "11:00:00"), push("sorted", "12:00:00")],
    ];
    expect(tellFindings(observations)).toEqual(["unknown_status beamed"]);
  });
});

describe("push_missed", () => {
  const IN_USE = new Map([[CUSTOMER, { firstAt: T, lastAt: T + HOUR }]]);
  const details = { customerNumber: CUSTOMER };
  const unpushed = (at: number) => [
    ...[scan("A02", "09:00:00"), push("accepted", "09:00:00", { details })],
    ...[scan("B01", at), listed("sorted", at, { details })],
  ];

  it("is what the status API reports and the webhook never pushed", () => {
    expect(onlyFinding(unpushed(T), { deliveries: IN_USE })).toMatchObject({
      ...NOTHING_ELSE,
      kind: "push_missed",
      status: "sorted",
      severity: "medium",
      state: "open",
      newAt: T,
      legacyEpisodes: 0,
      newEpisodes: 0,
    });
  });

  it("is raised from the customer's first delivery to the last, both included", () => {
    const at = (time: number) => tellFindings(unpushed(time), { deliveries: IN_USE });
    expect(at(T - 1)).toEqual([]);
    expect(at(T)).toEqual(["push_missed sorted"]);
    expect(at(T + HOUR)).toEqual(["push_missed sorted"]);
    expect(at(T + HOUR + 1)).toEqual([]);
  });

  it("goes by the configured use where there is one", () => {
    const settings = { webhookInUse: { [CUSTOMER]: { firstAt: T + 2 * HOUR, lastAt: T + 3 * HOUR } } };
    const at = (time: number) => tellFindings(unpushed(time), { deliveries: IN_USE, settings });
    expect(at(T)).toEqual([]);
    expect(at(T + 2 * HOUR)).toEqual(["push_missed sorted"]);
  });

  it("goes by the deliveries of this customer", () => {
    const another = new Map([["99999999", { firstAt: T, lastAt: T + HOUR }]]);
    expect(tellFindings(unpushed(T), { deliveries: another })).toEqual([]);
    expect(tellFindings(unpushed(T))).toEqual([]);
  });

  it("waits for the new side's settling time", () => {
    expect(onlyFinding(unpushed(T), { deliveries: IN_USE, now: T + 2 * HOUR - 1 })).toMatchObject({
      state: "pending",
      pendingReason: "not_settled",
      settlesAt: T + 2 * HOUR,
    });
    expect(onlyFinding(unpushed(T), { deliveries: IN_USE, now: T + 2 * HOUR }).state).toBe("open");
  });

  it("is none where the webhook pushed any observation of the episode", () => {
    const observations = [...unpushed(T), push("sorted", T + 10 * MINUTE, { details })];
    expect(tellFindings(observations, { deliveries: IN_USE })).toEqual([]);
  });

  it("stands beside a missing status: two things went wrong", () => {
    const observations = unpushed(T).filter(({ code }) => code !== "B01");
    expect(tellFindings(observations, { deliveries: IN_USE })).toEqual([
      "missing_in_legacy sorted",
      "push_missed sorted",
    ]);
  });

  it("says on a fresh evaluation that more deliveries could make one", () => {
    expect(evaluate(unpushed(T + 2 * HOUR), { deliveries: IN_USE }).awaitsDeliveries).toBe(true);
    expect(evaluate(unpushed(T), { deliveries: IN_USE }).awaitsDeliveries).toBe(false);
    expect(evaluate(ACCEPTED, { deliveries: IN_USE }).awaitsDeliveries).toBe(false);
  });
});

describe("pull_missed", () => {
  const PUSHED = [scan("B01", T), push("sorted", T)];
  const SETTLED = T + 2 * HOUR;

  it("is what the webhook pushed and the latest reply leaves out, fetched when the new side had settled", () => {
    expect(onlyFinding(PUSHED, { listedAt: SETTLED })).toMatchObject({
      ...NOTHING_ELSE,
      kind: "pull_missed",
      status: "sorted",
      severity: "medium",
      state: "open",
      newAt: T,
      legacyEpisodes: 0,
      newEpisodes: 0,
    });
  });

  it("is none as long as the latest reply is younger than that", () => {
    expect(tellFindings(PUSHED, { listedAt: SETTLED - 1 })).toEqual([]);
  });

  it("is none where no reply ever listed the parcel", () => {
    expect(tellFindings(PUSHED)).toEqual([]);
  });

  it("is none where the latest reply lists it", () => {
    const observations = [...PUSHED, listed("sorted", T, { lastListedAt: SETTLED })];
    expect(tellFindings(observations, { listedAt: SETTLED })).toEqual([]);
  });

  it("is raised where only an older reply listed it", () => {
    const observations = [...PUSHED, listed("sorted", T, { lastListedAt: SETTLED })];
    expect(tellFindings(observations, { listedAt: SETTLED + HOUR })).toEqual(["pull_missed sorted"]);
  });

  it("is none where the latest reply lists any observation of the episode", () => {
    const observations = [...PUSHED, listed("sorted", T + 10 * MINUTE, { lastListedAt: SETTLED })];
    expect(tellFindings(observations, { listedAt: SETTLED })).toEqual([]);
  });

  it("is none for what was never pushed", () => {
    const observations = [scan("B01", T), listed("sorted", T, { lastListedAt: SETTLED })];
    expect(tellFindings(observations, { listedAt: SETTLED + HOUR })).toEqual([]);
  });
});

describe("duplicate_push", () => {
  const told = (...pushes: ReturnType<typeof push>[]) => tellFindings([scan("B01", T), ...pushes]);

  it("is the same status and timestamp under two event ids", () => {
    const finding = onlyFinding([
      scan("B01", T),
      push("sorted", T, { identity: "event 1" }),
      push("sorted", T, { identity: "event 2" }),
    ]);
    expect(finding).toMatchObject({
      ...NOTHING_ELSE,
      kind: "duplicate_push",
      status: "sorted",
      severity: "low",
      state: "open",
      legacyEpisodes: 0,
      newEpisodes: 0,
    });
  });

  it("allows a second of difference and no more", () => {
    expect(told(push("sorted", T), push("sorted", T + SECOND))).toEqual(["duplicate_push sorted"]);
    expect(told(push("sorted", T), push("sorted", T + SECOND + 1))).toEqual([]);
  });

  it("is one finding for three of them", () => {
    const three = [push("sorted", T), push("sorted", T + 1), push("sorted", T + 2)];
    expect(told(...three)).toEqual(["duplicate_push sorted"]);
  });

  it("is one finding each where it happens twice", () => {
    const twice = [T, T + 1, T + HOUR, T + HOUR + 1].map((at) => push("sorted", at));
    expect(told(...twice)).toEqual(["duplicate_push sorted", "duplicate_push sorted"]);
  });

  it("is none for another status at that moment", () => {
    const observations = [scan("B01", T), scan("J01", T), push("sorted", T), push("in_transit", T)];
    expect(tellFindings(observations)).toEqual([]);
  });

  it("is none where the status API repeats what the webhook said", () => {
    expect(told(push("sorted", T), listed("sorted", T))).toEqual([]);
  });
});

describe("detail_mismatch", () => {
  it.each(["reference", "customerNumber", "customerCode", "mainBarcode", "location"] as const)(
    "is an agreed pair whose %s differs, open at once",
    (field) => {
      const finding = onlyFinding(
        [scan("B01", T, { details: { [field]: "1" } }), push("sorted", T, { details: { [field]: "2" } })],
        { now: T },
      );
      expect(finding).toMatchObject({
        ...NOTHING_ELSE,
        kind: "detail_mismatch",
        status: "sorted",
        field,
        severity: "low",
        state: "open",
        legacyAt: T,
        newAt: T,
        legacyEpisodes: 0,
        newEpisodes: 0,
      });
    },
  );

  it("is one finding per field", () => {
    const observations = [
      scan("B01", T, { details: { reference: "1", location: "1" } }),
      push("sorted", T, { details: { reference: "2", location: "2" } }),
    ];
    expect(tellFindings(observations)).toEqual([
      "detail_mismatch sorted/location",
      "detail_mismatch sorted/reference",
    ]);
  });

  it("does not compare the product code", () => {
    const observations = [
      scan("B01", T, { details: { productCode: "3085" } }),
      push("sorted", T, { details: { productCode: "3089" } }),
    ];
    expect(tellFindings(observations)).toEqual([]);
  });

  it("is none where one side leaves the detail empty", () => {
    expect(tellFindings([scan("B01", T, { details: { reference: "1" } }), push("sorted", T)])).toEqual([]);
    expect(tellFindings([scan("B01", T), push("sorted", T, { details: { reference: "2" } })])).toEqual([]);
  });

  it("lets the first observation that fills it speak for its side", () => {
    const scans = [
      scan("B01", T),
      scan("B01", T + MINUTE, { details: { location: "1" } }),
      scan("B01", T + 2 * MINUTE, { details: { location: "2" } }),
    ];
    expect(tellFindings([...scans, push("sorted", T, { details: { location: "1" } })])).toEqual([]);
    expect(tellFindings([...scans, push("sorted", T, { details: { location: "2" } })])).toEqual([
      "detail_mismatch sorted/location",
    ]);
  });

  it("lets the main channel speak where both witness one thing", () => {
    const scans = [
      scan("B01", T, { details: { location: "1" } }),
      apiEvent("B01", T, { details: { location: "2", reference: "3" } }),
    ];
    expect(
      tellFindings([...scans, push("sorted", T, { details: { location: "1", reference: "3" } })]),
    ).toEqual([]);
  });

  it("is raised on agreed pairs only", () => {
    const observations = [
      ...ACCEPTED,
      scan("B01", T, { details: { location: "1" } }),
      push("in_transit", T, { details: { location: "2" } }),
    ];
    expect(tellFindings(observations)).toEqual(["status_mismatch sorted>in_transit"]);
  });
});

describe("when a finding counts", () => {
  const LONE_LEGACY = [...ACCEPTED, scan("B01", T)];
  const LONE_NEW = [...ACCEPTED, push("sorted", T)];
  const PAIR = [...ACCEPTED, scan("B01", T), push("in_transit", T)];

  it("waits two hours for the new side to say what the legacy side said", () => {
    expect(onlyFinding(LONE_LEGACY, { now: T + 2 * HOUR - 1 })).toMatchObject({
      state: "pending",
      pendingReason: "not_settled",
      settlesAt: T + 2 * HOUR,
    });
    expect(onlyFinding(LONE_LEGACY, { now: T + 2 * HOUR })).toMatchObject({
      state: "open",
      pendingReason: null,
    });
  });

  it("waits twelve hours for the legacy side to say what the new side said", () => {
    expect(onlyFinding(LONE_NEW, { now: T + 12 * HOUR - 1 })).toMatchObject({
      state: "pending",
      pendingReason: "not_settled",
      settlesAt: T + 12 * HOUR,
    });
    expect(onlyFinding(LONE_NEW, { now: T + 12 * HOUR }).state).toBe("open");
  });

  it("opens where the other side's watermark is exactly there", () => {
    expect(onlyFinding(LONE_LEGACY, { now: T + 3 * HOUR, new: T + 2 * HOUR }).state).toBe("open");
    expect(onlyFinding(LONE_NEW, { now: T + 13 * HOUR, legacy: T + 12 * HOUR }).state).toBe("open");
  });

  it("holds it back as feed_silent where the watermark lacks one millisecond", () => {
    expect(onlyFinding(LONE_LEGACY, { now: T + 3 * HOUR, new: T + 2 * HOUR - 1 })).toMatchObject({
      state: "pending",
      pendingReason: "feed_silent",
      settlesAt: T + 72 * HOUR,
    });
    expect(onlyFinding(LONE_NEW, { now: T + 13 * HOUR, legacy: T + 12 * HOUR - 1 }).pendingReason).toBe(
      "feed_silent",
    );
  });

  it("holds it back as feed_silent where the other side never spoke", () => {
    expect(onlyFinding(LONE_LEGACY, { now: T + 3 * HOUR, new: null }).pendingReason).toBe("feed_silent");
  });

  it("looks at the other side's watermark, not at its own", () => {
    expect(onlyFinding(LONE_LEGACY, { now: T + 3 * HOUR, legacy: null }).state).toBe("open");
    expect(onlyFinding(LONE_NEW, { now: T + 13 * HOUR, new: null }).state).toBe("open");
  });

  it("opens after the longest wait, however silent the feed", () => {
    expect(onlyFinding(LONE_LEGACY, { now: T + 72 * HOUR - 1, new: null }).state).toBe("pending");
    expect(onlyFinding(LONE_LEGACY, { now: T + 72 * HOUR, new: null })).toMatchObject({
      state: "open",
      pendingReason: null,
    });
  });

  it("waits for both episodes of a pair", () => {
    expect(onlyFinding(PAIR, { now: T + 2 * HOUR })).toMatchObject({
      state: "pending",
      pendingReason: "not_settled",
      settlesAt: T + 12 * HOUR,
    });
    expect(onlyFinding(PAIR, { now: T + 12 * HOUR }).state).toBe("open");
  });

  it("waits for both watermarks of a pair", () => {
    const wish = { now: T + 12 * HOUR, new: T + 2 * HOUR, legacy: T + 12 * HOUR };
    expect(onlyFinding(PAIR, wish).state).toBe("open");
    expect(onlyFinding(PAIR, { ...wish, new: T + 2 * HOUR - 1 }).pendingReason).toBe("feed_silent");
    expect(onlyFinding(PAIR, { ...wish, legacy: T + 12 * HOUR - 1 }).pendingReason).toBe("feed_silent");
  });

  it("waits for the later moment of a pair that lies apart", () => {
    const moved = [...ACCEPTED, scan("B01", T), push("sorted", T + 5 * HOUR)];
    expect(onlyFinding(moved, { now: T + 17 * HOUR - 1 })).toMatchObject({
      kind: "time_mismatch",
      state: "pending",
      settlesAt: T + 17 * HOUR,
    });
    expect(onlyFinding(moved, { now: T + 17 * HOUR }).state).toBe("open");
  });

  it("does not call a pair's feed silent while time lacks as well", () => {
    expect(onlyFinding(PAIR, { now: T + 3 * HOUR, new: null })).toMatchObject({
      pendingReason: "not_settled",
      settlesAt: T + 12 * HOUR,
    });
  });

  it("goes by the settings", () => {
    const settings = { settleMs: { ...DEFAULT_SETTINGS.settleMs, new: HOUR }, maxWaitMs: 2 * HOUR };
    expect(onlyFinding(LONE_LEGACY, { settings, now: T + HOUR - 1 }).pendingReason).toBe("not_settled");
    expect(onlyFinding(LONE_LEGACY, { settings, now: T + HOUR }).state).toBe("open");
    expect(onlyFinding(LONE_LEGACY, { settings, now: T + 2 * HOUR - 1, new: null }).pendingReason).toBe(
      "feed_silent",
    );
    expect(onlyFinding(LONE_LEGACY, { settings, now: T + 2 * HOUR, new: null }).state).toBe("open");
  });
});

describe("never a finding", () => {
  it("is arrival out of order", () => {
    const observations = [
      ...[
        scan("B01", "10:00:00", { receivedAt: "15:00:00" }),
        scan("J01", "11:00:00", { receivedAt: "12:00:00" }),
      ],
      ...[push("in_transit", "11:00:00", { receivedAt: "11:01:00" })],
      ...[push("sorted", "10:00:00", { receivedAt: "11:02:00" })],
    ];
    expect(tellFindings(observations)).toEqual([]);
  });

  it("is a notice, nor several scans of one status", () => {
    const scans = [
      scan("B01", "10:00:00"),
      scan("N01", "10:10:00"),
      scan("B02", "10:20:00"),
      scan("B01", "10:30:00"),
    ];
    expect(tellFindings([...scans, push("sorted", "10:00:00")])).toEqual([]);
  });

  it("is a corrected scan row", () => {
    const rows = [
      scan("B01", T, { details: { location: "1" } }),
      scan("B01", T, { details: { location: "2" } }),
    ];
    expect(tellFindings([...rows, push("sorted", T)])).toEqual([]);
  });

  it("is a status reported again on the new side", () => {
    expect(tellFindings([scan("B01", T), push("sorted", T), push("sorted", T + HOUR)])).toEqual([]);
  });

  it("is the status API repeating what the webhook said, a fraction of a second apart", () => {
    const observations = [
      scan("B01", T),
      push("sorted", T + 999),
      listed("sorted", T, { precisionMs: SECOND }),
    ];
    expect(tellFindings(observations)).toEqual([]);
  });

  it("is two statuses of one second that both sides order by rank", () => {
    const observations = [scan("J01", T), scan("B01", T), push("sorted", T), push("in_transit", T)];
    expect(tellFindings(observations)).toEqual([]);
  });
});

describe("evidence", () => {
  it("flags a local time that exists twice, and one that does not exist", () => {
    const repeated = scan("B01", "2026-10-25T00:30:00Z", { laterAt: "2026-10-25T01:30:00Z" });
    const skipped = scan("J01", "2026-03-29T01:30:00Z", { nonexistentTime: true });
    const { findings } = evaluate([...ACCEPTED, repeated, skipped], { now: "2026-12-01T00:00:00Z" });
    const evidenceOf = (status: string) =>
      JSON.stringify(findings.find((finding) => finding.status === status)?.evidence);
    expect(evidenceOf("sorted")).toContain('"ambiguousTime":true');
    expect(evidenceOf("sorted")).not.toContain("nonexistentTime");
    expect(evidenceOf("in_transit")).toContain('"nonexistentTime":true');
    expect(evidenceOf("in_transit")).not.toContain("ambiguousTime");
  });

  it("names the intake and the line", () => {
    const row = scan("B01", T, { intake: "f".repeat(64), line: 17 });
    const { evidence } = onlyFinding([...ACCEPTED, row]);
    expect(JSON.stringify(evidence)).toContain(`"intake":"${"f".repeat(64)}","line":17`);
  });
});

describe("ids", () => {
  const idOf = (...observations: Parameters<typeof onlyFinding>[0]) =>
    onlyFinding([...ACCEPTED, ...observations]).id;

  it("stay the same when other things arrive", () => {
    const { findings } = evaluate([...ACCEPTED, scan("B01", T), scan("I01", "12:00:00")]);
    expect(findings.find(({ status }) => status === "sorted")?.id).toBe(idOf(scan("B01", T)));
  });

  it("are made of the UTC second, the status and the side", () => {
    expect(idOf(push("sorted", T + 999))).toBe(idOf(push("sorted", T)));
    expect(idOf(push("sorted", T + SECOND))).not.toBe(idOf(push("sorted", T)));
    expect(idOf(push("in_transit", T))).not.toBe(idOf(push("sorted", T)));
    expect(idOf(scan("B01", T))).not.toBe(idOf(push("sorted", T)));
  });

  it("of a pair are made of the legacy time", () => {
    const moved = (after: number) => idOf(scan("B01", T), push("sorted", T + after));
    expect(moved(HOUR)).toBe(moved(2 * HOUR));
  });

  it("of a code do not depend on when it was seen", () => {
    expect(idOf(scan("X01", T))).toBe(idOf(scan("X01", T + HOUR)));
    expect(idOf(scan("X01", T))).not.toBe(idOf(scan("X02", T)));
  });

  it("of a missing parcel do not depend on what is known of it", () => {
    const id = onlyFinding([scan("B01", T)]).id;
    expect(onlyFinding([scan("A02", "09:00:00"), scan("B01", T)]).id).toBe(id);
  });
});
