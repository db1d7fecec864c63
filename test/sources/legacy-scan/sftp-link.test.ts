import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SftpServer, startSftpServer } from "../../../src/sandbox/carrier/sftp-server.ts";
import { openSftpLink, type SftpLink } from "../../../src/sources/legacy-scan/sftp-link.ts";

let server: SftpServer;
let link: SftpLink;

beforeEach(async () => {
  server = await startSftpServer({
    username: "scans",
    password: "secret",
    authorizedKeys: [],
    folders: new Map([["/scan", new Map()]]),
    clock: () => 0,
  });
  const { host, port, hostKeyFingerprint } = server;
  link = await openSftpLink(
    { host, port, username: "scans", password: "secret", hostKeyFingerprints: [hostKeyFingerprint] },
    { connectMs: 20_000, listMs: 20_000, fileMs: 20_000, idleMs: 20_000 },
    undefined,
  );
});

afterEach(async () => {
  await link.close();
  await server.stop();
});

describe("openSftpLink", () => {
  it("waits as long as work moves on", async () => {
    const work = link.inTime({ totalMs: 20_000, idleMs: 500 }, async (beat) => {
      for (let n = 0; n < 3; n += 1) {
        await delay(300);
        beat();
      }
      return "done";
    });
    expect(await work).toBe("done");
    expect(await link.list("/scan", 1)).toEqual([]);
  });

  it("waits no longer than the whole may take, though it moves on, and cuts the connection", async () => {
    let isCalledOff = false;
    const work = link.inTime({ totalMs: 300, idleMs: 20_000 }, async (beat, signal) => {
      signal.addEventListener("abort", () => {
        isCalledOff = true;
      });
      for (;;) {
        await delay(10);
        beat();
        if (signal.aborted) return new Promise(() => {});
      }
    });
    await expect(work).rejects.toThrow("not done after 300 ms");
    expect(isCalledOff).toBe(true);
    await expect(link.list("/scan", 1)).rejects.toThrow();
  });

  it("says of a path where there is nothing that it is gone", async () => {
    await expect(link.stat("/scan/a.csv")).rejects.toMatchObject({ code: "FILE_GONE" });
  });
});
