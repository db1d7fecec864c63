import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { pullScanFeed } from "../../../src/app/feeds/pull-scan-files.ts";
import { FEEDS } from "../../../src/feed-settings.ts";
import { settleInbox } from "../../../src/intake/settle-inbox.ts";
import { Prng } from "../../../src/sandbox/prng.ts";
import { withAppOn } from "../../support/apps.ts";
import { compileCache } from "../../support/cli.ts";
import {
  aScanContent,
  aScanName,
  makeFolder,
  NOW,
  PASSWORD,
  startScanServer,
  tellStore,
} from "../../support/scan-feeds.ts";

/** A thousand where it is asked for; few in the daily run. */
const KILLS = Number(process.env.TRACKBRIDGE_KILLS ?? 5);
const LONGEST_LIFE_MS = 120;
/** So many files are there at first, and come before each kill. */
const FILES = 4;
const ROWS = 100;

it(`has each row once and no file half after ${KILLS} kills`, {
  timeout: 60_000 + KILLS * 5_000,
}, async () => {
  const scan = await startScanServer();
  let put = 0;
  const putFiles = (): void => {
    for (let n = 0; n < FILES; n += 1) {
      const rows = Array.from({ length: ROWS }, (_, row) => put * ROWS + row);
      const second = Temporal.PlainTime.from("00:00").add({ seconds: put * 7 });
      scan.put(
        aScanName(second.toString({ smallestUnit: "second" }).replaceAll(":", "")),
        aScanContent(...rows),
      );
      put += 1;
    }
  };
  const folder = makeFolder();
  const { feed } = scan;
  const finish = (name: string) =>
    withAppOn(
      `sqlite:${join(folder, name)}`,
      NOW,
      async (app) => {
        const { problems } = await pullScanFeed(app, feed(), { signal: undefined });
        expect(problems).toEqual([]);
        await settleInbox(app.store, { owner: "the test", leaseMs: 60_000 });
        return tellStore(app.store);
      },
      { feeds: FEEDS.parse({ spoolFolder: join(folder, "spool") }) },
    );
  const script = fileURLToPath(new URL("../../support/pull-in-process.ts", import.meta.url));
  const { port, hostKeyFingerprint } = scan.server;
  const args = [
    `sqlite:${join(folder, "killed.db")}`,
    join(folder, "spool"),
    String(port),
    hostKeyFingerprint,
    PASSWORD,
  ];
  const random = new Prng(Number(process.env.TRACKBRIDGE_SEED ?? 1), 1, 1);
  let killed = 0;
  for (let n = 0; n < KILLS; n += 1) {
    putFiles();
    const child = spawn(process.execPath, [script, ...args, String(NOW)], {
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    // It has begun, or has ended before it could.
    await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended]);
    await wait(random.between(0, LONGEST_LIFE_MS));
    child.kill("SIGKILL");
    const [, signal] = await ended;
    if (signal === "SIGKILL") killed += 1;
  }
  expect(killed).toBeGreaterThan(0);

  const undisturbed = await finish("undisturbed.db");
  expect(undisturbed[0]).toBe("sound true, waiting 0");
  const told = await finish("killed.db");
  expect(told).toEqual(undisturbed);
  expect(readdirSync(join(folder, "spool"))).toEqual([]);
});
