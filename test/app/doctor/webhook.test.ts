import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { request } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { receiveDeliveries } from "../../../src/app/receive-deliveries.ts";
import { reconcileStore } from "../../../src/app/reconcile-store.ts";
import { recordSubscription } from "../../../src/app/subscription.ts";
import { makeFixedClock, systemClock } from "../../../src/clock.ts";
import { readConfig } from "../../../src/config.ts";
import { withAppOn } from "../../support/apps.ts";
import type { Site } from "../../support/examine.ts";
import { makeSite } from "../../support/examine.ts";
import { HOUR, timeOf } from "../../support/observations.ts";
import { makeAuthority } from "../../support/x509.ts";

const KEY = "canary-webhook-key";
const NOW = timeOf("2026-03-08T09:00:00Z");
const ONLINE = { isOffline: false, canaries: [KEY] };
const LISTENER = {
  onVerdict() {},
  onReload() {},
  onAnswer() {},
  onFailure() {},
  onCheckpointFailure() {},
  onHandshakeFailure() {},
};

/** Serves, by the settings, on a port that is free; `use` is told which. */
async function whileServing(
  site: Site,
  serve: object,
  use: (settings: { serve: { port: number } }, url: string) => Promise<void>,
): Promise<void> {
  const secrets = { sharedKey: { file: site.put("webhook", KEY) } };
  const settings = { serve: { secrets, port: 0, ...serve } };
  const config = readConfig(site.put("serve.yml", JSON.stringify(settings)));
  await withAppOn(
    site.databaseUrl,
    NOW,
    async (app) => {
      const { url, close } = await receiveDeliveries(app, LISTENER);
      try {
        await use({ serve: { ...settings.serve, port: Number(new URL(url).port) } }, url);
        await reconcileStore(app);
      } finally {
        await close();
      }
    },
    config,
  );
}

function subscribe(site: Site, at: number, customers: readonly string[]): Promise<void> {
  const subscription = {
    at,
    by: "A. Jansen",
    url: "https://hooks.example/tracking",
    customers: [...customers],
    contract: "reference",
    reason: null,
  };
  return site.withStore((store) => recordSubscription(store, subscription, systemClock));
}

describe("checkWebhook", () => {
  it("reaches serve, over HTTP", async () => {
    const site = makeSite();
    await whileServing(site, {}, async (settings, url) => {
      const { of } = await site.examine(settings, ONLINE);
      expect(of("webhook.reachable")).toEqual([`ok: ${url} answers`]);
    });
  });

  it("reaches serve over TLS, also where it wants a client certificate", async () => {
    const site = makeSite();
    const authority = makeAuthority("carrier authority");
    const { certificate, key } = authority.issue({ commonName: "hooks.example" });
    const tls = { certificate: site.put("c.pem", certificate), privateKey: site.put("c.key", key) };
    await whileServing(site, { tls }, async (settings, url) => {
      const { of } = await site.examine(settings, ONLINE);
      expect(of("webhook.reachable")).toEqual([`ok: ${url} answers`]);
    });
    const clientCa = site.put("ca.pem", authority.certificate);
    await whileServing(site, { tls: { ...tls, clientCa } }, async (settings, url) => {
      const { of } = await site.examine(settings, ONLINE);
      expect(of("webhook.reachable")).toEqual([`ok: ${url} answers, and wants a client certificate`]);
    });
  });

  it("tells when something else listens there, or nobody", async () => {
    const site = makeSite();
    const server = createServer((_request, reply) => reply.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const { port } = server.address() as AddressInfo;
    const other = await site.examine({ serve: { port } }, ONLINE);
    expect(other.of("webhook.reachable")[0]).toMatch(/^warning: .*HTTP 200 to a GET/);
    expect((await site.examine({ serve: { port: 9 } }, ONLINE)).of("webhook.reachable")[0]).toMatch(
      /^warning: .*ECONNREFUSED/,
    );
    await subscribe(site, NOW, []);
    expect((await site.examine({ serve: { port: 9 } }, ONLINE)).of("webhook.reachable")[0]).toMatch(
      /^failure: .*ECONNREFUSED/,
    );
    expect((await site.examine({ serve: { port: 0 } }, ONLINE)).of("webhook.reachable")[0]).toMatch(
      /^skipped/,
    );
  });

  it("says of every customer when a delivery last came, and fails once that is too long ago", async () => {
    const site = makeSite();
    const timestamp = "2026-03-08T08:00:00Z";
    const item = { barcode: "3SDEVC123456789", status: { code: "sorted", timestamp } };
    const body = JSON.stringify({ eventId: "e1", customerNumber: "11223344", item });
    const at = (now: number, quietHours = 24) => site.examine({}, { clock: makeFixedClock(now), quietHours });

    await site.withStore(async () => {});
    expect((await at(NOW)).of("webhook.deliveries")).toEqual([
      "skipped: none yet, and no subscription is recorded",
    ]);
    expect((await at(NOW)).of("webhook.subscription")).toEqual([
      "skipped: none recorded: trackbridge subscribe",
    ]);

    await subscribe(site, NOW - 2 * HOUR, ["11223344", "55667788"]);
    const early = await at(NOW);
    expect(early.of("webhook.subscription")).toEqual([
      "ok: since 2026-03-08T07:00:00Z, recorded by A. Jansen: https://hooks.example/tracking, customers 11223344, 55667788",
    ]);
    expect(early.of("webhook.deliveries", "11223344")).toEqual(["skipped: none yet; subscribed 2 h ago"]);

    await whileServing(site, {}, async (_settings, url) => {
      const reply = await request(url, { method: "POST", body, headers: { apikey: KEY } });
      await reply.body.dump();
      expect(reply.statusCode).toBe(200);
    });
    const later = await at(NOW + 23 * HOUR);
    expect(later.of("webhook.deliveries", "11223344")).toEqual([
      "ok: the last one 23 h ago, 2026-03-08T09:00:00Z",
    ]);
    expect(later.of("webhook.deliveries", "55667788")[0]).toMatch(
      /^failure: none for 25 h \(the last one: –\)/,
    );
    expect((await at(NOW + 23 * HOUR, 48)).of("webhook.deliveries", "55667788")[0]).toMatch(/^skipped/);
    expect((await at(NOW + 24 * HOUR)).of("webhook.deliveries", "11223344")).toEqual([
      "failure: none for 24 h (the last one: 2026-03-08T09:00:00Z)",
    ]);
  });
});
