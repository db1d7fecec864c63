import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openSqliteStore } from "../../src/store/sqlite/open-store.ts";
import { withAppOn } from "../support/apps.ts";
import type { ProcessOptions } from "../support/processes.ts";
import { proveDurable } from "../support/prove-durable.ts";
import type { Server } from "../support/serving.ts";
import { KEY, listKept, MARK, makePost, sendAll, startServer, taken, toBody } from "../support/serving.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { hashOf } from "../support/store-rows.ts";
import { CAN_TRACE, failingOnce, readSystemCalls, tracedInto } from "../support/system-calls.ts";

/** How often two servers are killed at once; a release is worth hundreds. */
const KILLS = Number(process.env.TRACKBRIDGE_TEST_KILLS ?? 3);
/** How many deliveries each server has on their way at a time. */
const SENDERS = 10;
/** With it some hundred deliveries make the log worth a checkpoint. */
const PADDING = " ".repeat(200_000);

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  writeFileSync(join(cwd, "any-port.yml"), "serve: { port: 0 }");
});

const start = (options: Partial<ProcessOptions> = {}): Promise<Server> =>
  startServer(join(cwd, "a.db"), { cwd, ...options });
const listAllKept = () => listKept(join(cwd, "a.db"));

// Not skipped: in CI that counts as failed, which it is; elsewhere strace is not everybody's.
if (CAN_TRACE || process.env.CI) {
  describe("the system calls of trackbridge serve", () => {
    const REQUESTS = 250;

    /** Serves under a trace, and looks at what it did. */
    async function trace(bug?: string) {
      const path = join(cwd, "trace");
      const { process: server, url } = await start({ under: tracedInto(path), bug });
      const answers = await sendAll(url, 0, REQUESTS);
      expect(taken(answers)).toHaveLength(REQUESTS);
      server.signal("SIGTERM");
      expect(await server.ended).toBe(0);
      return proveDurable(readSystemCalls(path), MARK);
    }

    it("write no 200 before the disk has all that was written of the delivery", async () => {
      expect(await trace()).toEqual({ answered: REQUESTS, unproven: [] });
    });

    it("are told from those of a server whose commits do not wait for the disk", async () => {
      const { answered, unproven } = await trace("synchronous-normal");
      expect(answered).toBe(REQUESTS);
      expect(unproven.length).toBeGreaterThan(REQUESTS * 0.9);
    });

    /** Serves until the disk fails once, and a while longer. */
    async function failOnce(bug?: string) {
      const { process: server, url } = await start({ under: failingOnce(40), bug });
      const post = makePost(url);
      const answers: number[] = [];
      const send = async () => answers.push(await post(toBody(answers.length)));
      while (!answers.includes(503)) await send();
      const before = answers.length - 1;
      while (answers.length < before + 20) await send();
      server.signal("SIGTERM");
      expect(await server.ended).toBe(0);
      return { server, before: answers.slice(0, before), after: answers.slice(before) };
    }

    it("fail once, and nothing is acknowledged any more", async () => {
      const { server, before, after } = await failOnce();
      expect(before.length).toBeGreaterThan(5);
      expect(new Set(before)).toEqual(new Set([200]));
      expect(new Set(after)).toEqual(new Set([503]));
      expect(server.logged.filter(({ level }) => level === "warn")).toMatchObject([
        {
          event: "deliveries not saved",
          problem: expect.stringMatching(/disk I\/O error .* check the disk/),
        },
      ]);
      const { kept } = await listAllKept();
      for (const n of before.keys()) expect(kept.get(n)).toBe(1);
    });

    it("fail once while the log is written back, and nothing is acknowledged any more", async () => {
      const database = join(cwd, "a.db");
      await openSqliteStore(database).close();
      // All that waits for the file itself from now on is the checkpoint.
      const { process: server, url } = await start({ under: failingOnce(1, realpathSync(database)) });
      const post = makePost(url);
      const answers: number[] = [];
      const send = async () => answers.push(await post(toBody(answers.length) + PADDING));
      while (!answers.includes(503)) await send();
      const before = answers.indexOf(503);
      while (answers.length < before + 20) await send();
      server.signal("SIGTERM");
      expect(await server.ended).toBe(0);
      expect(before).toBeGreaterThan(100);
      expect(new Set(answers.slice(before))).toEqual(new Set([503]));
      expect(server.logged.filter(({ level }) => level === "warn")).toMatchObject([
        {
          event: "log of the store not written back",
          problem: expect.stringMatching(/disk I\/O error .* check the disk/),
        },
      ]);
      const { kept } = await listAllKept();
      for (let n = 0; n < before; n += 1) expect(kept.get(n)).toBe(1);
    });

    it("fail once, and a server that trusted the disk would go on", async () => {
      expect((await failOnce("trust-the-disk")).after).toContain(200);
    });
  });
}

describe("trackbridge serve, killed in the middle of its work", () => {
  /** Has two servers take deliveries on one store until both are killed, soon after they have acknowledged so many; gives those numbers, and the first that was not sent. */
  async function serveAndKill(
    first: number,
    enough: number,
    { bug, padding = "" }: { readonly bug?: string; readonly padding?: string } = {},
  ) {
    const servers = await Promise.all([start({ bug }), start({ bug })]);
    const acknowledged: number[] = [];
    let next = first;
    const send = async (post: ReturnType<typeof makePost>): Promise<void> => {
      for (;;) {
        const n = next;
        next += 1;
        const status = await post(toBody(n) + padding);
        if (status === 0) return;
        expect(status).toBe(200);
        acknowledged.push(n);
      }
    };
    const sending = servers.flatMap(({ url }) => {
      const post = makePost(url);
      return Array.from({ length: SENDERS }, () => send(post));
    });
    while (acknowledged.length < enough) await wait(1);
    for (const server of servers) server.process.signal("SIGKILL");
    await Promise.all(sending);
    return { acknowledged, next };
  }

  it.each([
    ["", ""],
    [", also while its log is written back", PADDING],
  ])(
    "has kept all that it acknowledged, and nothing twice%s",
    async (_, padding) => {
      const acknowledged: number[] = [];
      let next = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const round = await serveAndKill(next, 100 + ((kill * 37) % 100), { padding });
        acknowledged.push(...round.acknowledged);
        next = round.next;
      }
      const { kept, duplicates, isSound } = await listAllKept();
      expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
      expect([...kept].filter(([n, times]) => times !== 1 || n >= next)).toEqual([]);
      expect([duplicates, isSound]).toEqual([0, true]);
    },
    60_000 + KILLS * 20_000,
  );

  it("is told from a server that acknowledges before it has kept", async () => {
    const { acknowledged } = await serveAndKill(0, 100, { bug: "answer-first" });
    const { kept } = await listAllKept();
    expect(acknowledged.filter((n) => !kept.has(n)).length).toBeGreaterThan(0);
  });
});

describe("trackbridge serve", () => {
  it("says 503 on a full disk, and goes on by itself once there is room", async ({ skip }) => {
    const disk = mountSmallDisk(4);
    if (disk === undefined) skip("no disk can be mounted here");
    const database = join(disk?.folder ?? "", "a.db");
    const { process: server, url } = await startServer(database, { cwd });
    const post = makePost(url);
    const padding = " ".repeat(100_000);
    const answers: number[] = [];
    const send = async () => answers.push(await post(toBody(answers.length) + padding));
    while (answers.filter((status) => status !== 200).length < 5) await send();
    disk?.grow(64);
    while (answers.at(-1) !== 200) await send();
    for (let n = 0; n < 5; n += 1) await send();
    expect(new Set(answers)).toEqual(new Set([200, 503]));
    expect(answers.slice(-5)).toEqual([200, 200, 200, 200, 200]);
    server.signal("SIGTERM");
    expect(await server.ended).toBe(0);
    const { kept, isSound } = await listKept(database);
    expect(answers.flatMap((status, n) => (status === 200 && kept.get(n) !== 1 ? [n] : []))).toEqual([]);
    expect(isSound).toBe(true);
  });

  it("keeps the store's log short while it takes deliveries", async () => {
    const database = join(cwd, "a.db");
    const { process: server, url } = await start();
    const DELIVERIES = 800;
    const answers = await sendAll(url, 0, DELIVERIES, PADDING);
    expect(taken(answers)).toHaveLength(DELIVERIES);
    expect(DELIVERIES * PADDING.length).toBeGreaterThan(150_000_000);
    expect(statSync(`${database}-wal`).size).toBeLessThan(100_000_000);
    server.signal("SIGTERM");
    expect(await server.ended).toBe(0);
    const { kept, isSound } = await listAllKept();
    expect([kept.size, isSound]).toEqual([DELIVERIES, true]);
  });

  it("takes what nobody can read, and sets it aside later with its bytes", async () => {
    const { process: server, url } = await start();
    const post = makePost(url);
    const bodies = [
      Buffer.from("no JSON"),
      Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
      Buffer.alloc(0),
      Buffer.alloc(256 * 1024, "x"),
    ];
    for (const body of bodies) expect(await post(body)).toBe(200);
    expect(await post(toBody(1))).toBe(200);
    server.signal("SIGTERM");
    expect(await server.ended).toBe(0);
    expect((await listAllKept()).kept).toEqual(new Map([[1, 1]]));
    await withAppOn(`sqlite:${join(cwd, "a.db")}`, 0, async ({ store: { feeds } }) => {
      const setAside = new Set((await feeds.quarantined(9)).map(({ hash }) => hash));
      expect(setAside).toEqual(new Set(bodies.map(hashOf)));
      for (const body of bodies) {
        expect(Buffer.from((await feeds.raw(hashOf(body))) ?? "lost").equals(body)).toBe(true);
      }
    });
  });

  it("takes an event that is delivered ten times at once as one, and says 200 to each", async () => {
    const { process: server, url } = await start();
    const [ids, repeats] = [2000, 10];
    const load = {
      url,
      key: KEY,
      connections: 50,
      seconds: 600,
      requests: ids * repeats,
      rate: null,
      firstId: 0,
      repeats,
    };
    const generator = spawn(
      process.execPath,
      [fileURLToPath(new URL("../bench/webhook-load.ts", import.meta.url)), JSON.stringify(load)],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const output = await Array.fromAsync(generator.stdout);
    expect(JSON.parse(Buffer.concat(output).toString())).toMatchObject({ statuses: { 200: ids * repeats } });
    server.signal("SIGTERM");
    expect(await server.ended).toBe(0);
    const { accepted, duplicates } = await listAllKept();
    expect([accepted, duplicates]).toEqual([ids, ids * (repeats - 1)]);
  });
});
