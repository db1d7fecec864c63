import { describe, expect, it } from "vitest";
import type { FeedState, FeedStateWriter } from "../../src/store/feed-state-access.ts";
import type { OpenStore } from "./store-under-test.ts";
import { T, useStore } from "./store-under-test.ts";

/** What feeds remember: one value under each key, changed together with the rows it speaks of. */
export function keepsFeedStates(openStore: OpenStore): void {
  describe("feed states", () => {
    const kit = useStore(openStore);
    const write = <Result>(work: (writer: FeedStateWriter) => Promise<Result>): Promise<Result> =>
      kit.store.transaction(({ feedStates }) => work(feedStates));
    const save = (wish: Partial<FeedState> = {}): Promise<void> =>
      write((writer) => writer.save(aState(wish)));

    it("are not there before they are saved", async () => {
      expect(await kit.store.feedStates.find("status-api", "cursor 1")).toBeUndefined();
      expect(await kit.store.feedStates.list("status-api", "")).toEqual([]);
    });

    it("take the place of what was there, and of nothing else", async () => {
      await save();
      await save({ feed: "legacy-api" });
      await save({ value: '{"at":2}', changedAt: T + 1 });
      const { feedStates } = kit.store;
      expect(await feedStates.find("status-api", "cursor 1")).toEqual(
        aState({ value: '{"at":2}', changedAt: T + 1 }),
      );
      expect(await feedStates.find("legacy-api", "cursor 1")).toEqual(aState({ feed: "legacy-api" }));
    });

    it("are listed by the beginning of their keys, in order, whatever characters those hold", async () => {
      const keys = ["file %_.csv", "file A.csv", "file a.csv", "file é.csv", "fil", "other"];
      for (const key of keys.toReversed()) await save({ key });
      const listed = await kit.store.feedStates.list("status-api", "file ");
      expect(listed.map(({ key }) => key)).toEqual(keys.slice(0, 4));
      expect(await kit.store.feedStates.list("status-api", "file %")).toHaveLength(1);
      expect(await kit.store.feedStates.list("status-api", "")).toHaveLength(6);
    });

    it("can be dropped", async () => {
      await save();
      await write((writer) => writer.drop("status-api", "cursor 1"));
      expect(await kit.store.feedStates.find("status-api", "cursor 1")).toBeUndefined();
    });

    it("are seen in the transaction that saves them, and are gone when it fails", async () => {
      const attempt = write(async (writer) => {
        await writer.save(aState());
        expect(await writer.find("status-api", "cursor 1")).toEqual(aState());
        throw new Error("no");
      });
      await expect(attempt).rejects.toThrow("no");
      expect(await kit.store.feedStates.find("status-api", "cursor 1")).toBeUndefined();
    });
  });
}

function aState(wish: Partial<FeedState> = {}): FeedState {
  return { feed: "status-api", key: "cursor 1", value: '{"at":1}', changedAt: T, ...wish };
}
