import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Barcode } from "../../src/domain/barcode.ts";
import { bucketOf } from "../../src/domain/barcode.ts";
import type { Channel } from "../../src/domain/channel.ts";
import { CHANNELS } from "../../src/domain/channel.ts";
import { compareText } from "../../src/domain/observation.ts";
import type {
  EventHolder,
  IntakeWriter,
  NewIntake,
  ParcelOutcome,
  Selection,
  Store,
} from "../../src/store/store.ts";
import {
  aFinding,
  aKept,
  anEvent,
  anIntake,
  anOutcome,
  aProgress,
  aRun,
  aTally,
  hashOf,
  inStoreOrder,
  parcelOf,
  parcelsOfOneBucket,
} from "../support/store-rows.ts";

const T = 1_772_900_000_000;

/** A finding's id that begins as given. */
const id = (text: string): string => text.padEnd(20, "0");

/** Every store passes these. Call once per way to open one; each call of `openStore` gives a new and empty store. */
export function behavesLikeStore(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await openStore();
  });
  afterEach(() => store.close());

  const write = <Result>(work: (writer: IntakeWriter) => Promise<Result>): Promise<Result> =>
    store.transaction(({ intakes }) => work(intakes));
  const evaluate = (...outcomes: readonly ParcelOutcome[]): Promise<void> =>
    store.transaction(async ({ evaluations }) => {
      for (const outcome of outcomes) await evaluations.saveOutcomes(bucketOf(outcome.barcode), [outcome]);
    });
  /** Keeps one observation of each parcel, and evaluates the parcel as `wish` says. */
  const keepParcels = async (...wishes: readonly Partial<ParcelOutcome>[]): Promise<void> => {
    const outcomes = wishes.map((wish) => anOutcome(wish));
    await write((writer) => writer.saveObservations(outcomes.map(({ barcode }) => aKept({ barcode }))));
    await evaluate(...outcomes);
  };
  const touched = async (
    selection: Partial<Extract<Selection, { kind: "touched" }>> = {},
  ): Promise<Barcode[]> => {
    const barcodes: Barcode[] = [];
    for (const bucket of await store.parcels.buckets()) {
      const dossiers = await store.parcels.dossiers(bucket, {
        kind: "touched",
        now: T,
        deliveriesMoved: false,
        ...selection,
      });
      barcodes.push(...dossiers.map(({ barcode }) => barcode));
    }
    return barcodes.sort(compareText);
  };
  const observationsOf = async (barcode: Barcode = parcelOf(1)) =>
    (await store.parcels.findDossier(barcode))?.observations;

  describe("transaction", () => {
    /** Writes something of everything. */
    const writeAll: Parameters<Store["transaction"]>[0] = async ({ intakes, evaluations }) => {
      const intake = anIntake("content");
      await intakes.saveIntakes([intake]);
      await intakes.saveRowCount(intake.hash, 1);
      await intakes.saveArrivals([
        { hash: intake.hash, channel: "webhook", name: "d1", receivedAt: T, httpStatus: null },
      ]);
      await intakes.saveEvents([
        {
          hash: intake.hash,
          receivedAt: T,
          barcode: parcelOf(1),
          identity: aKept().identity,
        },
      ]);
      await intakes.saveObservations([aKept()]);
      await intakes.saveListings([parcelOf(2)], T);
      await intakes.saveQuarantined([
        {
          hash: intake.hash,
          channel: "webhook",
          name: "d1",
          line: 1,
          code: "X",
          message: "why",
          raw: "raw",
        },
      ]);
      await intakes.saveProgress(
        aProgress({
          intakes: 1,
          rows: { seen: 2, accepted: 1, duplicates: 0, quarantined: 1 },
          firstReceivedAt: T,
          lastReceivedAt: T,
          deliveries: new Map([["11223344", { firstAt: T, lastAt: T }]]),
        }),
      );
      await evaluations.saveOutcomes(bucketOf(parcelOf(1)), [
        anOutcome({ verdict: "mismatched", openFindings: 1, changed: [aFinding()], events: [anEvent()] }),
      ]);
      await evaluations.saveRun(aRun());
    };
    const readAll = async () => ({
      raw: (await store.feeds.raw(anIntake("content").hash))?.length,
      arrivals: (await store.feeds.arrivals(anIntake("content").hash)).length,
      seen: (await store.feeds.books()).reduce((sum, { seen }) => sum + seen, 0),
      deliveries: (await store.feeds.progress()).deliveries.size,
      quarantined: (await store.feeds.quarantined(10)).length,
      buckets: (await store.parcels.buckets()).length,
      dossier: (await store.parcels.findDossier(parcelOf(1)))?.findings.length,
      parcels: (await all(store.parcels.list({}))).length,
      findings: (await all(store.findings.list({}))).length,
      history: (await store.findings.history(parcelOf(1))).length,
      run: (await store.runs.last())?.runId,
    });
    const nothing = {
      raw: undefined,
      arrivals: 0,
      seen: 0,
      deliveries: 0,
      quarantined: 0,
      buckets: 0,
      dossier: undefined,
      parcels: 0,
      findings: 0,
      history: 0,
      run: undefined,
    };

    it("keeps all that is written in it, and gives what its work gives", async () => {
      const given = await store.transaction(async (tx) => {
        await writeAll(tx);
        return "done";
      });
      expect(given).toBe("done");
      expect(await readAll()).toEqual({
        raw: 7,
        arrivals: 1,
        seen: 2,
        deliveries: 1,
        quarantined: 1,
        buckets: 2,
        dossier: 1,
        parcels: 1,
        findings: 1,
        history: 1,
        run: "run-1",
      });
    });

    it("keeps nothing when its work throws, and passes that very error on", async () => {
      const problem = new Error("in the middle");
      const failing = store.transaction(async (tx) => {
        await writeAll(tx);
        throw problem;
      });
      await expect(failing).rejects.toBe(problem);
      expect(await readAll()).toEqual(nothing);
    });

    it("keeps nothing when the content of an intake breaks off", async () => {
      async function* breakOff(): AsyncGenerator<Uint8Array> {
        yield randomBytes(600_000);
        throw new Error("the file is gone");
      }
      const intake = { ...anIntake("content"), sizeBytes: 1_000_000, content: breakOff() };
      const failing = store.transaction(async ({ intakes }) => {
        await intakes.saveObservations([aKept()]);
        await intakes.saveIntakes([intake]);
      });
      await expect(failing).rejects.toThrow("the file is gone");
      expect(await readAll()).toEqual(nothing);
    });

    it("leaves what was there before, and the store in order, when it fails", async () => {
      await store.transaction(writeAll);
      const before = await readAll();
      await expect(
        store.transaction(async ({ intakes }) => {
          await intakes.saveObservations([aKept({ identity: "another" })]);
          await intakes.removeObservation(parcelOf(1), "legacy-scan", aKept().identity);
          throw new Error("no");
        }),
      ).rejects.toThrow("no");
      expect(await readAll()).toEqual(before);
      expect(await observationsOf()).toEqual([aKept()]);
      await write((writer) => writer.saveObservations([aKept({ identity: "another" })]));
      expect(await observationsOf()).toHaveLength(2);
    });
  });

  describe("intakes", () => {
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
        return writer.saveIntakes([{ ...intake, rows: 5, content: Buffer.from("of another content") }]);
      });
      expect(known.get(intake.hash)).toEqual({
        hash: intake.hash,
        rows: 3,
        firstReceivedAt: null,
        quarantined: 0,
      });
      expect(Buffer.from((await store.feeds.raw(intake.hash)) ?? []).toString()).toBe("a");
    });

    it("give their content back byte for byte, whether they are small, large or empty", async () => {
      const large = randomBytes(3 * 1024 * 1024 + 17);
      const contents = [
        Buffer.from("a small one"),
        Buffer.alloc(0),
        Buffer.from([0, 255, 0, 10, 13]),
        large,
        Buffer.from("one behind the large one"),
        randomBytes(256 * 1024),
        Buffer.from("one behind a round size"),
      ];
      await write((writer) => writer.saveIntakes(contents.map((content) => anIntake(content))));
      await write((writer) => writer.saveIntakes([anIntake("in another transaction")]));
      for (const content of [...contents, Buffer.from("in another transaction")]) {
        const raw = await store.feeds.raw(hashOf(content));
        expect(raw === undefined ? raw : Buffer.from(raw).equals(content)).toBe(true);
      }
    });

    it("take their content in pieces of any size", async () => {
      const content = randomBytes(1_500_000);
      async function* pieces(): AsyncGenerator<Uint8Array> {
        const sizes = [0, 1, 70_000, 262_144, 262_143, 500_000];
        for (let from = 0, i = 0; from < content.length; i += 1) {
          const size = sizes[i % sizes.length] ?? 1;
          yield content.subarray(from, from + size);
          from += size;
        }
      }
      async function* nothing(): AsyncGenerator<Uint8Array> {}
      await write((writer) =>
        writer.saveIntakes([
          anIntake("before"),
          { ...anIntake(content, "legacy-scan"), content: pieces() },
          { ...anIntake("", "legacy-scan"), content: nothing() },
          anIntake("after"),
        ]),
      );
      expect(Buffer.from((await store.feeds.raw(hashOf(content))) ?? []).equals(content)).toBe(true);
      expect(await store.feeds.raw(hashOf(""))).toHaveLength(0);
      expect(Buffer.from((await store.feeds.raw(hashOf("before"))) ?? []).toString()).toBe("before");
      expect(Buffer.from((await store.feeds.raw(hashOf("after"))) ?? []).toString()).toBe("after");
    });

    it("that are not kept have no content and no arrivals", async () => {
      expect(await store.feeds.raw(hashOf("absent"))).toBeUndefined();
      expect(await store.feeds.arrivals(hashOf("absent"))).toEqual([]);
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
      expect(await store.feeds.arrivals(hash)).toEqual([
        { channel: "webhook", name: "first", receivedAt: T, httpStatus: null },
        { channel: "webhook", name: "again", receivedAt: T + 1, httpStatus: null },
        { channel: "webhook", name: "later", receivedAt: T + 2, httpStatus: 200 },
        { channel: "status-api", name: "first", receivedAt: T + 3, httpStatus: 404 },
      ]);
    });
  });

  describe("events", () => {
    const holder = (eventId: string, body: string, n = 1): EventHolder => ({
      hash: hashOf(body),
      receivedAt: T + n,
      barcode: parcelOf(n),
      identity: hashOf(eventId).slice(0, 32),
    });
    const heldOf = async (...holders: readonly EventHolder[]) =>
      Object.fromEntries(await write((writer) => writer.saveEvents(holders)));

    it("belong to the first that takes them", async () => {
      const [first, other] = [holder("e1", "body"), holder("e2", "other", 2)];
      expect(await heldOf(first, other)).toEqual({});
      expect(await heldOf(holder("e1", "another body", 7), holder("e3", "free"))).toEqual({
        [first.identity]: first,
      });
      expect(await heldOf(first, holder("e2", "x"), holder("e3", "y", 3))).toEqual({
        [first.identity]: first,
        [other.identity]: other,
        [holder("e3", "free").identity]: holder("e3", "free"),
      });
    });

    it("can get another holder", async () => {
      await heldOf(holder("e1", "body"), holder("e2", "other"));
      await write((writer) => writer.replaceEvents([holder("e1", "earlier body", 7)]));
      expect(await heldOf(holder("e1", "x"), holder("e2", "y"))).toEqual({
        [holder("e1", "").identity]: holder("e1", "earlier body", 7),
        [holder("e2", "").identity]: holder("e2", "other"),
      });
    });
  });

  describe("observations", () => {
    it("come back exactly as they were kept", async () => {
      const rich = {
        laterAt: T + 3_600_000,
        nonexistentTime: true,
        precisionMs: 60_000,
        lastListedAt: T + 9,
        filledLater: { location: T + 4, reference: T + 5 },
        details: {
          reference: "ORDER-É 'x'\n\u0000;",
          customerNumber: "0011",
          customerCode: "DEVC",
          mainBarcode: "3SDEVC000000009",
          location: "888888",
          productCode: "003085",
        },
        line: 2_000_000,
      };
      const kept = CHANNELS.flatMap((channel) => [
        aKept({ channel, identity: "plain" }),
        aKept({ channel, identity: "rich", ...rich }),
      ]);
      await write((writer) => writer.saveObservations(kept));
      const byKey = (a: { channel: Channel; identity: string }, b: { channel: Channel; identity: string }) =>
        compareText(a.channel + a.identity, b.channel + b.identity);
      expect([...((await observationsOf()) ?? [])].sort(byKey)).toEqual(kept.sort(byKey));
    });

    it("are counted when they are new, and kept once", async () => {
      const [one, two] = [aKept({ identity: "one" }), aKept({ identity: "two" })];
      expect(await write((writer) => writer.saveObservations([one, two, one]))).toBe(2);
      expect(await write((writer) => writer.saveObservations([two, aKept({ identity: "three" }), one]))).toBe(
        1,
      );
      expect(await write((writer) => writer.saveObservations([]))).toBe(0);
      expect(await observationsOf()).toHaveLength(3);
    });

    it("are told apart by parcel and channel too", async () => {
      const same = CHANNELS.flatMap((channel) => [
        aKept({ channel }),
        aKept({ channel, barcode: parcelOf(2) }),
      ]);
      expect(await write((writer) => writer.saveObservations(same))).toBe(8);
      expect(await observationsOf(parcelOf(1))).toHaveLength(4);
      expect(await observationsOf(parcelOf(2))).toHaveLength(4);
    });

    it("are merged when they come again: what was received first speaks, and gaps are filled", async () => {
      const first = aKept({ receivedAt: T, intake: hashOf("first"), line: 4, details: { reference: "A" } });
      const second = aKept({
        receivedAt: T + 1,
        intake: hashOf("second"),
        details: { reference: "B", location: "1" },
        lastListedAt: T + 8,
      });
      const third = aKept({
        receivedAt: T + 2,
        intake: hashOf("third"),
        details: { location: "2", customerCode: "C" },
        lastListedAt: T + 3,
      });
      const merged = {
        ...first,
        details: { ...first.details, reference: "A", location: "1", customerCode: "C" },
        filledLater: { location: T + 1, customerCode: T + 2 },
        lastListedAt: T + 8,
      };
      for (const [n, order] of [
        [first, second, third],
        [third, second, first],
        [second, third, first],
      ].entries()) {
        const barcode = parcelOf(n + 1);
        for (const observation of order) {
          await write((writer) => writer.saveObservations([{ ...observation, barcode }]));
        }
        expect(await observationsOf(barcode)).toEqual([{ ...merged, barcode }]);
      }
      const barcode = parcelOf(9);
      await write((writer) =>
        writer.saveObservations([second, third, first].map((observation) => ({ ...observation, barcode }))),
      );
      expect(await observationsOf(barcode)).toEqual([{ ...merged, barcode }]);
    });

    it("make their parcels dirty, in the transaction that keeps them", async () => {
      await keepParcels({ barcode: parcelOf(1) }, { barcode: parcelOf(2) });
      expect(await touched()).toEqual([]);
      await expect(
        write(async (writer) => {
          await writer.saveObservations([aKept({ barcode: parcelOf(1), identity: "new" })]);
          throw new Error("no");
        }),
      ).rejects.toThrow("no");
      expect(await touched()).toEqual([]);
      await write((writer) =>
        writer.saveObservations([aKept({ barcode: parcelOf(2), identity: "new" }), aKept()]),
      );
      expect(await touched()).toEqual([parcelOf(2)]);
    });

    it("make their parcel dirty when they change one that is there, and not when they bring nothing", async () => {
      await keepParcels({ barcode: parcelOf(1) });
      await write((writer) => writer.saveObservations([aKept({ receivedAt: aKept().receivedAt + 1 })]));
      expect(await touched()).toEqual([]);
      await write((writer) => writer.saveObservations([aKept({ details: { location: "1" } })]));
      expect(await touched()).toEqual([parcelOf(1)]);
    });

    it("can be taken back, which makes their parcel dirty and leaves the others", async () => {
      const others = [
        aKept({ identity: "two" }),
        aKept({ channel: "webhook" }),
        aKept({ barcode: parcelOf(2) }),
      ];
      await write((writer) => writer.saveObservations([aKept(), ...others]));
      await evaluate(anOutcome(), anOutcome({ barcode: parcelOf(2) }));
      await write((writer) => writer.removeObservation(parcelOf(1), "legacy-scan", aKept().identity));
      expect(await observationsOf()).toHaveLength(2);
      expect(await observationsOf()).not.toContainEqual(aKept());
      expect(await observationsOf(parcelOf(2))).toHaveLength(1);
      expect(await touched()).toEqual([parcelOf(1)]);
    });
  });

  describe("listings", () => {
    it("leave the newest moment on a parcel, in whatever order they come, and make it dirty", async () => {
      await keepParcels({ barcode: parcelOf(1) }, { barcode: parcelOf(2) });
      await write((writer) => writer.saveListings([parcelOf(1)], T + 5));
      await write((writer) => writer.saveListings([parcelOf(1), parcelOf(3)], T + 2));
      expect((await store.parcels.findDossier(parcelOf(1)))?.listedAt).toBe(T + 5);
      expect((await store.parcels.findDossier(parcelOf(2)))?.listedAt).toBeNull();
      expect(await touched()).toEqual([parcelOf(1), parcelOf(3)]);
      await write((writer) => writer.saveListings([parcelOf(1)], T + 7));
      expect((await store.parcels.findDossier(parcelOf(1)))?.listedAt).toBe(T + 7);
    });

    it("know parcels without a single observation", async () => {
      await write((writer) => writer.saveListings([parcelOf(3)], T));
      expect(await store.parcels.findDossier(parcelOf(3))).toEqual({
        barcode: parcelOf(3),
        listedAt: T,
        observations: [],
        findings: [],
      });
    });
  });

  describe("books", () => {
    it("stand at zero for every channel that never spoke", async () => {
      expect(await store.feeds.books()).toEqual(
        CHANNELS.map((channel) => ({
          channel,
          intakes: 0,
          seen: 0,
          accepted: 0,
          duplicates: 0,
          quarantined: 0,
          firstReceivedAt: null,
          watermark: null,
        })),
      );
      expect(await store.feeds.progress()).toEqual({
        watermarks: { legacy: null, new: null },
        deliveries: new Map(),
      });
    });

    it("add up, per channel", async () => {
      const rows = { seen: 10, accepted: 5, duplicates: 3, quarantined: 2 };
      await write((writer) => writer.saveProgress(aProgress({ channel: "legacy-scan", intakes: 1, rows })));
      await write((writer) => writer.saveProgress(aProgress({ channel: "webhook", intakes: 4, rows })));
      await write((writer) =>
        writer.saveProgress(
          aProgress({
            channel: "legacy-scan",
            intakes: 2,
            rows: { seen: 3, accepted: -1, duplicates: 2, quarantined: 2 },
          }),
        ),
      );
      const books = new Map((await store.feeds.books()).map((book) => [book.channel, book]));
      expect(books.get("legacy-scan")).toMatchObject({
        intakes: 3,
        seen: 13,
        accepted: 4,
        duplicates: 5,
        quarantined: 4,
      });
      expect(books.get("webhook")).toMatchObject({ intakes: 4, ...rows });
      expect(books.get("status-api")).toMatchObject({ intakes: 0, seen: 0 });
    });

    it("hold the first and the latest arrival, whatever the order and whatever has no time", async () => {
      const spans: readonly (readonly [number, number] | null)[] = [
        null,
        [T + 5, T + 6],
        [T, T + 1],
        null,
        [T + 2, T + 9],
      ];
      const orders = [spans, spans.toReversed(), [...spans.slice(2), ...spans.slice(0, 2)]];
      for (const [i, order] of orders.entries()) {
        const channel = CHANNELS[i] as Channel;
        for (const span of order) {
          await write((writer) =>
            writer.saveProgress(
              aProgress({ channel, firstReceivedAt: span?.[0] ?? null, lastReceivedAt: span?.[1] ?? null }),
            ),
          );
        }
      }
      const books = await store.feeds.books();
      for (const i of orders.keys()) {
        expect(books[i]).toMatchObject({ firstReceivedAt: T, watermark: T + 9 });
      }
      expect(books[3]).toMatchObject({ firstReceivedAt: null, watermark: null });
    });

    it("give each side the watermark of the channel that spoke last", async () => {
      const speak = (channel: Channel, at: number) =>
        write((writer) =>
          writer.saveProgress(aProgress({ channel, firstReceivedAt: at, lastReceivedAt: at })),
        );
      await speak("status-api", T + 3);
      expect((await store.feeds.progress()).watermarks).toEqual({ legacy: null, new: T + 3 });
      await speak("webhook", T + 1);
      await speak("legacy-api", T + 4);
      await speak("legacy-scan", T + 8);
      expect((await store.feeds.progress()).watermarks).toEqual({ legacy: T + 8, new: T + 3 });
    });

    it("hold when each customer's deliveries began and ended, in any order", async () => {
      const deliver = (customer: string, firstAt: number, lastAt: number) =>
        write((writer) =>
          writer.saveProgress(aProgress({ deliveries: new Map([[customer, { firstAt, lastAt }]]) })),
        );
      await deliver("2", T + 5, T + 5);
      await deliver("1", T, T + 2);
      await deliver("2", T + 3, T + 4);
      await deliver("2", T + 4, T + 9);
      expect((await store.feeds.progress()).deliveries).toEqual(
        new Map([
          ["1", { firstAt: T, lastAt: T + 2 }],
          ["2", { firstAt: T + 3, lastAt: T + 9 }],
        ]),
      );
    });
  });

  describe("quarantine", () => {
    const row = (name: string, line: number, channel: Channel = "legacy-scan") => ({
      hash: hashOf(name),
      channel,
      name,
      line,
      code: "TIME_INVALID",
      message: `${name} line ${line}: why`,
      raw: "a;b;\u00e9",
    });

    const group = (name: string, rows: number, line: number) => {
      const { channel, code, message } = row(name, line);
      return { channel, name, code, rows, line, message };
    };

    it("gives rows back by channel, name and line, at most as many as are asked for", async () => {
      const rows = [
        row("b.csv", 10),
        row("b.csv", 9),
        row("a.csv", 3),
        row("d1", 1, "webhook"),
        row("c1", 1, "legacy-api"),
      ];
      await write((writer) => writer.saveQuarantined(rows));
      const sorted = [rows[2], rows[1], rows[0], rows[4], rows[3]];
      expect(await store.feeds.quarantined(10)).toEqual(sorted);
      expect(await store.feeds.quarantined(2)).toEqual(sorted.slice(0, 2));
    });

    it("holds every row that one line gave, in the order in which they were set aside", async () => {
      const rows = ["first", "second", "third"].map((code) => ({ ...row("a.xml", 1), code }));
      await write((writer) => writer.saveQuarantined(rows.slice(0, 2)));
      await write((writer) => writer.saveQuarantined(rows.slice(2)));
      expect(await store.feeds.quarantined(10)).toEqual(rows);
    });

    it("counts rows together by channel, name and code, each with the line and message of its first", async () => {
      await write((writer) =>
        writer.saveQuarantined([
          row("b.csv", 10),
          row("b.csv", 9),
          { ...row("b.csv", 9), message: "later in the same line" },
          { ...row("b.csv", 2), code: "CODE_INVALID" },
          row("a.csv", 3),
          row("b.csv", 1, "webhook"),
        ]),
      );
      const groups = [
        group("a.csv", 1, 3),
        { ...group("b.csv", 1, 2), code: "CODE_INVALID" },
        group("b.csv", 3, 9),
        { ...group("b.csv", 1, 1), channel: "webhook" },
      ];
      expect(await store.feeds.quarantineGroups(10)).toEqual(groups);
      expect(await store.feeds.quarantineGroups(2)).toEqual(groups.slice(0, 2));
    });
  });

  describe("corrections", () => {
    it("are counted over all parcels, and the parcels listed that have any", async () => {
      const corrected = [1, 2, 3].map(parcelOf);
      const counts = [2, 0, 5];
      for (const [i, barcode] of corrected.entries()) {
        await write((writer) => writer.saveObservations([aKept({ barcode })]));
        await store.transaction(({ evaluations }) =>
          evaluations.saveOutcomes(bucketOf(barcode), [anOutcome({ barcode, corrections: counts[i] ?? 0 })]),
        );
      }
      const inOrder = [parcelOf(1), parcelOf(3)].sort(
        (x, y) => bucketOf(x) - bucketOf(y) || compareText(x, y),
      );
      expect(await store.parcels.listCorrected(10)).toEqual({ barcodes: inOrder, corrections: 7 });
      expect(await store.parcels.listCorrected(1)).toEqual({ barcodes: inOrder.slice(0, 1), corrections: 7 });
    });
  });

  describe("parcels", () => {
    it("stand in the bucket of their barcode, in order of barcode", async () => {
      const together = parcelsOfOneBucket(3);
      const bucket = bucketOf(parcelOf(1));
      const elsewhere = parcelOf(2);
      await write((writer) =>
        writer.saveObservations([elsewhere, ...together.toReversed()].map((barcode) => aKept({ barcode }))),
      );
      expect(await store.parcels.buckets()).toEqual([bucket, bucketOf(elsewhere)].sort((a, b) => a - b));
      const dossiers = await store.parcels.dossiers(bucket, { kind: "all" });
      expect(dossiers).toEqual(
        together.map((barcode) => ({
          barcode,
          listedAt: null,
          observations: [aKept({ barcode })],
          findings: [],
        })),
      );
      expect(await store.parcels.findDossier(parcelOf(999))).toBeUndefined();
    });

    it("come with everything about them, each its own, resolved findings included", async () => {
      const together = parcelsOfOneBucket(2);
      const findings = together.map((barcode, i) => [
        aFinding({ barcode, id: `${i}a`.padEnd(20, "0") }),
        aFinding({
          barcode,
          id: `${i}b`.padEnd(20, "0"),
          state: "resolved",
          resolvedAt: T + 1,
          reopenCount: 2,
        }),
      ]);
      await write(async (writer) => {
        await writer.saveObservations(
          together.flatMap((barcode) => [aKept({ barcode }), aKept({ barcode, channel: "status-api" })]),
        );
        await writer.saveListings([...together].slice(1), T);
      });
      await evaluate(...together.map((barcode, i) => anOutcome({ barcode, changed: findings[i] ?? [] })));
      const wanted = together.map((barcode, i) => ({
        barcode,
        listedAt: i === 0 ? null : T,
        observations: expect.arrayContaining([aKept({ barcode }), aKept({ barcode, channel: "status-api" })]),
        findings: expect.arrayContaining(findings[i] ?? []),
      }));
      const bucket = bucketOf(parcelOf(1));
      await write((writer) => writer.saveListings([parcelOf(1)], T - 1));
      const selections: readonly Selection[] = [
        { kind: "all" },
        { kind: "touched", now: T, deliveriesMoved: false },
      ];
      wanted[0] = { ...wanted[0], listedAt: T - 1 } as (typeof wanted)[number];
      for (const selection of selections) {
        const dossiers = await store.parcels.dossiers(bucket, selection);
        const length = selection.kind === "all" ? 2 : 1;
        expect(dossiers).toEqual(wanted.slice(0, length));
        for (const { observations, findings: found } of dossiers) {
          expect([observations.length, found.length]).toEqual([2, 2]);
        }
      }
      expect(await store.parcels.findDossier(together[1] as Barcode)).toEqual(wanted[1]);
    });

    it("are touched when they are dirty, and clean once evaluated", async () => {
      await write((writer) =>
        writer.saveObservations([aKept({ barcode: parcelOf(1) }), aKept({ barcode: parcelOf(2) })]),
      );
      expect(await touched()).toEqual([parcelOf(1), parcelOf(2)]);
      await evaluate(anOutcome({ barcode: parcelOf(1) }));
      expect(await touched()).toEqual([parcelOf(2)]);
    });

    it("are touched when their finding has come due", async () => {
      await keepParcels(
        { barcode: parcelOf(1), dueAt: T - 1 },
        { barcode: parcelOf(2), dueAt: T },
        { barcode: parcelOf(3), dueAt: T + 1 },
        { barcode: parcelOf(4), dueAt: null },
      );
      expect(await touched({ now: T })).toEqual([parcelOf(1), parcelOf(2)]);
      await evaluate(anOutcome({ barcode: parcelOf(1), dueAt: T + 1 }), anOutcome({ barcode: parcelOf(2) }));
      expect(await touched({ now: T })).toEqual([]);
      expect(await touched({ now: T + 1 })).toEqual([parcelOf(1), parcelOf(3)]);
    });

    it("are touched when they await deliveries and those have moved on", async () => {
      await keepParcels(
        { barcode: parcelOf(1), awaitsDeliveries: true },
        { barcode: parcelOf(2), awaitsDeliveries: false },
      );
      expect(await touched({ deliveriesMoved: false })).toEqual([]);
      expect(await touched({ deliveriesMoved: true })).toEqual([parcelOf(1)]);
    });

    it("are touched once, for however many reasons", async () => {
      await keepParcels({ dueAt: T, awaitsDeliveries: true });
      await write((writer) => writer.saveListings([parcelOf(1)], T));
      expect(await touched({ deliveriesMoved: true })).toEqual([parcelOf(1)]);
    });

    it("are listed with their verdict in order of bucket and barcode, once they have been evaluated", async () => {
      const tally = { legacy: aTally({ episodes: 3 }), new: aTally({ episodes: 2 }) };
      await keepParcels(
        { barcode: parcelOf(2), verdict: "mismatched", tally, openFindings: 4 },
        { barcode: parcelOf(1) },
        { barcode: parcelOf(3), verdict: "not_proven" },
      );
      await write((writer) => writer.saveObservations([aKept({ barcode: parcelOf(4) })]));
      const mismatched = {
        barcode: parcelOf(2),
        verdict: "mismatched",
        legacyEpisodes: 3,
        newEpisodes: 2,
        openFindings: 4,
      };
      const rows = inStoreOrder([
        { barcode: parcelOf(1), verdict: "matched", legacyEpisodes: 0, newEpisodes: 0, openFindings: 0 },
        mismatched,
        { barcode: parcelOf(3), verdict: "not_proven", legacyEpisodes: 0, newEpisodes: 0, openFindings: 0 },
      ]);
      expect(await all(store.parcels.list({}))).toEqual(rows);
      expect(await all(store.parcels.list({ verdict: undefined }))).toEqual(rows);
      expect(await all(store.parcels.list({ verdict: "mismatched" }))).toEqual([mismatched]);
      expect(await all(store.parcels.list({ verdict: "known" }))).toEqual([]);
    });

    it("are not listed when no observation of them is left", async () => {
      await keepParcels({ observations: 0 });
      expect(await all(store.parcels.list({}))).toEqual([]);
    });

    it("are listed whole, however many there are, also while something else is read", async () => {
      const barcodes = Array.from({ length: 2300 }, (_, n) => parcelOf(n));
      await keepParcels(...barcodes.map((barcode) => ({ barcode })));
      const listed: Barcode[] = [];
      for await (const page of store.parcels.list({})) {
        expect(page.length).toBeGreaterThan(0);
        listed.push(...page.map(({ barcode }) => barcode));
        await store.parcels.findDossier(parcelOf(5));
      }
      expect(listed).toEqual(
        inStoreOrder(barcodes.map((barcode) => ({ barcode }))).map(({ barcode }) => barcode),
      );
    });

    it("can be evaluated while they are listed", async () => {
      const barcodes = Array.from({ length: 1100 }, (_, n) => parcelOf(n));
      await keepParcels(...barcodes.map((barcode) => ({ barcode })));
      let listed = 0;
      for await (const page of store.parcels.list({})) {
        listed += page.length;
        await evaluate(anOutcome({ barcode: parcelOf(1), openFindings: listed }));
      }
      expect(listed).toBe(1100);
    });
  });

  describe("findings", () => {
    it("come back exactly as they were saved, with their evidence in its own order", async () => {
      const bare = aFinding({ id: id("a"), settlesAt: null, legacyAt: null });
      const rich = aFinding({
        id: id("b"),
        kind: "detail_mismatch",
        state: "pending",
        pendingReason: "feed_silent",
        severity: "low",
        legacyStatus: "sorted",
        newStatus: "delivered",
        code: "Z'99",
        field: "location",
        deltaSeconds: -3600,
        newAt: T + 1,
        legacyEpisodes: 2,
        newEpisodes: 3,
        cause: "timing",
        causeRule: "whole hours",
        signature: "s",
        knownDifference: "k",
        firstSeenAt: T,
        resolvedAt: T + 2,
        reopenCount: 3,
        evidence: { z: 1, a: [{ y: null, x: "é\u2028" }], nested: { b: true, a: 1.5 } },
      });
      await keepParcels({ changed: [bare, rich] });
      const [first, second] = await all(store.findings.list({}));
      expect([first, second]).toEqual([rich, bare]);
      expect(JSON.stringify(first?.evidence)).toBe(JSON.stringify(rich.evidence));
      expect((await store.parcels.findDossier(parcelOf(1)))?.findings).toEqual(
        expect.arrayContaining([bare, rich]),
      );
    });

    it("are replaced by their next state, and stay where nothing changed", async () => {
      await keepParcels({ changed: [aFinding({ id: id("a") }), aFinding({ id: id("b") })] });
      await evaluate(anOutcome({ changed: [aFinding({ id: id("a"), state: "resolved", resolvedAt: T })] }));
      expect((await all(store.findings.list({}))).map(({ id: given, state }) => [given, state])).toEqual([
        [id("a"), "resolved"],
        [id("b"), "open"],
      ]);
    });

    it("are listed in order of barcode, kind, id, and by state, kind and barcode", async () => {
      const [p1, p2] = parcelsOfOneBucket(2) as [Barcode, Barcode];
      const findings = [
        aFinding({ barcode: p1, kind: "push_missed", id: id("a"), state: "pending" }),
        aFinding({ barcode: p1, kind: "push_missed", id: id("b"), state: "open" }),
        aFinding({ barcode: p1, kind: "unmapped_code", id: id("0"), state: "resolved" }),
        aFinding({ barcode: p2, kind: "missing_in_new", id: id("c"), state: "open" }),
        aFinding({ barcode: p2, kind: "unmapped_code", id: id("1"), state: "known" }),
      ];
      await keepParcels(
        { barcode: p2, changed: findings.filter(({ barcode }) => barcode === p2).toReversed() },
        { barcode: p1, changed: findings.filter(({ barcode }) => barcode === p1).toReversed() },
      );
      const list = async (filter: Parameters<Store["findings"]["list"]>[0]): Promise<string[]> =>
        (await all(store.findings.list(filter))).map((finding) => finding.id.slice(0, 1));
      expect(await list({})).toEqual(["a", "b", "0", "c", "1"]);
      expect(await list({ states: ["open"] })).toEqual(["b", "c"]);
      expect(await list({ states: ["known", "resolved"] })).toEqual(["0", "1"]);
      expect(await list({ kinds: ["unmapped_code"] })).toEqual(["0", "1"]);
      expect(await list({ kinds: ["unmapped_code", "missing_in_new"], states: ["open", "known"] })).toEqual([
        "c",
        "1",
      ]);
      expect(await list({ barcode: p1 })).toEqual(["a", "b", "0"]);
      expect(await list({ barcode: p1, kinds: ["push_missed"], states: ["pending"] })).toEqual(["a"]);
      expect(await list({ barcode: parcelOf(3) })).toEqual([]);
      expect(await list({ states: undefined, kinds: undefined, barcode: undefined })).toHaveLength(5);
    });

    it("are listed in order of bucket before anything else", async () => {
      const barcodes = [1, 2, 3, 4, 5].map(parcelOf);
      await keepParcels(...barcodes.map((barcode) => ({ barcode, changed: [aFinding({ barcode })] })));
      const listed = await all(store.findings.list({}));
      expect(listed.map(({ barcode }) => barcode)).toEqual(
        inStoreOrder(barcodes.map((barcode) => ({ barcode }))).map(({ barcode }) => barcode),
      );
    });

    it("are listed whole, however many there are", async () => {
      const ids = Array.from({ length: 1250 }, (_, n) => id(`f${String(n).padStart(5, "0")}`));
      await keepParcels({ changed: ids.map((one) => aFinding({ id: one })) });
      expect((await all(store.findings.list({}))).map((finding) => finding.id)).toEqual(ids);
    });

    it("are counted by kind, state and severity", async () => {
      await keepParcels({
        changed: [
          aFinding({ id: id("a") }),
          aFinding({ id: id("b") }),
          aFinding({ id: id("c"), severity: "critical" }),
          aFinding({ id: id("d"), state: "resolved" }),
          aFinding({ id: id("e"), kind: "push_missed", severity: "medium" }),
        ],
      });
      const counts = await store.findings.counts();
      expect(counts).toHaveLength(4);
      expect(counts).toEqual(
        expect.arrayContaining([
          { kind: "missing_in_new", state: "open", severity: "high", count: 2 },
          { kind: "missing_in_new", state: "open", severity: "critical", count: 1 },
          { kind: "missing_in_new", state: "resolved", severity: "high", count: 1 },
          { kind: "push_missed", state: "open", severity: "medium", count: 1 },
        ]),
      );
    });

    it("have a life, oldest step first", async () => {
      const steps = [
        anEvent({ id: id("b"), at: T, to: "pending", reason: "not_settled" }),
        anEvent({ id: id("a"), at: T + 1, runId: "run-2" }),
        anEvent({ id: id("b"), at: T + 2, runId: "run-3", from: "pending", to: "open" }),
        anEvent({ id: id("b"), at: T + 3, runId: "run-4", from: "open", to: "resolved" }),
      ];
      for (const step of steps) await keepParcels({ events: [step] });
      await keepParcels({ barcode: parcelOf(2), events: [anEvent({ barcode: parcelOf(2) })] });
      expect(await store.findings.history(parcelOf(1))).toEqual(steps);
      expect(await store.findings.history(parcelOf(3))).toEqual([]);
    });

    it("have a life in the order in which it happened, also within one moment and when the clock was set back", async () => {
      const steps = [
        anEvent({ at: T, to: "pending" }),
        anEvent({ at: T, from: "pending", to: "open" }),
        anEvent({ at: T, from: "open", to: "resolved" }),
        anEvent({ at: T - 1000, from: "resolved", to: "open", reason: "returned" }),
      ];
      await keepParcels({ events: steps.slice(0, 2) });
      await keepParcels({ events: steps.slice(2, 3) });
      await keepParcels({ events: steps.slice(3) });
      expect(await store.findings.history(parcelOf(1))).toEqual(steps);
    });
  });

  describe("runs", () => {
    it("have news as long as data came in that no evaluation has taken into account", async () => {
      expect(await store.runs.hasNews()).toBe(false);
      await write((writer) => writer.saveObservations([aKept()]));
      expect(await store.runs.hasNews()).toBe(true);
      await store.transaction(({ evaluations }) =>
        evaluations.saveOutcomes(bucketOf(parcelOf(1)), [anOutcome()]),
      );
      expect(await store.runs.hasNews()).toBe(false);
      await write((writer) => writer.saveListings([parcelOf(1)], T));
      expect(await store.runs.hasNews()).toBe(true);
    });

    it("know the last one saved, whatever its clock said", async () => {
      expect(await store.runs.last()).toBeUndefined();
      const runs = [
        aRun({ runId: "run-a", now: T + 5 }),
        aRun({ runId: "run-b", now: T, evaluated: 7, verdict: "not_proven", fingerprint: "other" }),
      ];
      for (const run of runs) {
        await store.transaction(({ evaluations }) => evaluations.saveRun(run));
        expect(await store.runs.last()).toEqual(run);
      }
    });

    it("start from totals of nothing", async () => {
      const none = { episodes: 0, agreed: 0, differing: 0, explained: 0, lone: 0 };
      expect(await store.runs.totals()).toEqual({
        rows: { seen: 0, accepted: 0, duplicates: 0, quarantined: 0 },
        observations: 0,
        parcels: 0,
        verdicts: { matched: 0, known: 0, mismatched: 0, pending: 0, not_proven: 0 },
        legacy: none,
        new: none,
        findings: { open: 0, pending: 0, known: 0, resolved: 0 },
        episodesUnderFindings: { legacy: 0, new: 0 },
        heldBackBySilence: 0,
        neverSpoke: 2,
      });
    });

    it("sum up every figure where it is kept", async () => {
      const speak = (channel: Channel, seen: number) =>
        aProgress({
          channel,
          rows: { seen, accepted: seen - 3, duplicates: 2, quarantined: 1 },
          firstReceivedAt: T,
          lastReceivedAt: T,
        });
      await write((writer) => writer.saveProgress(speak("legacy-scan", 10)));
      await write((writer) => writer.saveProgress(speak("legacy-api", 20)));
      const tally = (times: number) =>
        aTally({
          episodes: 15 * times,
          agreed: 8 * times,
          differing: 4 * times,
          explained: 2 * times,
          lone: times,
        });
      const finding = (name: string, wish: Parameters<typeof aFinding>[0]) =>
        aFinding({ id: id(name), ...wish });
      await write((writer) =>
        writer.saveObservations(
          [1, 2, 3, 4, 5].flatMap((n) => [
            aKept({ barcode: parcelOf(n) }),
            aKept({ barcode: parcelOf(n), identity: "two" }),
          ]),
        ),
      );
      await evaluate(
        anOutcome({ barcode: parcelOf(1), observations: 2, tally: { legacy: tally(1), new: tally(2) } }),
        anOutcome({ barcode: parcelOf(2), observations: 2, verdict: "known" }),
        anOutcome({
          barcode: parcelOf(3),
          observations: 2,
          verdict: "mismatched",
          tally: { legacy: tally(10), new: tally(20) },
          changed: [
            finding("a", { barcode: parcelOf(3), state: "open", legacyEpisodes: 1, newEpisodes: 10 }),
            finding("b", { barcode: parcelOf(3), state: "known", legacyEpisodes: 2, newEpisodes: 20 }),
            finding("c", { barcode: parcelOf(3), state: "resolved", legacyEpisodes: 100, newEpisodes: 100 }),
          ],
        }),
        anOutcome({
          barcode: parcelOf(4),
          observations: 2,
          verdict: "pending",
          changed: [
            finding("d", {
              barcode: parcelOf(4),
              state: "pending",
              pendingReason: "not_settled",
              legacyEpisodes: 4,
              newEpisodes: 40,
            }),
          ],
        }),
        anOutcome({
          barcode: parcelOf(5),
          observations: 2,
          verdict: "not_proven",
          changed: ["e", "f"].map((name) =>
            finding(name, {
              barcode: parcelOf(5),
              state: "pending",
              pendingReason: "feed_silent",
              legacyEpisodes: 8,
              newEpisodes: 80,
            }),
          ),
        }),
      );
      expect(await store.runs.totals()).toEqual({
        rows: { seen: 30, accepted: 24, duplicates: 4, quarantined: 2 },
        observations: 10,
        parcels: 5,
        verdicts: { matched: 1, known: 1, mismatched: 1, pending: 1, not_proven: 1 },
        legacy: { episodes: 165, agreed: 88, differing: 44, explained: 22, lone: 11 },
        new: { episodes: 330, agreed: 176, differing: 88, explained: 44, lone: 22 },
        findings: { open: 1, pending: 3, known: 1, resolved: 1 },
        episodesUnderFindings: { legacy: 23, new: 230 },
        heldBackBySilence: 2,
        neverSpoke: 1,
      });
    });

    it("count the observations that are there, not those that the last evaluation saw", async () => {
      await keepParcels({ observations: 1 });
      await write((writer) => writer.saveObservations([aKept({ identity: "since then" })]));
      expect((await store.runs.totals()).observations).toBe(2);
    });

    it("miss a parcel's verdict until it is evaluated, and leave out a parcel of which nothing is left", async () => {
      await keepParcels({ barcode: parcelOf(1) }, { barcode: parcelOf(2), observations: 0 });
      await write((writer) => writer.saveObservations([aKept({ barcode: parcelOf(3) })]));
      const { parcels, verdicts } = await store.runs.totals();
      expect(parcels).toBe(2);
      expect(verdicts).toEqual({ matched: 1, known: 0, mismatched: 0, pending: 0, not_proven: 0 });
    });

    it("count a side as never heard until one of its channels spoke at a known time", async () => {
      await write((writer) => writer.saveProgress(aProgress({ channel: "webhook", intakes: 1 })));
      expect((await store.runs.totals()).neverSpoke).toBe(2);
      await write((writer) =>
        writer.saveProgress(aProgress({ channel: "status-api", firstReceivedAt: T, lastReceivedAt: T })),
      );
      expect((await store.runs.totals()).neverSpoke).toBe(1);
    });
  });
}

async function all<Row>(pages: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}
