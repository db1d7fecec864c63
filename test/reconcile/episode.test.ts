import { describe, expect, it } from "vitest";
import type { Observation } from "../../src/domain/observation.ts";
import type { TranslatedObservation } from "../../src/reconcile/episode.ts";
import {
  buildEpisodes,
  detailOf,
  hasWitness,
  splitEpisode,
  uniteWitnesses,
} from "../../src/reconcile/episode.ts";
import { apiEvent, listed, MINUTE, push, SECOND, scan, testTables, timeOf } from "../support/observations.ts";

const T = timeOf("10:00:00");
const { statuses } = testTables;

function sorted(observation: Observation): TranslatedObservation {
  return { observation, status: "sorted" };
}

function inTransit(observation: Observation): TranslatedObservation {
  return { observation, status: "in_transit" };
}

/** Who witnesses what: channel and seconds after {@link T}. */
function witnessesOf(side: "legacy" | "new", translated: readonly TranslatedObservation[]): string[][] {
  return uniteWitnesses(side, translated, statuses).map(({ witnesses }) =>
    witnesses.map(({ channel, at }) => `${channel} ${(at - T) / SECOND}`),
  );
}

describe("uniteWitnesses", () => {
  it("makes one observation of what both channels say, the main channel first", () => {
    expect(witnessesOf("legacy", [sorted(apiEvent("B01", T)), sorted(scan("B01", T))])).toEqual([
      ["legacy-scan 0", "legacy-api 0"],
    ]);
    expect(witnessesOf("new", [sorted(listed("sorted", T)), sorted(push("sorted", T))])).toEqual([
      ["webhook 0", "status-api 0"],
    ]);
  });

  it("allows a second and no more", () => {
    expect(
      witnessesOf("new", [sorted(push("sorted", T)), sorted(listed("sorted", T + SECOND))]),
    ).toHaveLength(1);
    expect(
      witnessesOf("new", [sorted(push("sorted", T)), sorted(listed("sorted", T + SECOND + 1))]),
    ).toHaveLength(2);
  });

  it("allows the coarser unit of the two", () => {
    const minute = sorted(scan("B01", T, { precisionMs: MINUTE }));
    expect(witnessesOf("legacy", [minute, sorted(apiEvent("B01", T + 59 * SECOND))])).toHaveLength(1);
    expect(witnessesOf("legacy", [minute, sorted(apiEvent("B01", T + 61 * SECOND))])).toHaveLength(2);
  });

  it("unites two codes that mean one status", () => {
    expect(witnessesOf("legacy", [sorted(scan("B01", T)), sorted(apiEvent("B02", T))])).toHaveLength(1);
  });

  it("does not unite different statuses", () => {
    expect(witnessesOf("legacy", [sorted(scan("B01", T)), inTransit(apiEvent("J01", T))])).toHaveLength(2);
  });

  it("does not unite what one channel says twice", () => {
    expect(witnessesOf("legacy", [sorted(scan("B01", T)), sorted(scan("B02", T))])).toHaveLength(2);
  });

  it("uses each witness once", () => {
    const three = [sorted(scan("B01", T)), sorted(scan("B02", T)), sorted(apiEvent("B01", T))];
    expect(
      witnessesOf("legacy", three)
        .map(({ length }) => length)
        .toSorted(),
    ).toEqual([1, 2]);
  });

  it("unites the nearest, not the first that fits", () => {
    const three = [
      sorted(apiEvent("B01", T)),
      sorted(apiEvent("B01", T + SECOND)),
      sorted(scan("B02", T + SECOND)),
    ];
    expect(witnessesOf("legacy", three)).toEqual([["legacy-api 0"], ["legacy-scan 1", "legacy-api 1"]]);
  });
});

describe("buildEpisodes", () => {
  const build = (translated: readonly TranslatedObservation[]) =>
    buildEpisodes("legacy", uniteWitnesses("legacy", translated, statuses), statuses).map(
      ({ status, at, observations }) => `${status} +${(at - T) / SECOND} ×${observations.length}`,
    );

  it("joins consecutive observations of one status and begins with the first", () => {
    const scans = [
      sorted(scan("B01", T)),
      sorted(scan("B02", T + MINUTE)),
      sorted(scan("B01", T + 2 * MINUTE)),
    ];
    expect(build(scans)).toEqual(["sorted +0 ×3"]);
  });

  it("begins anew after another status", () => {
    const scans = [
      sorted(scan("B01", T)),
      inTransit(scan("J01", T + MINUTE)),
      sorted(scan("B01", T + 2 * MINUTE)),
    ];
    expect(build(scans)).toEqual(["sorted +0 ×1", "in_transit +60 ×1", "sorted +120 ×1"]);
  });

  it("goes by time, then rank, then name; never by arrival", () => {
    const at = (status: string, code: string): TranslatedObservation => ({
      observation: scan(code, T),
      status,
    });
    const scans = [
      at("delivered_to_neighbour", "I02"),
      at("delivered", "I01"),
      at("in_transit", "J01"),
      sorted(scan("B01", T - SECOND)),
    ];
    expect(build(scans)).toEqual([
      "sorted +-1 ×1",
      "in_transit +0 ×1",
      "delivered +0 ×1",
      "delivered_to_neighbour +0 ×1",
    ]);
  });

  it("knows each status's rank and whether it is final", () => {
    const [episode] = buildEpisodes(
      "new",
      uniteWitnesses("new", [{ observation: push("delivered", T), status: "delivered" }], statuses),
      statuses,
    );
    expect(episode).toMatchObject({ side: "new", status: "delivered", rank: 100, final: true, at: T });
  });

  it("makes none of nothing", () => {
    expect(build([])).toEqual([]);
  });
});

describe("an episode", () => {
  const [episode] = buildEpisodes(
    "new",
    uniteWitnesses(
      "new",
      [
        sorted(push("sorted", T)),
        sorted(push("sorted", T + MINUTE, { details: { location: "webhook" } })),
        sorted(listed("sorted", T + MINUTE, { details: { location: "api", reference: "api" } })),
        sorted(push("sorted", T + 2 * MINUTE, { details: { location: "late", reference: "late" } })),
      ],
      statuses,
    ),
    statuses,
  );
  if (episode === undefined) throw new Error("no episode was built");

  it("takes a detail from the first observation that fills it, the main witness first", () => {
    expect(detailOf(episode, "location")).toBe("webhook");
    expect(detailOf(episode, "reference")).toBe("api");
    expect(detailOf(episode, "mainBarcode")).toBeNull();
  });

  it("knows its channels", () => {
    const [first, rest] = splitEpisode(episode, 1);
    expect(hasWitness(first, "webhook")).toBe(true);
    expect(hasWitness(first, "status-api")).toBe(false);
    expect(hasWitness(rest, "status-api")).toBe(true);
  });

  it("is parted before one of its observations, where the second part begins", () => {
    const [first, rest] = splitEpisode(episode, 1);
    expect([first.at, first.observations.length]).toEqual([T, 1]);
    expect([rest.at, rest.observations.length]).toEqual([T + MINUTE, 2]);
    expect(rest.status).toBe("sorted");
  });
});
