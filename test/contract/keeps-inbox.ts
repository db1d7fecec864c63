import { describe, expect, it } from "vitest";
import { bucketOf } from "../../src/domain/barcode.ts";
import type { Channel } from "../../src/domain/channel.ts";
import { CHANNELS } from "../../src/domain/channel.ts";
import { encodeObservation } from "../../src/store/dossier-codec.ts";
import { encodeListing, encodeWithdrawal, readRecords, toRecordLine } from "../../src/store/inbox-record.ts";
import type { InboxRow } from "../../src/store/parcel-access.ts";
import { aKept, hashOf, parcelOf } from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { T, useStore } from "./store-under-test.ts";

/** What waits to be settled. */
export function keepsInbox(openStore: OpenStore): void {
  describe("inbox", () => {
    const kit = useStore(openStore);

    const batch = (bucket: number, text: string, channel: Channel = "webhook") => ({
      bucket,
      channel,
      records: Buffer.from(text, "latin1"),
    });
    const append = (...batches: readonly ReturnType<typeof batch>[]): Promise<void> =>
      kit.write((writer) => writer.saveRecords(batches));
    const textsOf = async (bucket: number): Promise<string[]> =>
      (await kit.store.parcels.inbox(bucket)).map(({ records }) => Buffer.from(records).toString("latin1"));
    const clear = (...rows: readonly Pick<InboxRow, "bucket" | "seq">[]): Promise<void> =>
      kit.store.transaction(({ dossiers }) => dossiers.clearInbox(rows));

    it("is empty at first", async () => {
      expect(await kit.store.parcels.inboxBuckets()).toEqual([]);
      expect(await kit.store.parcels.inbox(1)).toEqual([]);
    });

    it("gives every batch back in order of arrival, per bucket, with its channel", async () => {
      await append(batch(1023, "a"), batch(0, "b", "legacy-scan"), batch(1023, "c", "status-api"));
      await append(batch(1023, "a"), batch(0, "e", "legacy-api"));
      expect(await kit.store.parcels.inboxBuckets()).toEqual([0, 1023]);
      expect(await textsOf(1023)).toEqual(["a", "c", "a"]);
      expect(await textsOf(1)).toEqual([]);
      const rows = await kit.store.parcels.inbox(0);
      expect(rows.map(({ bucket, channel }) => [bucket, channel])).toEqual([
        [0, "legacy-scan"],
        [0, "legacy-api"],
      ]);
      expect(await textsOf(0)).toEqual(["b", "e"]);
    });

    it("keeps the order of many batches, in numbers that grow", async () => {
      const texts = Array.from({ length: 60 }, (_, n) => `batch ${n}`);
      for (const text of texts.slice(0, 20)) await append(batch(3, text));
      await append(...texts.slice(20).map((text) => batch(3, text)));
      expect(await textsOf(3)).toEqual(texts);
      const seqs = (await kit.store.parcels.inbox(3)).map(({ seq }) => seq);
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    });

    it("keeps records byte for byte, whatever the channel and the length", async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString("latin1");
      const texts = ["", "\u0000", "é\n\t'\\x", bytes, bytes.repeat(8000)];
      for (const [n, channel] of CHANNELS.entries()) {
        await append(...texts.map((text) => batch(n, text, channel)));
        expect(await textsOf(n)).toEqual(texts);
      }
    });

    it("keeps just the part of a larger buffer that a batch is", async () => {
      const larger = new TextEncoder().encode("before|records|after");
      await kit.write((writer) =>
        writer.saveRecords([{ bucket: 1, channel: "webhook", records: larger.subarray(7, 14) }]),
      );
      expect(await textsOf(1)).toEqual(["records"]);
    });

    it("keeps records that can be read again", async () => {
      const entry = encodeObservation(aKept({ details: { reference: "\u0000\t\n\u2028é\ud83d\ude00" } }));
      const withdrawal = { identity: aKept().identity, intake: hashOf("a"), winner: hashOf("b") };
      const lines =
        toRecordLine(parcelOf(1), entry) +
        toRecordLine(parcelOf(2), encodeListing(T)) +
        toRecordLine(parcelOf(1), encodeWithdrawal(withdrawal));
      await kit.write((writer) =>
        writer.saveRecords([{ bucket: 5, channel: "webhook", records: Buffer.from(lines) }]),
      );
      const [row] = await kit.store.parcels.inbox(5);
      expect([...readRecords(row?.records ?? Buffer.alloc(0))]).toEqual([
        { kind: "observation", barcode: parcelOf(1), entry },
        { kind: "listing", barcode: parcelOf(2), listedAt: T },
        { kind: "withdrawal", barcode: parcelOf(1), ...withdrawal },
      ]);
    });

    it("loses what was cleared, and nothing else", async () => {
      await append(batch(1, "a"), batch(2, "b"), batch(1, "c"), batch(1, "d"));
      const [first, second] = await kit.store.parcels.inbox(1);
      await append(batch(1, "later"));
      await clear(...[first, second].flatMap((row) => row ?? []));
      expect(await textsOf(1)).toEqual(["d", "later"]);
      expect(await textsOf(2)).toEqual(["b"]);
      await clear();
      await clear(...(await kit.store.parcels.inbox(2)));
      expect(await kit.store.parcels.inboxBuckets()).toEqual([1]);
      await clear(...(await kit.store.parcels.inbox(1)));
      expect(await kit.store.parcels.inboxBuckets()).toEqual([]);
    });

    it("does not give a number again, so that a batch settled once cannot take another's place", async () => {
      await append(batch(1, "a"));
      const [settled] = await kit.store.parcels.inbox(1);
      await clear(...(settled === undefined ? [] : [settled]));
      await append(batch(1, "b"));
      const [next] = await kit.store.parcels.inbox(1);
      expect(next?.seq).toBeGreaterThan(settled?.seq ?? Number.POSITIVE_INFINITY);
      await clear(...(settled === undefined ? [] : [settled]));
      expect(await textsOf(1)).toEqual(["b"]);
    });

    it("takes what many append at once", async () => {
      const names = Array.from({ length: 20 }, (_, n) => `batch ${n}`);
      await Promise.all(names.map((name) => append(batch(1, name), batch(2, name))));
      for (const bucket of [1, 2]) expect((await textsOf(bucket)).sort()).toEqual([...names].sort());
    });

    it("makes no parcel dirty and no dossier", async () => {
      await append(batch(bucketOf(parcelOf(1)), toRecordLine(parcelOf(1), encodeListing(T))));
      expect(await kit.store.parcels.buckets()).toEqual([]);
      expect(await kit.touched()).toEqual([]);
    });
  });
}
