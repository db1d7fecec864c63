import { describe, expect, it } from "vitest";
import type { Channel } from "../../src/domain/channel.ts";
import { CHANNELS } from "../../src/domain/channel.ts";
import { aProgress } from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { T, useStore } from "./store-under-test.ts";

/** The channels' books, watermarks and delivery windows. */
export function keepsBooks(openStore: OpenStore): void {
  describe("books", () => {
    const kit = useStore(openStore);
    const { write } = kit;
    it("stand at zero for every channel that never spoke", async () => {
      expect(await kit.store.feeds.books()).toEqual(
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
      expect(await kit.store.feeds.progress()).toEqual({
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
      const books = new Map((await kit.store.feeds.books()).map((book) => [book.channel, book]));
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

    it("are the sums over all who write them, each in a bucket of its own or in the same", async () => {
      const rows = { seen: 7, accepted: 4, duplicates: 2, quarantined: 1 };
      const written = await Promise.allSettled(
        Array.from({ length: 24 }, (_, n) =>
          write(async (writer) => {
            for (const channel of n % 2 === 0 ? CHANNELS : CHANNELS.toReversed()) {
              const at = T + n;
              await writer.saveProgress(
                aProgress({
                  channel,
                  bucket: n % 5,
                  intakes: 1,
                  rows,
                  firstReceivedAt: at,
                  lastReceivedAt: at + 100,
                }),
              );
            }
          }),
        ),
      );
      expect(written.filter(({ status }) => status === "rejected")).toEqual([]);
      expect(await kit.store.feeds.books()).toEqual(
        CHANNELS.map((channel) => ({
          channel,
          intakes: 24,
          seen: 168,
          accepted: 96,
          duplicates: 48,
          quarantined: 24,
          firstReceivedAt: T,
          watermark: T + 123,
        })),
      );
      expect((await kit.store.feeds.progress()).watermarks).toEqual({ legacy: T + 123, new: T + 123 });
    });

    it("take no bucket that has no time for one that has", async () => {
      await write((writer) => writer.saveProgress(aProgress({ bucket: 1, intakes: 1 })));
      await write((writer) =>
        writer.saveProgress(aProgress({ bucket: 2, firstReceivedAt: T, lastReceivedAt: T + 1 })),
      );
      await write((writer) => writer.saveProgress(aProgress({ bucket: 3, intakes: 1 })));
      const book = (await kit.store.feeds.books()).find(({ channel }) => channel === "webhook");
      expect(book).toMatchObject({ intakes: 2, firstReceivedAt: T, watermark: T + 1 });
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
      const books = await kit.store.feeds.books();
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
      expect((await kit.store.feeds.progress()).watermarks).toEqual({ legacy: null, new: T + 3 });
      await speak("webhook", T + 1);
      await speak("legacy-api", T + 4);
      await speak("legacy-scan", T + 8);
      expect((await kit.store.feeds.progress()).watermarks).toEqual({ legacy: T + 8, new: T + 3 });
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
      expect((await kit.store.feeds.progress()).deliveries).toEqual(
        new Map([
          ["1", { firstAt: T, lastAt: T + 2 }],
          ["2", { firstAt: T + 3, lastAt: T + 9 }],
        ]),
      );
    });

    it("hold each customer's window once, whoever wrote it, also when many do at once", async () => {
      const customers = ["11223344", "", "0", "É'", "99887766"];
      const written = await Promise.allSettled(
        Array.from({ length: 16 }, (_, n) => {
          const order = n % 2 === 0 ? customers : customers.toReversed();
          const window = { firstAt: T - n, lastAt: T + n };
          const deliveries = new Map(order.map((customer) => [customer, window]));
          return write((writer) => writer.saveProgress(aProgress({ bucket: n, deliveries })));
        }),
      );
      expect(written.filter(({ status }) => status === "rejected")).toEqual([]);
      expect((await kit.store.feeds.progress()).deliveries).toEqual(
        new Map(customers.map((customer) => [customer, { firstAt: T - 15, lastAt: T + 15 }])),
      );
    });
  });
}
