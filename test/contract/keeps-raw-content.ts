import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { RawPart } from "../../src/store/intake-access.ts";
import { toRawBytes } from "../../src/store/pack.ts";
import { makePack } from "../support/packs.ts";
import { anIntake, hashOf, partsOf } from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { useStore } from "./store-under-test.ts";

/** What the intakes held, byte for byte. */
export function keepsRawContent(openStore: OpenStore): void {
  describe("raw content", () => {
    const kit = useStore(openStore);
    const { write } = kit;

    /** Keeps a file's content under its own hash. */
    const keepFile = (content: string | Uint8Array, pieceBytes?: number): Promise<unknown> =>
      write(async (writer) => {
        await writer.saveRaw(partsOf(content, pieceBytes));
        return writer.saveIntakes([anIntake(content, "legacy-scan")]);
      });
    /** The content as Latin-1, so that a difference can be read; `undefined` when there is none. */
    const rawOf = async (content: string | Uint8Array, rawKey?: string | null) => {
      const raw = await kit.store.feeds.raw(hashOf(content), rawKey);
      return raw === undefined ? undefined : Buffer.from(raw).toString("latin1");
    };
    const toShown = (content: string | Uint8Array) => Buffer.from(content).toString("latin1");

    it.each([
      ["of a few bytes", Buffer.from([0, 255, 0, 10, 13])],
      ["of many bytes, in one part", randomBytes(300_000)],
      ["that is empty", Buffer.alloc(0)],
    ])("of a file %s comes back", async (_, content) => {
      await keepFile(content);
      expect(await rawOf(content)).toBe(toShown(content));
    });

    it("of a file in several parts comes back in the order of the parts, however they were kept", async () => {
      const content = randomBytes(12 * 1000 + 1);
      const parts = partsOf(content, 1000);
      expect(parts).toHaveLength(13);
      await write((writer) => writer.saveRaw(parts.slice(7)));
      await write((writer) => writer.saveRaw(parts.slice(0, 7).toReversed()));
      await write((writer) => writer.saveIntakes([anIntake(content)]));
      expect(await rawOf(content)).toBe(toShown(content));
    });

    it("is each file's own", async () => {
      const contents = ["one", "", "two", "three of them", "two "];
      for (const content of contents) await keepFile(content, 2);
      for (const content of contents) expect(await rawOf(content)).toBe(content);
    });

    it("stays as it is when its key comes again, and grows by parts that are new", async () => {
      const key = hashOf("abcd");
      const part = (n: number, text: string) => ({ key, part: n, bytes: toRawBytes(Buffer.from(text)) });
      await write(async (writer) => {
        await writer.saveIntakes([anIntake("abcd")]);
        await writer.saveRaw([part(0, "ab"), part(0, "twice")]);
      });
      await write((writer) => writer.saveRaw([part(1, "cd"), part(0, "again")]));
      expect(await rawOf("abcd")).toBe("abcd");
    });

    it("is just the part of a larger buffer that was given", async () => {
      const [{ key, bytes }] = partsOf("content") as [RawPart];
      const larger = new Uint8Array(bytes.length + 20).fill(7);
      larger.set(bytes, 9);
      await write(async (writer) => {
        await writer.saveRaw([{ key, part: 0, bytes: larger.subarray(9, 9 + bytes.length) }]);
        await writer.saveIntakes([anIntake("content")]);
      });
      expect(await rawOf("content")).toBe("content");
    });

    it("may be kept by many at once", async () => {
      const parts = ["a", "b", "c", "d"].flatMap((text) => partsOf(text));
      await Promise.all([
        ...Array.from({ length: 4 }, () => write((writer) => writer.saveRaw(parts))),
        ...Array.from({ length: 4 }, () => write((writer) => writer.saveRaw(parts.toReversed()))),
      ]);
      await write((writer) => writer.saveIntakes([anIntake("c")]));
      expect(await rawOf("c")).toBe("c");
    });

    it("of a pack is each payload's own, found by its hash", async () => {
      const payloads = ["one", "", "two", "one more", '{"a":1}'];
      const pack = makePack(payloads.map((payload) => Buffer.from(payload)));
      const other = makePack([Buffer.from("elsewhere")]);
      await write((writer) => writer.saveRaw([pack, other]));
      for (const payload of payloads) expect(await rawOf(payload, pack.key)).toBe(payload);
      expect(await rawOf("elsewhere", pack.key)).toBeUndefined();
      expect(await rawOf("elsewhere", other.key)).toBe("elsewhere");
    });

    it("of a packed payload that is kept as an intake needs no more than its hash", async () => {
      const pack = makePack([Buffer.from("one"), Buffer.from("two")]);
      await write(async (writer) => {
        await writer.saveRaw([pack]);
        await writer.saveIntakes([{ ...anIntake("two"), rawKey: pack.key }]);
      });
      expect(await rawOf("two")).toBe("two");
      expect(await rawOf("two", null)).toBe("two");
      expect(await rawOf("two", pack.key)).toBe("two");
      expect(await rawOf("one")).toBeUndefined();
    });

    it("is not there when it was never kept", async () => {
      await write((writer) => writer.saveIntakes([anIntake("without parts")]));
      expect(await rawOf("without parts")).toBeUndefined();
      expect(await rawOf("absent")).toBeUndefined();
      expect(await rawOf("absent", null)).toBeUndefined();
      expect(await rawOf("absent", "no such pack")).toBeUndefined();
    });
  });
}
