import { describe, expect, it } from "vitest";
import { makeGroupCommit, QueueFull } from "../../../src/sources/webhook/group-commit.ts";

/** An item has as many bytes as it says. */
const BOUNDS = {
  mostWaiting: 100,
  mostWaitingBytes: 10_000,
  mostPerSave: 100,
  mostBytesPerSave: 10_000,
  bytesOf: (item: number) => item,
};

/** A save that ends when the test says so. */
function makeSlowSave() {
  const saves: { readonly items: readonly number[]; readonly end: (error?: Error) => void }[] = [];
  let tellStarted: () => void = () => undefined;
  return {
    saves,
    save: (items: readonly number[]) =>
      new Promise<void>((resolve, reject) => {
        saves.push({ items, end: (error) => (error === undefined ? resolve() : reject(error)) });
        tellStarted();
      }),
    /** Resolves once `count` saves have begun. */
    begun: async (count: number) => {
      while (saves.length < count) {
        await new Promise<void>((resolve) => {
          tellStarted = resolve;
        });
      }
    },
  };
}

describe("makeGroupCommit", () => {
  it("saves what arrives in one tick together, in order, once", async () => {
    const saved: (readonly number[])[] = [];
    const queue = makeGroupCommit<number>(async (items) => void saved.push(items), BOUNDS);
    await Promise.all([3, 1, 2].map(queue.add));
    expect(saved).toEqual([[3, 1, 2]]);
    await queue.add(4);
    expect(saved).toEqual([[3, 1, 2], [4]]);
  });

  it("resolves nothing before its own save has ended, and gathers what arrives meanwhile", async () => {
    const slow = makeSlowSave();
    const queue = makeGroupCommit<number>(slow.save, BOUNDS);
    const done: number[] = [];
    const add = (item: number) => queue.add(item).then(() => done.push(item));
    const first = add(1);
    await slow.begun(1);
    const later = [add(2), add(3)];
    expect(slow.saves.map(({ items }) => items)).toEqual([[1]]);
    expect(done).toEqual([]);
    slow.saves[0]?.end();
    await first;
    await slow.begun(2);
    expect(done).toEqual([1]);
    expect(slow.saves.map(({ items }) => items)).toEqual([[1], [2, 3]]);
    slow.saves[1]?.end();
    await Promise.all(later);
    expect(done).toEqual([1, 2, 3]);
  });

  it("fails for all that was in a failed save, and for nothing else", async () => {
    const slow = makeSlowSave();
    const queue = makeGroupCommit<number>(slow.save, BOUNDS);
    const first = [queue.add(1), queue.add(2)];
    const outcomes = Promise.allSettled(first);
    await slow.begun(1);
    const next = queue.add(3);
    slow.saves[0]?.end(new Error("disk full"));
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await slow.begun(2);
    slow.saves[1]?.end();
    await next;
  });

  it("survives a save that throws at once", async () => {
    const queue = makeGroupCommit<number>((items) => {
      if (items.includes(1)) throw new Error("bug");
      return Promise.resolve();
    }, BOUNDS);
    await expect(queue.add(1)).rejects.toThrow("bug");
    await queue.add(2);
  });

  it("refuses what is more than may wait, and takes it again later", async () => {
    const slow = makeSlowSave();
    const queue = makeGroupCommit<number>(slow.save, { ...BOUNDS, mostWaiting: 2, mostPerSave: 2 });
    const first = queue.add(0);
    await slow.begun(1);
    const waiting = [queue.add(1), queue.add(2)];
    await expect(queue.add(3)).rejects.toBeInstanceOf(QueueFull);
    slow.saves[0]?.end();
    await first;
    await slow.begun(2);
    slow.saves[1]?.end();
    await Promise.all(waiting);
    const last = queue.add(4);
    await slow.begun(3);
    slow.saves[2]?.end();
    await last;
    expect(slow.saves.map(({ items }) => items)).toEqual([[0], [1, 2], [4]]);
  });

  it("saves no more than may be saved together", async () => {
    const saved: (readonly number[])[] = [];
    const queue = makeGroupCommit<number>(async (items) => void saved.push(items), {
      ...BOUNDS,
      mostWaiting: 10,
      mostPerSave: 2,
    });
    await Promise.all([1, 2, 3, 4, 5].map(queue.add));
    expect(saved).toEqual([[1, 2], [3, 4], [5]]);
  });

  it("saves no more bytes together than may be, unless one alone has more", async () => {
    const saved: (readonly number[])[] = [];
    const queue = makeGroupCommit<number>(async (items) => void saved.push(items), {
      ...BOUNDS,
      mostBytesPerSave: 10,
    });
    await Promise.all([4, 6, 1, 25, 9, 2].map(queue.add));
    expect(saved).toEqual([[4, 6], [1], [25], [9], [2]]);
  });

  it("refuses bytes beyond those that may wait, until they are saved", async () => {
    const slow = makeSlowSave();
    const queue = makeGroupCommit<number>(slow.save, { ...BOUNDS, mostWaitingBytes: 10 });
    const first = queue.add(50);
    await slow.begun(1);
    const waiting = [queue.add(9), queue.add(8)];
    await expect(queue.add(1)).rejects.toBeInstanceOf(QueueFull);
    slow.saves[0]?.end();
    await first;
    await slow.begun(2);
    const next = queue.add(1);
    slow.saves[1]?.end();
    await Promise.all(waiting);
    await slow.begun(3);
    slow.saves[2]?.end();
    await next;
    expect(slow.saves.map(({ items }) => items)).toEqual([[50], [9, 8], [1]]);
  });

  it("drains once everything is saved, and at once where nothing waits", async () => {
    const slow = makeSlowSave();
    const queue = makeGroupCommit<number>(slow.save, BOUNDS);
    await queue.drain();
    const added = queue.add(1);
    let isDrained = false;
    const drained = queue.drain().then(() => {
      isDrained = true;
    });
    await slow.begun(1);
    expect(isDrained).toBe(false);
    slow.saves[0]?.end();
    await Promise.all([added, drained]);
    expect(isDrained).toBe(true);
  });
});
