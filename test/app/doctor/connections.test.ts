import { describe, expect, it, onTestFinished } from "vitest";
import { judgeWait } from "../../../src/app/doctor/connections.ts";
import { systemClock } from "../../../src/clock.ts";
import type { DoctorCheck } from "../../../src/report/doctor-data.ts";
import { startApiServer } from "../../../src/sandbox/carrier/api-server.ts";
import { startDumbServer } from "../../support/dumb-server.ts";
import { makeSite } from "../../support/examine.ts";
import { PASSWORD, startScanServer } from "../../support/scan-feeds.ts";
import type { TinyAnswer } from "../../support/tiny-server.ts";
import { replyJson, withTinyServer } from "../../support/tiny-server.ts";

const ONLINE = { isOffline: false };

describe("checkConnections, SFTP", () => {
  it("signs in and lists; shows the host key to check; tells a refused sign-in, a folder that is not there, and nobody", async () => {
    const { server, put } = await startScanServer();
    put("TT_1_20260308_060000_001.csv", "x");
    const site = makeSite();
    const password = { file: site.put("password", PASSWORD) };
    const feed = {
      host: server.host,
      port: server.port,
      user: "scans",
      folder: "/scan",
      hostKeys: [server.hostKeyFingerprint],
      password,
    };
    const scanFiles = [
      { ...feed, name: "good" },
      { ...feed, name: "unpinned", hostKeys: [] },
      { ...feed, name: "refused", password: { file: site.put("wrong", "canary-password") } },
      { ...feed, name: "elsewhere", folder: "/nowhere" },
      { ...feed, name: "nobody", port: 9 },
    ];
    const { of } = await site.examine(
      { feeds: { scanFiles } },
      { ...ONLINE, canaries: [PASSWORD, "canary-password"] },
    );
    const [good, unpinned, refused, elsewhere, nobody] = of("connections.sftp");
    expect(good).toBe("ok: signed in, 1 names in /scan");
    expect(unpinned).toContain(
      `failure: sftp 127.0.0.1:${server.port}: host key ${server.hostKeyFingerprint}`,
    );
    expect(refused).toMatch(/^failure: .*sign-in by password was refused/);
    expect(elsewhere).toMatch(/^failure: .*\/nowhere/);
    expect(nobody).toMatch(/^failure: .*no connection/);
  });

  it("waits no longer than allowed for a server that is silent, and shows nothing of what another one sends as it came", async () => {
    const site = makeSite();
    const password = { file: site.put("password", "canary-password") };
    const feed = { host: "127.0.0.1", user: "scans", folder: "/scan", password };
    const evil = "\u001b[31mcanary \u202e greeting\r\n".repeat(400);
    const scanFiles = [
      { ...feed, name: "silent", port: await startDumbServer("") },
      { ...feed, name: "evil", port: await startDumbServer(evil) },
    ];
    const { of } = await site.examine({ feeds: { scanFiles } }, { ...ONLINE, deadlineMs: 700 });
    for (const line of of("connections.sftp")) expect(line).toMatch(/^failure: /);
    expect(of("connections.sftp")).toHaveLength(2);
    expect(of("configuration.settings")).toHaveLength(1);
  });
});

describe("checkConnections, the APIs", () => {
  const KEYS = { API_KEY: "canary-api-key", CLIENT_SECRET: "canary-client-secret" };
  const CANARIES = [...Object.values(KEYS), "canary-other-word", "canary-body"];

  function toFeeds(url: string) {
    const apiKey = { environment: "API_KEY" };
    return {
      legacyApi: { url, apiKey, customers: ["1"] },
      statusApi: {
        url,
        apiKey,
        clientId: "bridge",
        clientSecret: { environment: "CLIENT_SECRET" },
        customers: [{ number: "1", code: "C" }],
      },
    };
  }

  async function startCarrierApis() {
    const api = await startApiServer({
      legacyApi: [],
      statusApi: [],
      clock: systemClock,
      apiKey: KEYS.API_KEY,
      clientId: "bridge",
      clientSecret: KEYS.CLIENT_SECRET,
      tokenSeconds: 300,
      monotonicMs: () => performance.now(),
      pageSize: 10,
    });
    onTestFinished(() => api.stop());
    return api;
  }

  const look = async (url: string, environment: object = {}, ahead = 0) => {
    const now = () => systemClock() + ahead;
    const { of } = await makeSite().examine(
      { feeds: toFeeds(url) },
      { ...ONLINE, canaries: CANARIES, apis: { now, environment: { ...KEYS, ...environment } } },
    );
    const states = (check: DoctorCheck) => of(check).map((line) => line.split(":", 1)[0]);
    return { of, states };
  };

  it("gets in with every factor, and compares the clocks", async () => {
    const { baseUrl } = await startCarrierApis();
    const { of } = await look(baseUrl);
    expect(of("connections.legacy-api")).toEqual(["ok: HTTP 200 to a request with api-key"]);
    expect(of("connections.status-api")).toEqual([
      "ok: HTTP 200 to a request with api-key, oauth-client-credentials",
    ]);
    expect(of("connections.clock")).toEqual([
      expect.stringMatching(/^ok: \d+ s from legacyApi$/),
      expect.stringMatching(/^ok: \d+ s from statusApi$/),
    ]);
    const apart = await look(baseUrl, {}, 120_000);
    expect(apart.states("connections.clock")).toEqual(["warning", "warning"]);
    const lost = await look(baseUrl, {}, -600_000);
    expect(lost.states("connections.clock")).toEqual(["failure", "failure"]);
  });

  it("does not say which factor is doubted, because nobody does", async () => {
    const { baseUrl } = await startCarrierApis();
    const { of } = await look(baseUrl, { API_KEY: "canary-other-word" });
    expect(of("connections.legacy-api")).toEqual(["failure: HTTP 401 to a request with api-key"]);
    expect(of("connections.status-api")).toEqual([
      "failure: HTTP 401 to a request with api-key, oauth-client-credentials",
    ]);
    const other = await look(baseUrl, { CLIENT_SECRET: "canary-other-word" });
    expect(other.of("connections.status-api")[0]).toMatch(/^failure: /);
    expect(other.of("connections.legacy-api")[0]).toMatch(/^ok: /);
  });

  it("asks each but once, and none at all with --offline", async () => {
    const busy: TinyAnswer = (_request, reply) =>
      replyJson(reply, 503, "canary-body", { "retry-after": "1" });
    await withTinyServer(busy, async ({ origin }, seen) => {
      const { of, states } = await look(origin);
      expect(states("connections.legacy-api")).toEqual(["warning"]);
      expect(of("connections.status-api")[0]).toMatch(/^failure: /);
      expect(seen.length).toBe(2);
      const offline = await makeSite().examine({ feeds: toFeeds(origin) }, { apis: { environment: KEYS } });
      expect(offline.of("connections.status-api")).toEqual(["skipped: not asked (--offline)"]);
      expect(offline.of("webhook.reachable")).toEqual(["skipped: not asked (--offline)"]);
      expect(seen.length).toBe(2);
    });
  });

  it("tells of a service that is not there, and changes nothing in the store", async () => {
    const site = makeSite();
    await site.withStore(async () => {});
    const settings = { feeds: toFeeds("http://127.0.0.1:9") };
    const { of } = await site.examine(settings, { ...ONLINE, apis: { environment: KEYS } });
    expect(of("connections.legacy-api")[0]).toMatch(/^failure: .*ECONNREFUSED/);
    expect(of("connections.status-api")[0]).toMatch(/^failure: .*ECONNREFUSED/);
    expect(await site.withStore(({ feedStates }) => feedStates.list("status-api", ""))).toEqual([]);
  });
});

describe("judgeWait", () => {
  it.each([
    [250, 250, 250, "ok"],
    [250, 249, 251, "ok"],
    [250, 100, 100, "warning"],
    [250, 9_000, 9_000, "warning"],
    [250, 251, 3_600_250, "warning"],
    [250, 251, -3_600_000, "warning"],
  ])("of %i ms, %i by a clock that never jumps, %i by the one shown: %s", (asked, passed, shown, state) => {
    expect(judgeWait(asked, passed, shown).state).toBe(state);
  });
});
