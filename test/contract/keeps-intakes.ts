import { describe, expect, it } from "vitest";
import type { NewIntake } from "../../src/store/intake-access.ts";
import { anIntake, hashOf } from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { T, useStore } from "./store-under-test.ts";

/** Intakes and their arrivals. */
export function keepsIntakes(openStore: OpenStore): void {
  describe("intakes", () => {
    const kit = useStore(openStore);
    const { write } = kit;
    const arrival = (
      hash: string,
      name: string,
      receivedAt: number | null,
      httpStatus: number | null = null,
    ) => ({ hash, channel: "webhook", name, receivedAt, httpStatus }) as const;

    /** Those of the intakes that are known, by their hash; asking keeps the others. */
    const knownOf = (...intakes: readonly NewIntake[]) => write((writer) => writer.saveIntakes(intakes));

    it("are known by the hash of their content, with their rows and their earliest arrival", async () => {
      const [a, b, undated, absent] = [anIntake("a"), anIntake("b"), anIntake("undated"), anIntake("absent")];
      await write(async (writer) => {
        const kept = await writer.saveIntakes([
          { ...a, rows: 0, arrival: { ...a.arrival, receivedAt: T + 5 } },
          { ...b, rows: 7, arrival: { ...b.arrival, receivedAt: T + 1 } },
          { ...undated, rows: 2 },
        ]);
        expect(kept.size).toBe(0);
        await writer.saveRowCount(a.hash, 3);
        await writer.saveArrivals([
          arrival(a.hash, "second", T + 7),
          arrival(a.hash, "first", T),
          arrival(a.hash, "third", T + 9),
          arrival(undated.hash, "when", null),
        ]);
      });
      expect(Object.fromEntries(await knownOf(a, absent, b, undated))).toEqual({
        [a.hash]: { hash: a.hash, rows: 3, firstReceivedAt: T, quarantined: 0 },
        [b.hash]: { hash: b.hash, rows: 7, firstReceivedAt: T + 1, quarantined: 0 },
        [undated.hash]: { hash: undated.hash, rows: 2, firstReceivedAt: null, quarantined: 0 },
      });
      await write((writer) => writer.saveArrivals([arrival(undated.hash, "dated", T + 4)]));
      expect((await knownOf(undated)).get(undated.hash)?.firstReceivedAt).toBe(T + 4);
    });

    it("are known within the transaction that keeps them, and stay as they are", async () => {
      const intake = anIntake("a");
      const known = await write(async (writer) => {
        await writer.saveIntakes([{ ...intake, rows: 3 }]);
        return writer.saveIntakes([{ ...intake, rows: 5, rawKey: "elsewhere" }]);
      });
      expect(known.get(intake.hash)).toEqual({
        hash: intake.hash,
        rows: 3,
        firstReceivedAt: null,
        quarantined: 0,
      });
    });

    it("that are not kept have no arrivals", async () => {
      expect(await kit.store.feeds.arrivals(hashOf("absent"))).toEqual([]);
    });

    it("have each of their arrivals recorded once, in order of receipt", async () => {
      const { hash } = anIntake("a");
      await write(async (writer) => {
        await writer.saveIntakes([{ ...anIntake("a"), arrival: arrival(hash, "first", T) }]);
        await writer.saveArrivals([
          arrival(hash, "later", T + 2, 200),
          arrival(hash, "later", T + 2, 200),
          arrival(hash, "first", T),
        ]);
      });
      await write((writer) =>
        writer.saveArrivals([
          arrival(hash, "first", T),
          arrival(hash, "again", T + 1),
          { ...arrival(hash, "first", T + 3), channel: "status-api", httpStatus: 404 },
        ]),
      );
      expect(await kit.store.feeds.arrivals(hash)).toEqual([
        { channel: "webhook", name: "first", receivedAt: T, httpStatus: null },
        { channel: "webhook", name: "again", receivedAt: T + 1, httpStatus: null },
        { channel: "webhook", name: "later", receivedAt: T + 2, httpStatus: 200 },
        { channel: "status-api", name: "first", receivedAt: T + 3, httpStatus: 404 },
      ]);
    });

    it("that lie in a pack have those arrivals recorded that come after the first", async () => {
      const hash = hashOf("packed");
      const again = [arrival(hash, "third", T + 2), arrival(hash, "second", T + 1)];
      await write((writer) => writer.saveArrivals(again));
      await write((writer) => writer.saveArrivals(again.slice(1)));
      expect((await kit.store.feeds.arrivals(hash)).map(({ name }) => name)).toEqual(["second", "third"]);
    });

    it("say how many of their rows are set aside", async () => {
      const { hash } = anIntake("a");
      const row = (code: string) => ({
        hash,
        channel: "webhook" as const,
        name: null,
        line: 1,
        code,
        message: "why",
        raw: "",
      });
      await write(async (writer) => {
        await writer.saveIntakes([anIntake("a"), anIntake("b")]);
        await writer.saveQuarantined([row("X"), row("Y"), row("Y")]);
      });
      const known = await knownOf(anIntake("a"), anIntake("b"));
      expect([...known.values()].map(({ quarantined }) => quarantined).sort()).toEqual([0, 3]);
      expect(known.get(hash)?.quarantined).toBe(3);
    });

    it("are new to one alone of those who bring them at the same time, in whatever order", async () => {
      const intakes = Array.from({ length: 20 }, (_, n) => anIntake(`intake ${n}`));
      const known = await Promise.all([
        ...Array.from({ length: 4 }, () => knownOf(...intakes)),
        ...Array.from({ length: 4 }, () => knownOf(...intakes.toReversed())),
      ]);
      for (const { hash } of intakes) {
        expect(known.filter((given) => !given.has(hash))).toHaveLength(1);
      }
    });
  });
}
