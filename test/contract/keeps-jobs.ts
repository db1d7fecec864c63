import { describe, expect, it } from "vitest";
import { ClaimLost } from "../../src/store/claims.ts";
import type { JobRun, JobWriter } from "../../src/store/run-access.ts";
import type { OpenStore } from "./store-under-test.ts";
import { T, useStore } from "./store-under-test.ts";

/** The runs of jobs: one for each business date, begun, taken over, ended once. */
export function keepsJobs(openStore: OpenStore): void {
  describe("jobs", () => {
    const kit = useStore(openStore);
    const write = <Result>(work: (writer: JobWriter) => Promise<Result>): Promise<Result> =>
      kit.store.transaction(({ jobs }) => work(jobs));
    const begin = (wish: Partial<Start> = {}): Promise<JobRun | undefined> =>
      write((writer) => writer.begin(aStart(wish)));
    const end = (wish: Partial<End> = {}): Promise<void> => write((writer) => writer.end(anEnd(wish)));
    const latest = (job = "nightly"): Promise<JobRun | undefined> => kit.store.jobs.latest(job);

    it("have no run before the first begins", async () => {
      expect(await latest()).toBeUndefined();
    });

    it("run from their beginning to their end, and say what that was", async () => {
      const running = { ...aStart(), state: "running", endedAt: null, outcome: null };
      expect(await begin()).toEqual(running);
      expect(await latest()).toEqual(running);
      await end();
      expect(await latest()).toEqual({ ...aStart(), state: "ended", endedAt: T + 5, outcome: "go" });
    });

    it("can be taken over until they end; when they began stays", async () => {
      await begin();
      const taken = await begin({ owner: "b", token: 7, startedAt: T + 1 });
      expect(taken).toMatchObject({ state: "running", owner: "b", token: 7, startedAt: T });
      expect(await latest()).toEqual(taken);
      await end({ token: 7 });
      expect(await latest()).toMatchObject({ state: "ended", owner: "b", token: 7 });
    });

    it("end once: neither begun again nor ended again", async () => {
      await begin();
      await end();
      const ended = await latest();
      expect(await begin({ owner: "b", token: 7 })).toBeUndefined();
      await expect(end({ outcome: "no_go" })).rejects.toBeInstanceOf(ClaimLost);
      expect(await latest()).toEqual(ended);
    });

    it("are not ended by whom they were taken over from, and nothing of that transaction is kept", async () => {
      await begin();
      await begin({ owner: "b", token: 7 });
      const attempt = write(async (writer) => {
        await writer.begin(aStart({ job: "other" }));
        await writer.end(anEnd());
      });
      await expect(attempt).rejects.toBeInstanceOf(ClaimLost);
      expect(await latest()).toMatchObject({ state: "running", owner: "b" });
      expect(await latest("other")).toBeUndefined();
    });

    it("cannot end what never began", async () => {
      await begin();
      await expect(end({ businessDate: "2026-03-21" })).rejects.toBeInstanceOf(ClaimLost);
      await expect(end({ job: "other" })).rejects.toBeInstanceOf(ClaimLost);
    });

    it("have a run for each business date, and know the latest", async () => {
      for (const businessDate of ["2026-03-20", "2026-03-21", "2026-12-01"]) {
        await begin({ businessDate });
        await end({ businessDate });
        expect(await latest()).toMatchObject({ businessDate, state: "ended" });
      }
    });

    it("give up what has not ended when a later date begins; it can be neither begun nor ended then", async () => {
      await begin({ businessDate: "2026-03-20" });
      await begin({ businessDate: "2026-03-21", token: 2 });
      await expect(end({ businessDate: "2026-03-20" })).rejects.toBeInstanceOf(ClaimLost);
      expect(await begin({ businessDate: "2026-03-20", token: 3 })).toBeUndefined();
      expect(await latest()).toMatchObject({ businessDate: "2026-03-21", state: "running", token: 2 });
    });

    it("do not go back to an earlier date, also when that one has ended", async () => {
      await begin({ businessDate: "2026-03-21" });
      await end({ businessDate: "2026-03-21" });
      expect(await begin({ businessDate: "2026-03-20" })).toBeUndefined();
      expect(await latest()).toMatchObject({ businessDate: "2026-03-21", state: "ended" });
    });

    it("do not know of each other", async () => {
      await begin();
      await begin({ job: "other", businessDate: "2026-03-25", token: 9 });
      await end();
      expect(await latest()).toMatchObject({ businessDate: "2026-03-20", state: "ended" });
      expect(await latest("other")).toMatchObject({ businessDate: "2026-03-25", state: "running" });
    });

    it("begin and end together with what else is written, or not at all", async () => {
      const attempt = write(async (writer) => {
        await writer.begin(aStart());
        throw new Error("no");
      });
      await expect(attempt).rejects.toThrow("no");
      expect(await latest()).toBeUndefined();
    });
  });
}

type Start = Parameters<JobWriter["begin"]>[0];
type End = Parameters<JobWriter["end"]>[0];

function aStart(wish: Partial<Start> = {}): Start {
  return { job: "nightly", businessDate: "2026-03-20", owner: "a", token: 1, startedAt: T, ...wish };
}

function anEnd(wish: Partial<End> = {}): End {
  return { job: "nightly", businessDate: "2026-03-20", token: 1, endedAt: T + 5, outcome: "go", ...wish };
}
