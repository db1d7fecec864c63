import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { makeCheckpointer } from "../../src/app/checkpointer.ts";
import type { App } from "../../src/app/open-app.ts";
import type { Job } from "../../src/app/threads/job.ts";

/** Threads that note what they are given; the test ends each job. */
function makeSlowThreads() {
  const jobs: { readonly job: Job; readonly end: (error?: Error) => void }[] = [];
  async function* submit(job: Job) {
    await new Promise<void>((resolve, reject) => {
      jobs.push({ job, end: (error) => (error === undefined ? resolve() : reject(error)) });
    });
  }
  const app = { store: { checkpoint: async () => undefined }, threads: { submit } };
  return {
    jobs,
    app: app as unknown as Pick<App, "store" | "threads">,
    /** Resolves once so many jobs have begun. */
    begun: async (count: number) => {
      while (jobs.length < count) await wait(1);
    },
  };
}

const AT_ONCE = { soonMs: 1, afterFailureMs: 1 };
const fail = (error: unknown): never => expect.unreachable(String(error));
const NEVER = 1_000_000;

describe("makeCheckpointer", () => {
  it("looks at once, then after saves, one look at a time", async () => {
    const { app, jobs, begun } = makeSlowThreads();
    const checkpointer = makeCheckpointer(app, fail, AT_ONCE);
    await begun(1);
    for (let n = 0; n < 10; n += 1) checkpointer?.onSaved();
    await wait(20);
    expect(jobs.map(({ job }) => job)).toEqual([{ kind: "checkpoint" }]);
    jobs[0]?.end();
    await wait(20);
    expect(jobs).toHaveLength(1);
    for (let n = 0; n < 10; n += 1) checkpointer?.onSaved();
    await begun(2);
    jobs[1]?.end();
    await checkpointer?.close();
  });

  it("tells a failure once, waits, and goes on", async () => {
    const { app, jobs, begun } = makeSlowThreads();
    const failures: unknown[] = [];
    const checkpointer = makeCheckpointer(app, (error) => failures.push(error), {
      soonMs: 1,
      afterFailureMs: 50,
    });
    await begun(1);
    const failedAt = performance.now();
    jobs[0]?.end(new Error("disk full"));
    while (jobs.length < 2) {
      checkpointer?.onSaved();
      await wait(1);
    }
    expect(performance.now() - failedAt).toBeGreaterThan(40);
    expect(failures).toEqual([new Error("disk full")]);
    jobs[1]?.end();
    await checkpointer?.close();
  });

  it("closes when the look that is under way has ended, and looks no more", async () => {
    const { app, jobs, begun } = makeSlowThreads();
    const checkpointer = makeCheckpointer(app, fail, AT_ONCE);
    await begun(1);
    let isClosed = false;
    const closed = checkpointer?.close().then(() => {
      isClosed = true;
    });
    await wait(20);
    expect(isClosed).toBe(false);
    jobs[0]?.end();
    await closed;
    checkpointer?.onSaved();
    await wait(20);
    expect(jobs).toHaveLength(1);
  });

  it.each([
    ["a look", { soonMs: NEVER, afterFailureMs: 1 }, undefined],
    ["another attempt", { soonMs: 1, afterFailureMs: NEVER }, new Error("disk full")],
  ])("closes while it waits for %s", async (_, waits, failure) => {
    const { app, jobs, begun } = makeSlowThreads();
    const checkpointer = makeCheckpointer(app, () => undefined, waits);
    await begun(1);
    jobs[0]?.end(failure);
    await wait(20);
    checkpointer?.onSaved();
    await checkpointer?.close();
    expect(jobs).toHaveLength(1);
  });

  it("is not there where a server does so itself, or there are no threads", () => {
    const { app } = makeSlowThreads();
    const store = { ...app.store, checkpoint: null };
    expect(makeCheckpointer({ ...app, store }, fail)).toBeNull();
    expect(makeCheckpointer({ ...app, threads: null }, fail)).toBeNull();
  });
});
