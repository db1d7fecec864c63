import { describe, expect, it } from "vitest";
import type { SpoolKey } from "../../src/store/spool-access.ts";
import type { OpenStore } from "./store-under-test.ts";
import { useStore } from "./store-under-test.ts";

/** Deliveries as they came, that wait to be unpacked. */
export function keepsSpool(openStore: OpenStore): void {
  describe("spool", () => {
    const kit = useStore(openStore);

    const append = (bucket: number, text: string): Promise<void> =>
      kit.store.transaction(({ spool }) => spool.append({ bucket, deliveries: Buffer.from(text, "latin1") }));
    const keysOf = (bucket: number) => kit.store.spool.sizes(bucket);
    const textsOf = async (bucket: number, keys?: readonly SpoolKey[]): Promise<string[]> => {
      const seqs = (keys ?? (await keysOf(bucket))).map(({ seq }) => seq);
      const batches = await kit.store.spool.batches(bucket, seqs);
      return batches.map(({ deliveries }) => Buffer.from(deliveries).toString("latin1"));
    };
    const remove = (...keys: readonly SpoolKey[]): Promise<void> =>
      kit.store.transaction(({ spool }) => spool.remove(keys));

    it("is empty at first", async () => {
      expect(await kit.store.spool.buckets()).toEqual([]);
      expect(await keysOf(7)).toEqual([]);
      expect(await kit.store.spool.batches(7, [])).toEqual([]);
    });

    it("gives every batch back byte for byte, oldest first, per bucket, with its size", async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString("latin1");
      await append(1023, "first");
      await append(0, bytes.repeat(20_000));
      await append(1023, "");
      await append(1023, "\0é");
      expect(await kit.store.spool.buckets()).toEqual([0, 1023]);
      expect((await keysOf(1023)).map((key) => [key.bucket, key.bytes])).toEqual([
        [1023, 5],
        [1023, 0],
        [1023, 2],
      ]);
      expect(await textsOf(1023)).toEqual(["first", "", "\0é"]);
      expect((await textsOf(0))[0] === bytes.repeat(20_000)).toBe(true);
      expect(await textsOf(1)).toEqual([]);
    });

    it("gives just the batches that are asked for, whatever the order, without those that are gone", async () => {
      for (const text of ["a", "b", "c", "d"]) await append(3, text);
      const [a, b, c, d] = await keysOf(3);
      const chosen = [d, b, a].flatMap((key) => key ?? []);
      await remove(...[b].flatMap((key) => key ?? []));
      expect(await textsOf(3, chosen)).toEqual(["a", "d"]);
      expect(await textsOf(3)).toEqual(["a", "c", "d"]);
      expect(c?.seq).toBeGreaterThan(b?.seq ?? Infinity);
    });

    it("loses what was removed, and nothing else, and gives no number again", async () => {
      await append(1, "a");
      await append(2, "b");
      const removed = await keysOf(1);
      await remove(...removed);
      expect(await kit.store.spool.buckets()).toEqual([2]);
      await append(1, "next");
      await remove(...removed);
      expect(await textsOf(1)).toEqual(["next"]);
      await remove(...(await keysOf(1)), ...(await keysOf(2)));
      expect(await kit.store.spool.buckets()).toEqual([]);
    });

    it("keeps nothing of a transaction that fails", async () => {
      await append(1, "a");
      const keys = await keysOf(1);
      const failing = kit.store.transaction(async ({ spool }) => {
        await spool.append({ bucket: 1, deliveries: Buffer.from("b") });
        await spool.remove(keys);
        throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
      expect(await textsOf(1)).toEqual(["a"]);
    });

    it("is news for a run", async () => {
      expect(await kit.store.runs.hasNews()).toBe(false);
      await append(5, "a");
      expect(await kit.store.runs.hasNews()).toBe(true);
      await remove(...(await keysOf(5)));
      expect(await kit.store.runs.hasNews()).toBe(false);
    });

    it("takes what many append at once", async () => {
      const names = Array.from({ length: 20 }, (_, n) => `batch ${n}`);
      await Promise.all(names.map((name) => append(1, name)));
      expect((await textsOf(1)).sort()).toEqual([...names].sort());
    });
  });
}
