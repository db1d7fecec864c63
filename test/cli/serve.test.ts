import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import Database from "better-sqlite3";
import { Agent, request } from "undici";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import type { Store } from "../../src/store/store.ts";
import { withAppOn } from "../support/apps.ts";
import { CAN_MAKE_CERTIFICATES, makeAuthority } from "../support/certificates.ts";
import { runCli } from "../support/cli.ts";
import { BASE } from "../support/intakes.ts";
import { HOUR } from "../support/observations.ts";
import type { RunningProcess } from "../support/processes.ts";
import { startProcess } from "../support/processes.ts";
import { parcelOf } from "../support/store-rows.ts";

const KEY = "the carrier's key";
const NEXT_KEY = "the carrier's next key";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  writeFileSync(join(cwd, "any-port.yml"), "serve: { port: 0 }");
});

const ARGS = ["serve", "--database", "sqlite:a.db", "--config", "any-port.yml"];
const env = { TRACKBRIDGE_WEBHOOK_KEY: `${KEY}\n${NEXT_KEY}\n` };

/** Starts a server and gives its address. */
async function start(args = ARGS): Promise<{ readonly server: RunningProcess; readonly url: string }> {
  const server = startProcess(args, { cwd, env });
  for (let n = 0; n < 4000; n += 1) {
    const url = server.logged.find(({ event }) => event === "receiving")?.url;
    if (url !== undefined) return { server, url };
    await wait(5);
  }
  throw new Error(`never received: ${server.complaints.join("\n")}`);
}

/** A delivery about the tests' n-th parcel. */
function toBody(n: number): string {
  const timestamp = Temporal.Instant.fromEpochMilliseconds(BASE).toString();
  const item = { barcode: parcelOf(n), status: { code: "sorted", timestamp } };
  return JSON.stringify({ eventId: `event ${n}`, customerNumber: "11223344", item });
}

async function post(
  url: string,
  body: string,
  key = KEY,
): Promise<{ readonly status: number; readonly retryAfter: unknown }> {
  const reply = await request(url, { method: "POST", body, headers: { apikey: key } });
  await reply.body.dump();
  return { status: reply.statusCode, retryAfter: reply.headers["retry-after"] };
}

const withStore = <Result>(use: (store: Store) => Promise<Result>): Promise<Result> =>
  withAppOn(`sqlite:${join(cwd, "a.db")}`, BASE + HOUR, ({ store }) => use(store));

/** The barcodes of all that was taken, settled by a worker. */
async function listTaken(): Promise<string[]> {
  return withAppOn(`sqlite:${join(cwd, "a.db")}`, BASE + HOUR, async (app) => {
    await reconcileStore(app);
    const barcodes: string[] = [];
    for await (const page of app.store.parcels.list({})) barcodes.push(...page.map(({ barcode }) => barcode));
    return barcodes.toSorted();
  });
}

describe("trackbridge serve", () => {
  it("takes what carries the key, keeps it as it came, and leaves it to workers", async () => {
    const { server, url } = await start();
    expect((await post(url, toBody(1))).status).toBe(200);
    expect((await post(url, toBody(2), NEXT_KEY)).status).toBe(200);
    expect((await post(url, toBody(3), "another key")).status).toBe(401);
    expect((await post(url, "no JSON")).status).toBe(200);
    server.signal("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(server.complaints).toEqual([]);
    expect(server.logged.slice(1)).toMatchObject([
      { event: "deliveries", saved: 3, refused: 1, unavailable: 0 },
      { event: "deliveries refused", level: "warn", verifier: "shared-key", reason: "mismatch", count: 1 },
      // Two of the old key, one of the new: it is too early to take the old one out.
      { event: "key used", verifier: "shared-key", keyNumber: 1, count: 2 },
      { event: "key used", verifier: "shared-key", keyNumber: 2, count: 1 },
      { event: "stopped receiving" },
    ]);
    await withStore(async ({ spool, parcels, feeds, runs }) => {
      expect((await spool.buckets()).length).toBeGreaterThan(0);
      expect(await runs.hasNews()).toBe(true);
      expect(await parcels.inboxBuckets()).toEqual([]);
      expect(await feeds.quarantined(9)).toEqual([]);
      expect((await feeds.progress()).watermarks.new).toBeNull();
    });
    expect(await listTaken()).toEqual([parcelOf(1), parcelOf(2)]);
    await withStore(async ({ spool, feeds }) => {
      expect(await spool.buckets()).toEqual([]);
      expect((await feeds.quarantined(9)).map(({ code }) => code)).toEqual(["BODY_NOT_JSON"]);
    });
  });

  it("says 503 and when to come again while the store is another's, and takes it then", async () => {
    const { server, url } = await start();
    expect((await post(url, toBody(1))).status).toBe(200);
    const other = new Database(join(cwd, "a.db"));
    other.exec("BEGIN EXCLUSIVE");
    const refused = post(url, toBody(2));
    // It waits for the store without being deaf.
    expect((await post(url, toBody(3), "another key")).status).toBe(401);
    expect(await refused).toEqual({ status: 503, retryAfter: "5" });
    const waiting = post(url, toBody(4));
    await wait(100);
    other.exec("COMMIT");
    other.close();
    expect((await waiting).status).toBe(200);
    expect((await post(url, toBody(2))).status).toBe(200);
    server.signal("SIGINT");
    expect(await server.ended).toBe(130);
    expect(server.logged.filter(({ event }) => event === "deliveries not saved")).toMatchObject([
      { level: "warn", problem: expect.stringMatching(/database is locked/) },
    ]);
    expect(await listTaken()).toEqual([1, 2, 4].map(parcelOf));
  });

  it("logs nothing of what it takes", async () => {
    const { server, url } = await start();
    await post(url, toBody(1).replace('"eventId"', '"recipient":"J. Jansen","eventId"'));
    await post(url, '{"recipient":"J. Jansen"');
    server.signal("SIGTERM");
    await server.ended;
    expect(JSON.stringify([server.logged, server.complaints])).not.toMatch(/Jansen|3SDEVC|carrier/);
  });

  it.each([
    [
      "no key",
      {},
      ARGS,
      /^serve\.secrets\.sharedKey: environment variable TRACKBRIDGE_WEBHOOK_KEY: not there → /,
    ],
    ["an empty key", { TRACKBRIDGE_WEBHOOK_KEY: " \n" }, ARGS, /^serve\.secrets\.sharedKey: no secret → /],
    ["too many keys", { TRACKBRIDGE_WEBHOOK_KEY: "a\nb\nc" }, ARGS, /3 secrets.* → one secret, or two/],
    [
      "a key file that is not there",
      env,
      [...ARGS.slice(0, -1), "no-key.yml"],
      /^serve\.secrets\.sharedKey: file not-there: not there → /,
    ],
    [
      "an address of another machine",
      env,
      [...ARGS.slice(0, -1), "not-ours.yml"],
      /^serve\.host and serve\.port: 192\.0\.2\.1:0 \(EADDRNOTAVAIL\)/,
    ],
  ])("refuses to start with %s, in one line", async (_, environment, args, told) => {
    writeFileSync(join(cwd, "no-key.yml"), "serve: { secrets: { sharedKey: { file: not-there } } }");
    writeFileSync(join(cwd, "not-ours.yml"), "serve: { host: 192.0.2.1, port: 0 }");
    const { code, stdout, stderr } = await runCli(args, { cwd, env: environment });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(told);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("takes its key from a file", async () => {
    writeFileSync(join(cwd, "key"), "of a file\n");
    writeFileSync(join(cwd, "key-file.yml"), "serve: { port: 0, secrets: { sharedKey: { file: key } } }");
    const { url } = await start([...ARGS.slice(0, -1), "key-file.yml"]);
    expect((await post(url, toBody(1), "of a file")).status).toBe(200);
    expect((await post(url, toBody(1))).status).toBe(401);
  });

  it("logs each refusal's reason in numbers only, however many there are", async () => {
    const { server, url } = await start();
    await Promise.all(Array.from({ length: 300 }, (_, n) => post(url, toBody(n), `J. Jansen's guess ${n}`)));
    const { statusCode, body } = await request(url, { method: "POST", body: "{}" });
    await body.dump();
    expect(statusCode).toBe(401);
    server.signal("SIGTERM");
    await server.ended;
    expect(server.logged.filter(({ level }) => level === "warn")).toMatchObject([
      { event: "deliveries refused", verifier: "shared-key", reason: "mismatch", count: 300 },
      { event: "deliveries refused", verifier: "shared-key", reason: "missing", count: 1 },
    ]);
    expect(JSON.stringify(server.logged)).not.toMatch(/Jansen|guess|3SDEVC/);
    await withStore(async ({ parcels }) => expect(await parcels.inboxBuckets()).toEqual([]));
  });

  if (CAN_MAKE_CERTIFICATES) {
    it("speaks TLS itself, and warns of a certificate that ends within a month", async () => {
      const authority = makeAuthority("ours");
      onTestFinished(authority.remove);
      const { cert, key } = authority.issue({ subject: "/CN=x", names: "IP:127.0.0.1", days: 20 });
      writeFileSync(join(cwd, "cert.pem"), cert);
      writeFileSync(join(cwd, "key.pem"), key);
      writeFileSync(
        join(cwd, "tls.yml"),
        "serve: { port: 0, tls: { certificate: cert.pem, privateKey: key.pem } }",
      );
      const { server, url } = await start([...ARGS.slice(0, -1), "tls.yml"]);
      expect(url).toMatch(/^https:/);
      const dispatcher = new Agent({ connect: { ca: authority.cert } });
      onTestFinished(() => dispatcher.close());
      const reply = await request(url, {
        method: "POST",
        body: toBody(1),
        headers: { apikey: KEY },
        dispatcher,
      });
      await reply.body.dump();
      expect(reply.statusCode).toBe(200);
      server.signal("SIGTERM");
      expect(await server.ended).toBe(0);
      expect(server.logged[1]).toMatchObject({
        event: "certificate ends soon",
        setting: "serve.tls.certificate",
        certificateEnds: new X509Certificate(cert).validToDate.toISOString().replace(".000", ""),
      });
    });
  }
});
