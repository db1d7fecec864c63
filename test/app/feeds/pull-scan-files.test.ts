import { chmodSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { FeedPull } from "../../../src/app/feeds/feed-pull.ts";
import { readLedger } from "../../../src/app/feeds/file-ledger.ts";
import { pullScanFeed, pullScanFiles } from "../../../src/app/feeds/pull-scan-files.ts";
import type { ScanFeed } from "../../../src/app/feeds/scan-feed.ts";
import type { App } from "../../../src/app/open-app.ts";
import { reconcileStore } from "../../../src/app/reconcile-store.ts";
import type { ScanFileEntry } from "../../../src/domain/scan-file-entry.ts";
import { FEEDS } from "../../../src/feed-settings.ts";
import { settleInbox } from "../../../src/intake/settle-inbox.ts";
import { readLayout } from "../../../src/sources/legacy-scan/read-layout.ts";
import type { Store } from "../../../src/store/store.ts";
import { at, withAppOn, withMemoryApp } from "../../support/apps.ts";
import { HOUR, MINUTE, timeOf } from "../../support/observations.ts";
import {
  aScanContent,
  aScanName,
  makeFolder,
  NOW,
  PASSWORD,
  type ScanServer,
  startScanServer,
  tellStore,
} from "../../support/scan-feeds.ts";
import { barcodeOf, CSV_HEADER } from "../../support/scan-files.ts";
import { SSHD, startSshd } from "../../support/sshd.ts";
import { hashOf } from "../../support/store-rows.ts";

/** Lends the program on an empty store, with a spool folder of its own, and a server. */
async function withServer(work: (app: App, scan: ScanServer) => Promise<void>): Promise<void> {
  const scan = await startScanServer();
  const spoolFolder = join(makeFolder(), "spool");
  await withMemoryApp(async (app) => {
    const feeds = { ...app.config.feeds, spoolFolder };
    await work({ ...app, config: { ...app.config, feeds } }, scan);
  }, NOW);
}

const pull = (app: App, feed: ScanFeed): Promise<FeedPull> =>
  pullScanFeed(app, feed, { signal: undefined, retryDelaysMs: [0] });

async function entriesOf({ store }: Pick<App, "store">, name = "a"): Promise<readonly ScanFileEntry[]> {
  const entries = (await readLedger(store.feedStates, `scan-files ${name}`)).entries();
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1) || a.version - b.version);
}

async function rowsOf({ store }: App): Promise<unknown> {
  const books = await store.feeds.books();
  return books.find(({ channel }) => channel === "legacy-scan");
}

describe("pullScanFeed", () => {
  it("takes each new file in once, with its entry in the ledger", () =>
    withServer(async (app, scan) => {
      const content = aScanContent(1, 2);
      scan.put(aScanName("060359"), content, NOW - MINUTE);
      expect(await pull(app, scan.feed())).toEqual({
        feed: "scan-files a",
        channel: "legacy-scan",
        tally: { intakes: 1, seen: 2, accepted: 2, duplicates: 0, quarantined: 0 },
        problems: [],
        notes: [],
        notBefore: null,
      });
      expect(await entriesOf(app)).toEqual([
        {
          name: aScanName("060359"),
          version: 1,
          sizeBytes: content.length,
          modifiedAt: NOW - MINUTE,
          hash: hashOf(content),
          fetchedAt: NOW,
          receivedAt: timeOf("2026-03-08T06:03:59Z"),
          rows: 2,
          quarantined: 0,
          supersedes: null,
          sameAs: null,
          customer: "11223344",
          sequence: null,
          layout: expect.any(String),
        },
      ]);
      expect(await app.store.parcels.findDossier(barcodeOf(2) as never)).toMatchObject({
        observations: [{ receivedAt: timeOf("2026-03-08T06:03:59Z") }],
      });
      const before = await tellStore(app.store);
      expect(await pull(at(NOW + HOUR, app), scan.feed())).toMatchObject({ tally: { intakes: 0, seen: 0 } });
      expect(await tellStore(app.store)).toEqual(before);
    }));

  it("tells of a file whose last line has no end", () =>
    withServer(async (app, scan) => {
      scan.put(aScanName("060359"), aScanContent(1, 2).trimEnd());
      const { tally, notes } = await pull(app, scan.feed());
      expect(tally).toMatchObject({ accepted: 2 });
      expect(notes).toEqual([expect.stringMatching(/^TT_.*: no line end behind the last line/)]);
    }));

  it("takes a file's own time for its receipt where its name has none, and none later than its fetch", () =>
    withServer(async (app, scan) => {
      const { fileName: _, ...settings } = await readLayout("postnl-scan-csv");
      const layout = { ...settings, matchName: undefined } as ScanFeed["layout"];
      scan.put("scans.csv", aScanContent(1), NOW - HOUR);
      await pull(app, scan.feed({ layout }));
      scan.put(aScanName("235959"), aScanContent(2));
      await pull(app, scan.feed());
      expect((await entriesOf(app)).map(({ receivedAt }) => receivedAt)).toEqual([NOW, NOW - HOUR]);
    }));

  it("counts the same content under another name, which adds nothing", () =>
    withServer(async (app, scan) => {
      scan.put(aScanName("060359"), aScanContent(1, 2));
      await pull(app, scan.feed());
      scan.put(aScanName("064200"), aScanContent(1, 2));
      const { tally, notes } = await pull(app, scan.feed());
      expect(tally).toEqual({ intakes: 1, seen: 2, accepted: 0, duplicates: 2, quarantined: 0 });
      expect(notes).toEqual([
        `${aScanName("064200")}: the same content as ${aScanName("060359")}; it adds 0`,
      ]);
      expect(await entriesOf(app)).toMatchObject([{ sameAs: null }, { sameAs: aScanName("060359") }]);
      expect(await rowsOf(app)).toMatchObject({ seen: 4, accepted: 2, duplicates: 2 });
    }));

  it("takes other content under the same name for a further version, and the rows of all stay", () =>
    withServer(async (app, scan) => {
      const name = aScanName("060359");
      const [first, second] = [aScanContent(1, 2), aScanContent(1, 3)];
      scan.put(name, first);
      await pull(app, scan.feed());
      scan.put(name, second, NOW + MINUTE);
      const { tally, notes } = await pull(app, scan.feed());
      expect(tally).toMatchObject({ intakes: 1, accepted: 1, duplicates: 1 });
      expect(notes).toContain(`${name}: corrected; it is version 2 now, and the rows of the others stay`);
      scan.put(name, first, NOW + 2 * MINUTE);
      expect(await pull(app, scan.feed())).toMatchObject({ tally: { intakes: 1, accepted: 0 } });
      expect(await entriesOf(app)).toMatchObject([
        { version: 1, hash: hashOf(first), supersedes: null },
        { version: 2, hash: hashOf(second), supersedes: hashOf(first) },
        { version: 3, hash: hashOf(first), supersedes: hashOf(second) },
      ]);
      for (const n of [1, 2, 3])
        expect(await app.store.parcels.findDossier(barcodeOf(n) as never)).toBeDefined();
      await reconcileStore(app);
      expect(await rowsOf(app)).toMatchObject({ accepted: 3 });
    }));

  it("fetches a file again whose time changed, and notes no version where the content is the same", () =>
    withServer(async (app, scan) => {
      const name = aScanName("060359");
      scan.put(name, aScanContent(1));
      await pull(app, scan.feed());
      scan.put(name, aScanContent(1), NOW + MINUTE);
      expect((await pull(app, scan.feed())).tally).toMatchObject({ intakes: 1, accepted: 0, duplicates: 1 });
      expect((await pull(app, scan.feed())).tally).toMatchObject({ intakes: 0 });
      expect(await entriesOf(app)).toMatchObject([{ version: 1, modifiedAt: NOW + MINUTE }]);
    }));

  it("keeps names apart of which one begins with the other", () =>
    withServer(async (app, scan) => {
      const { fileName: _, ...settings } = await readLayout("postnl-scan-csv");
      const feed = scan.feed({ layout: { ...settings, matchName: undefined } as ScanFeed["layout"] });
      scan.put("a", aScanContent(1));
      scan.put("a v1", aScanContent(2));
      await pull(app, feed);
      scan.put("a", aScanContent(3), NOW + 1000);
      await pull(app, feed);
      expect((await entriesOf(app)).map(({ name, version }) => [name, version])).toEqual([
        ["a", 1],
        ["a", 2],
        ["a v1", 1],
      ]);
    }));

  it("calls a file of which no row could be read a problem, and reads it again with another layout", () =>
    withServer(async (app, scan) => {
      const name = aScanName("060359");
      scan.put(name, aScanContent(1, 2));
      const right = scan.feed();
      const wrong = { ...right, layout: { ...right.layout, delimiter: "," } as ScanFeed["layout"] };
      const first = await pull(app, wrong);
      expect(first.problems).toEqual([expect.stringContaining(`${name}: none of its 2 rows could be read`)]);
      expect(first.tally).toMatchObject({ accepted: 0, quarantined: 2 });
      expect(await pull(app, wrong)).toMatchObject({ tally: { intakes: 0 }, problems: [] });
      expect(await pull(app, right)).toMatchObject({ tally: { intakes: 1, accepted: 2 }, problems: [] });
      expect(await entriesOf(app)).toMatchObject([{ version: 1, rows: 2, quarantined: 0 }]);
      expect(await app.store.feeds.quarantined(10)).toEqual([]);
    }));

  it("notes rows that were set aside, and takes files without rows", () =>
    withServer(async (app, scan) => {
      scan.put(aScanName("060359"), `${aScanContent(1)}nonsense\n`);
      scan.put(aScanName("120359"), `${CSV_HEADER}\n`);
      scan.put(aScanName("180359"), `${CSV_HEADER}\n`);
      const { problems, notes, tally } = await pull(app, scan.feed());
      expect(problems).toEqual([]);
      expect(notes).toEqual([`${aScanName("060359")}: 1 of 2 rows were set aside`]);
      expect(tally).toMatchObject({ intakes: 3, accepted: 1, quarantined: 1 });
    }));

  it("leaves a file that came short to the next pull, with nothing of it in the store", () =>
    withServer(async (app, scan) => {
      scan.put(aScanName("060359"), aScanContent(1));
      scan.put(aScanName("120359"), aScanContent(2));
      scan.faults = {
        claimedSize: (path, size) => (path.includes("_060359_") ? size + 1 : size),
      };
      const short = await pull(app, scan.feed());
      expect(short.problems).toEqual([expect.stringMatching(/^TT_11223344_20260308_060359.*bytes came/)]);
      expect(short.tally).toMatchObject({ intakes: 1, accepted: 1 });
      expect((await entriesOf(app)).map(({ name }) => name)).toEqual([aScanName("120359")]);
      scan.faults = {};
      expect(await pull(app, scan.feed())).toMatchObject({ tally: { accepted: 1 }, problems: [] });
    }));

  it("names what it could not do: at most ten lines, names made visible", () =>
    withServer(async (app, scan) => {
      for (let n = 0; n < 12; n += 1) scan.put(`../${n}\u001b.csv`, "x");
      const { problems } = await pull(app, scan.feed());
      expect(problems).toHaveLength(11);
      expect(problems[0]).toContain("file name '../0\\u001b.csv'");
      expect(problems.at(-1)).toBe("and 2 more such lines");
    }));

  it("leaves nothing in the spool folder", () =>
    withServer(async (app, scan) => {
      scan.put(aScanName("060359"), aScanContent(1));
      await pull(app, scan.feed());
      expect(readdirSync(app.config.feeds.spoolFolder)).toEqual([]);
    }));

  it("tells how far it is", () =>
    withServer(async (app, scan) => {
      for (const time of ["060359", "120359"]) scan.put(aScanName(time), aScanContent(1));
      const told: unknown[] = [];
      await pullScanFeed(app, scan.feed(), { onProgress: (...all) => told.push(all), signal: undefined });
      expect(told).toEqual([
        ["scan-files a", 1, 2],
        ["scan-files a", 2, 2],
      ]);
    }));

  describe("when a file is complete", () => {
    it("by its name: one that is being written is left", () =>
      withServer(async (app, scan) => {
        const { fileName: _, ...settings } = await readLayout("postnl-scan-csv");
        const layout = { ...settings, matchName: undefined } as ScanFeed["layout"];
        const feed = scan.feed({ layout, complete: { by: "rename", temporary: [".wip"] } });
        scan.put("a.csv.wip", aScanContent(1));
        scan.put("b.csv.PART", aScanContent(2));
        expect(await pull(app, feed)).toMatchObject({ tally: { intakes: 0 }, notes: [] });
        scan.put("a.csv", aScanContent(1));
        expect(await pull(app, feed)).toMatchObject({ tally: { intakes: 1 } });
      }));

    it("by a semaphore, which is no scan file itself", () =>
      withServer(async (app, scan) => {
        const name = aScanName("060359");
        const feed = scan.feed({ complete: { by: "semaphore", suffix: ".done" } });
        scan.put(name, aScanContent(1));
        expect((await pull(app, feed)).notes).toEqual([
          `not complete yet, for want of a file .done beside it: ${name}`,
        ]);
        scan.put(`${name}.done`, "");
        expect(await pull(app, feed)).toMatchObject({ tally: { intakes: 1, accepted: 1 }, notes: [] });
      }));

    it("by two looks that lie apart, the first of them remembered from the pull before", () =>
      withServer(async (app, scan) => {
        const name = aScanName("060359");
        const feed = scan.feed({ complete: { by: "stable-size", looks: 2, seconds: 3600 } });
        scan.put(name, aScanContent(1));
        expect((await pull(app, feed)).notes).toEqual([
          `not complete yet, for want of coming to rest: ${name}`,
        ]);
        expect((await pull(at(NOW + HOUR - 1, app), feed)).tally.intakes).toBe(0);
        // It grows: the first look counts anew.
        scan.put(name, aScanContent(1, 2));
        expect((await pull(at(NOW + HOUR, app), feed)).tally.intakes).toBe(0);
        expect((await pull(at(NOW + HOUR + MINUTE, app), feed)).tally.intakes).toBe(0);
        expect((await pull(at(NOW + 2 * HOUR, app), feed)).tally).toMatchObject({ intakes: 1, accepted: 2 });
        expect(await app.store.feedStates.list("scan-files a", "look ")).toEqual([]);
      }));

    it("by two looks within one pull, where they need not lie far apart", () =>
      withServer(async (app, scan) => {
        const feed = scan.feed({ complete: { by: "stable-size", looks: 2, seconds: 0.05 } });
        scan.put(aScanName("060359"), aScanContent(1));
        expect((await pull(app, feed)).tally).toMatchObject({ intakes: 1, accepted: 1 });
      }));

    it("not by what it was at the last look, when it has changed since", () =>
      withServer(async (app, scan) => {
        const feed = scan.feed({ complete: { by: "stable-size", looks: 2, seconds: 3600 } });
        const name = aScanName("060359");
        scan.put(name, aScanContent(1));
        await pull(app, feed);
        scan.faults = {
          onRead: () => {
            if (scan.files.get(name)?.modifiedAt === NOW) scan.put(name, aScanContent(1, 2), NOW + HOUR);
            return "answer";
          },
        };
        const { tally, notes } = await pull(at(NOW + 2 * HOUR, app), feed);
        expect(tally.intakes).toBe(0);
        expect(notes).toEqual([expect.stringContaining(name)]);
        expect(await entriesOf(app)).toEqual([]);
        expect((await pull(at(NOW + 4 * HOUR, app), feed)).tally.intakes).toBe(0);
        expect((await pull(at(NOW + 6 * HOUR, app), feed)).tally).toMatchObject({ accepted: 2 });
      }));
  });

  describe("when it fails", () => {
    const TIMES = ["000359", "060359", "080359"];

    /** Lends the program on an empty store of its own. */
    const withStore = <Result>(work: (app: App) => Promise<Result>): Promise<Result> =>
      withMemoryApp((app) => {
        const feeds = { ...app.config.feeds, spoolFolder: join(makeFolder(), "spool") };
        return work({ ...app, config: { ...app.config, feeds } });
      }, NOW);

    /** What is in the store when everything has come and is settled. */
    async function finish(app: App, scan: ScanServer): Promise<readonly string[]> {
      await pull(app, scan.feed());
      await settleInbox(app.store, { owner: "the test", leaseMs: 60_000 });
      return tellStore(app.store);
    }

    it.each(["within", "after"])(
      "%s any transaction, nothing is half in, and the next pull goes on",
      async (when) => {
        const scan = await startScanServer();
        for (const [n, time] of TIMES.entries()) scan.put(aScanName(time), aScanContent(2 * n, 2 * n + 1));
        const undisturbed = await withStore((app) => finish(app, scan));
        expect(undisturbed[0]).toBe("sound true, waiting 0");
        let failures = 0;
        for (let hasFailed = true; hasFailed; failures += hasFailed ? 1 : 0) {
          hasFailed = await withStore(async (app) => {
            const attempt = pull({ ...app, store: failAt(app.store, failures + 1, when) }, scan.feed());
            const failed = await attempt.then(
              () => false,
              (error: Error) => error.message === "the power is cut",
            );
            const entries = await entriesOf(app);
            expect(entries).toHaveLength((await app.store.feeds.books())[0]?.intakes ?? 0);
            for (const { hash } of entries) expect(await app.store.feeds.arrivals(hash)).toHaveLength(1);
            expect(await finish(app, scan)).toEqual(undisturbed);
            return failed;
          });
        }
        // At least a transaction for each file, one that settles it, and one in the end.
        expect(failures).toBeGreaterThan(6);
      },
    );
  });
});

/** The same store, of which one transaction fails: when all is written, or when it is kept. */
function failAt(store: Store, nth: number, when: string): Store {
  let count = 0;
  const fail = (): never => {
    throw new Error("the power is cut");
  };
  return {
    ...store,
    async transaction(work) {
      count += 1;
      if (count !== nth) return store.transaction(work);
      await store.transaction(async (tx) => {
        await work(tx);
        if (when === "within") fail();
      });
      return fail();
    },
  };
}

describe("pullScanFiles", () => {
  const settingsOf = ({ server }: ScanServer, changes: object = {}) => ({
    name: "a",
    host: server.host,
    port: server.port,
    user: "scans",
    folder: "/scan",
    hostKeys: [server.hostKeyFingerprint],
    ...changes,
  });

  async function pullAll(scanFiles: readonly object[]) {
    const folder = makeFolder();
    const feeds = FEEDS.parse({ scanFiles, spoolFolder: join(folder, "spool") });
    return withAppOn(
      `sqlite:${join(folder, "a.db")}`,
      NOW,
      (app) => pullScanFiles(app, { signal: undefined }),
      { feeds },
    );
  }

  it("fetches every feed; what one cannot do is among its problems", async () => {
    const scan = await startScanServer();
    const folder = makeFolder();
    const secret = join(folder, "password");
    await writeFile(secret, `${PASSWORD}\n`);
    scan.put(aScanName("060359"), aScanContent(1));
    const password = { file: secret };
    const pulls = await pullAll([
      settingsOf(scan, { name: "unpinned", password, hostKeys: [] }),
      settingsOf(scan, { name: "elsewhere", password, folder: "/nowhere" }),
      settingsOf(scan, { password }),
    ]);
    expect(pulls.map(({ feed, tally }) => [feed, tally.accepted])).toEqual([
      ["scan-files unpinned", 0],
      ["scan-files elsewhere", 0],
      ["scan-files a", 1],
    ]);
    expect(pulls[0]?.problems).toEqual([
      expect.stringContaining(`host key ${scan.server.hostKeyFingerprint} →`),
    ]);
    expect(pulls[1]?.problems).toEqual([expect.stringContaining("folder '/nowhere'")]);
    expect(pulls[2]?.problems).toEqual([]);
    expect(JSON.stringify(pulls)).not.toContain(PASSWORD);
  });

  if (SSHD !== undefined)
    it("fetches from OpenSSH's server with a key and its passphrase, each from where the settings say", async () => {
      const folder = makeFolder();
      const { port, fingerprint } = await startSshd(folder, "ed25519", "a pass phrase");
      await mkdir(join(folder, "scan"));
      await writeFile(join(folder, "scan", aScanName("060359")), aScanContent(1, 2));
      await writeFile(join(folder, "scan", `${aScanName("070359")}.part`), aScanContent(3));
      process.env.TRACKBRIDGE_TEST_PASSPHRASE = "a pass phrase";
      onTestFinished(() => {
        delete process.env.TRACKBRIDGE_TEST_PASSPHRASE;
      });
      const [pulled] = await pullAll([
        {
          name: "a",
          host: "127.0.0.1",
          port,
          user: userInfo().username,
          folder: join(folder, "scan"),
          hostKeys: [fingerprint],
          privateKey: { file: join(folder, "user") },
          passphrase: { environment: "TRACKBRIDGE_TEST_PASSPHRASE" },
        },
      ]);
      expect(pulled).toMatchObject({ tally: { intakes: 1, accepted: 2 }, problems: [] });
    });

  it.each([
    [
      "neither a password nor a key",
      {},
      /^feeds\.scanFiles a: neither password nor privateKey → one of the two/,
    ],
    [
      "both",
      { password: { environment: "A" }, privateKey: { environment: "B" } },
      /^feeds\.scanFiles a: password and privateKey →/,
    ],
    [
      "a password that is not there",
      { password: { environment: "NOT_SET" } },
      /^feeds\.scanFiles a password: .*NOT_SET/,
    ],
    ["a layout that there is not", { password: { environment: "A" }, layout: "nosuch" }, /nosuch/],
  ])("refuses %s before anything is fetched", async (_, changes, told) => {
    const scan = await startScanServer();
    await expect(pullAll([settingsOf(scan, changes)])).rejects.toThrow(told);
  });

  it("refuses a spool folder that others can read", async () => {
    const scan = await startScanServer();
    const spoolFolder = makeFolder();
    chmodSync(spoolFolder, 0o750);
    await withMemoryApp(async (app) => {
      const feeds = { ...app.config.feeds, spoolFolder };
      await expect(pull({ ...app, config: { ...app.config, feeds } }, scan.feed())).rejects.toThrow(
        /^feeds\.spoolFolder: .*\(open to other users\)/,
      );
    }, NOW);
  });
});
