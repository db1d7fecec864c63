import { describe, expect, it } from "vitest";
import type { Channel } from "../../src/domain/channel.ts";
import { timeOf } from "../support/observations.ts";
import { anIntake, hashOf } from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { useStore } from "./store-under-test.ts";

/** The rows set aside. */
export function keepsQuarantine(openStore: OpenStore): void {
  describe("quarantine", () => {
    const kit = useStore(openStore);
    const { write } = kit;
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
      expect(await kit.store.feeds.quarantined(10)).toEqual(sorted);
      expect(await kit.store.feeds.quarantined(2)).toEqual(sorted.slice(0, 2));
    });

    it("holds every row that one line gave, in the order in which they were set aside", async () => {
      const rows = ["first", "second", "third"].map((code) => ({ ...row("a.xml", 1), code }));
      await write((writer) => writer.saveQuarantined(rows.slice(0, 2)));
      await write((writer) => writer.saveQuarantined(rows.slice(2)));
      expect(await kit.store.feeds.quarantined(10)).toEqual(rows);
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
      expect(await kit.store.feeds.quarantineGroups(10)).toEqual(groups);
      expect(await kit.store.feeds.quarantineGroups(2)).toEqual(groups.slice(0, 2));
    });

    it("counts rows by channel and by the day of their intake's first arrival", async () => {
      const receivedAt = timeOf("2026-03-07T23:59:59.999Z");
      await write(async (writer) => {
        for (const [name, at] of [
          ["a", receivedAt],
          ["b", receivedAt + 1],
        ] as const) {
          const { arrival, ...intake } = anIntake(name);
          await writer.saveIntakes([{ ...intake, arrival: { ...arrival, receivedAt: at } }]);
        }
        await writer.saveQuarantined([
          row("a", 1),
          row("a", 2),
          row("b", 1),
          row("c", 1),
          row("a", 3, "webhook"),
        ]);
      });
      expect(await kit.store.feeds.quarantineDays()).toEqual([
        { channel: "legacy-scan", day: null, rows: 1 },
        { channel: "legacy-scan", day: 20_519, rows: 2 },
        { channel: "legacy-scan", day: 20_520, rows: 1 },
        { channel: "webhook", day: 20_519, rows: 1 },
      ]);
    });

    it("names a row after its intake's first arrival when it is not told otherwise", async () => {
      const { hash, channel } = row("a", 1, "webhook");
      const { arrival } = anIntake("a");
      await write(async (writer) => {
        await writer.saveIntakes([{ ...anIntake("a"), arrival: { ...arrival, name: "of the intake" } }]);
        await writer.saveArrivals([{ hash, channel, name: "later", receivedAt: 1, httpStatus: null }]);
        await writer.saveQuarantined([
          { ...row("a", 1, "webhook"), name: null },
          { ...row("a", 2, "webhook"), name: "its own" },
          { ...row("b", 3, "webhook"), name: null },
        ]);
      });
      const names = (await kit.store.feeds.quarantined(10)).map(({ name }) => name);
      expect(names.sort()).toEqual(["", "its own", "of the intake"]);
    });

    it("lets an intake's rows go, all or those of one code, and says how many there were", async () => {
      const rows = [
        row("a", 1),
        { ...row("a", 2), code: "CODE_INVALID" },
        { ...row("a", 3), code: "CODE_INVALID" },
        { ...row("b", 1), code: "CODE_INVALID" },
      ];
      const release = (name: string, code: string | null) =>
        write((writer) => writer.releaseQuarantined(hashOf(name), code));
      await write((writer) => writer.saveQuarantined(rows));
      expect(await release("a", "ABSENT")).toBe(0);
      expect(await release("a", "CODE_INVALID")).toBe(2);
      expect(await kit.store.feeds.quarantined(10)).toEqual([rows[0], rows[3]]);
      await write((writer) => writer.saveQuarantined(rows.slice(1, 2)));
      expect(await release("a", null)).toBe(2);
      expect(await release("a", null)).toBe(0);
      expect(await kit.store.feeds.quarantined(10)).toEqual([rows[3]]);
    });
  });
}
