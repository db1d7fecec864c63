import { describe, expect, it } from "vitest";
import { GROUPS } from "../../src/store/bucket-groups.ts";
import type { CopyMark, TableWriter } from "../../src/store/table-access.ts";
import type { Stretch, TableRow } from "../../src/store/tables.ts";
import { isBucketed, listStretches, TABLE_NAMES, TABLES } from "../../src/store/tables.ts";
import { anIntake, aPlan, aRun } from "../support/store-rows.ts";
import { mostRows, rowsOf } from "../support/table-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { all, useStore } from "./store-under-test.ts";

/** Reading and writing whole tables: what copies and checks are made of. */
export function movesTables(openStore: OpenStore): void {
  describe("tables", () => {
    const kit = useStore(openStore);

    const write = <Result>(work: (tables: TableWriter) => Promise<Result>): Promise<Result> =>
      kit.store.transaction(({ tables }) => work(tables));
    const replace = (stretch: Stretch, ...pages: readonly (readonly TableRow[])[]): Promise<void> =>
      write((tables) => tables.replaceRows(stretch, toPages(pages)));
    const read = (stretch: Stretch): Promise<TableRow[]> => all(kit.store.tables.rows(stretch));

    it.each(TABLE_NAMES)(
      "give back what was put there, in the order of the key, in pages: %s",
      async (table) => {
        const stretch = { table, group: 0 };
        const { pageRows } = TABLES[table];
        const rows = rowsOf(stretch, Math.min(2 * pageRows + 1, mostRows(stretch)));
        await replace(stretch, rows.slice(5).toReversed(), [], rows.slice(0, 5));
        const pages: number[] = [];
        const found: TableRow[] = [];
        for await (const page of kit.store.tables.rows(stretch)) {
          pages.push(page.length);
          found.push(...page);
        }
        expect(found).toEqual(rows);
        expect(Math.max(...pages)).toBeLessThanOrEqual(pageRows);
      },
    );

    it("say on which settings of the database it depends that what was committed stays", async () => {
      const settings = await kit.store.tables.durability();
      expect(settings.map(({ name }) => name)).toContain(
        settings.length === 1 ? "synchronous" : "synchronous_commit",
      );
      for (const { value, isSafe } of settings)
        expect(isSafe, value).toBe(!["off", "OFF", "NORMAL"].includes(value));
      // What is ours to set is safe, however fast the server was made for tests.
      expect(settings.filter(({ name }) => name.startsWith("synchronous"))).toMatchObject([{ isSafe: true }]);
    });

    it.each(TABLE_NAMES.filter(isBucketed))("hold each group of buckets by itself: %s", async (table) => {
      const groups = [0, 1, GROUPS - 1];
      const { pageRows } = TABLES[table];
      const rowsIn = (group: number, version: number): TableRow[] =>
        rowsOf({ table, group }, Math.min(pageRows, mostRows({ table, group })), version);
      for (const group of groups) await replace({ table, group }, rowsIn(group, 0));
      await replace({ table, group: 1 }, rowsIn(1, 1));
      for (const group of groups)
        expect(await read({ table, group })).toEqual(rowsIn(group, group === 1 ? 1 : 0));
      await replace({ table, group: 1 });
      expect(await read({ table, group: 1 })).toEqual([]);
      expect(await read({ table, group: 0 })).toEqual(rowsIn(0, 0));
    });

    it("keep nothing of a transaction that fails", async () => {
      const stretch: Stretch = { table: "finding", group: 2 };
      await replace(stretch, rowsOf(stretch, 3));
      const attempt = write(async (tables) => {
        await tables.replaceRows(stretch, toPages([rowsOf(stretch, 9, 1)]));
        await tables.saveMark({ ...stretch, rows: 9, hash: "00" });
        throw new Error("no");
      });
      await expect(attempt).rejects.toThrow("no");
      expect(await read(stretch)).toEqual(rowsOf(stretch, 3));
      expect(await kit.store.tables.marks()).toEqual([]);
    });

    it("are empty while nothing was kept, whatever is claimed, and not afterwards", async () => {
      await kit.store.claims.take("group 1", "a", 60_000);
      expect(await kit.store.tables.isEmpty()).toBe(true);
      for (const stretch of listStretches()) expect(await read(stretch)).toEqual([]);
      const last: Stretch = { table: "channel_books", group: GROUPS - 1 };
      await replace(last, rowsOf(last, 1));
      expect(await kit.store.tables.isEmpty()).toBe(false);
    });

    it("show what the store's own writers wrote", async () => {
      await kit.write((writer) => writer.saveIntakes([anIntake("a")]));
      const found = await Promise.all(
        Array.from({ length: GROUPS }, (_, group) => read({ table: "intake", group })),
      );
      expect(found.flat()).toHaveLength(1);
      const [row] = found.flat();
      const columns = Object.keys(TABLES.intake.columns);
      expect(row?.[columns.indexOf("raw_key")]).toBe(anIntake("a").rawKey);
    });

    it("let what comes later have larger numbers than what was put there", async () => {
      const inbox: Stretch = { table: "inbox", group: 0 };
      const rows = rowsOf(inbox, 40);
      await replace(inbox, rows);
      await kit.write((writer) =>
        writer.saveRecords([{ bucket: 0, channel: "webhook", records: Buffer.from("new") }]),
      );
      const waiting = await kit.store.parcels.inbox(0);
      expect(Buffer.from(waiting.at(-1)?.records ?? []).toString()).toBe("new");
      expect(waiting.at(-1)?.seq).toBeGreaterThan(40);
      const spool: Stretch = { table: "spool", group: 0 };
      await replace(spool, rowsOf(spool, 40));
      await kit.store.transaction((tx) => tx.spool.append({ bucket: 0, deliveries: Buffer.from("new") }));
      const spooled = (await kit.store.spool.sizes(0)).at(-1);
      expect(spooled?.bytes).toBe(3);
      expect(spooled?.seq).toBeGreaterThan(40);
      const runs: Stretch = { table: "run", group: 0 };
      const run = (seq: number, runId: string): TableRow => [seq, runId, 1, "f", "d", "{}", 0, "go"];
      await replace(runs, [run(7, "seventh"), run(3, "third")]);
      expect(await kit.store.runs.last()).toMatchObject({ runId: "seventh" });
      await kit.store.transaction(async ({ evaluations }) => {
        await evaluations.openRun(aPlan());
        await evaluations.saveRun(aRun());
      });
      expect(await kit.store.runs.last()).toEqual(aRun());
    });

    it("say which store they are of, and how far a copy into it has come", async () => {
      const { tables } = kit.store;
      const info = await tables.info();
      expect(info).toMatchObject({ copiedFrom: null, isPartial: false });
      expect(info.storeId).toMatch(/^[0-9a-f]{32}$/);
      expect(info.schemaVersion).toBeGreaterThan(0);
      await write((writer) => writer.beginCopy("another"));
      const marks: CopyMark[] = [
        { table: "finding", group: 3, rows: 12, hash: "aa" },
        { table: "run", group: 0, rows: 0, hash: "00" },
      ];
      for (const mark of marks) await write((writer) => writer.saveMark(mark));
      expect(await tables.info()).toEqual({ ...info, copiedFrom: "another", isPartial: true });
      expect((await tables.marks()).toSorted((a, b) => b.rows - a.rows)).toEqual(marks);
      await write((writer) => writer.dropMark({ table: "finding", group: 3 }));
      expect(await tables.marks()).toEqual(marks.slice(1));
      await write((writer) => writer.endCopy());
      expect(await tables.marks()).toEqual([]);
      expect(await tables.info()).toEqual({ ...info, copiedFrom: "another" });
    });

    it("find no damage in a store that has none", async () => {
      await kit.keepParcels({});
      expect((await kit.store.tables.findDamage()) ?? []).toEqual([]);
    });
  });
}

async function* toPages(pages: readonly (readonly TableRow[])[]): AsyncGenerator<readonly TableRow[]> {
  yield* pages;
}
