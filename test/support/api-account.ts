import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { ApiOverrides, OpenApi } from "../../src/app/feeds/open-apis.ts";
import { openStatusApi } from "../../src/app/feeds/open-apis.ts";
import type { FeedSettings } from "../../src/feed-settings.ts";
import { FEEDS } from "../../src/feed-settings.ts";
import type { ApiServerOptions } from "../../src/sandbox/carrier/api-server.ts";
import { startApiServer } from "../../src/sandbox/carrier/api-server.ts";
import type { FactorRule } from "../../src/sources/factor-rule.ts";
import type { StatusApiClient } from "../../src/sources/status-api/client.ts";
import { withMemoryApp } from "./apps.ts";
import { makeFakeClock } from "./fake-clock.ts";
import { timeOf } from "./observations.ts";
import { makeAuthority } from "./x509.ts";

export const START = timeOf("2026-03-07T22:30:10Z");
export const BARCODE = "3SDEVC123456789";

export const API_KEY: FactorRule = { kind: "api-key", header: "apikey" };
export const OAUTH = { kind: "oauth-client-credentials", tokenUrl: "/oauth2/token", scope: null } as const;
export const TOTP = { header: "x-one-time-code", digits: 6, periodSeconds: 30, algorithm: "SHA256" } as const;
export const TOTP_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

export function makeKeyPair() {
  return generateKeyPairSync("ec", {
    namedCurve: "prime256v1",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}

export const clientKey = makeKeyPair();
export const authority = makeAuthority("carrier authority");
export const LISTENER = authority.issue({ commonName: "carrier", addresses: ["127.0.0.1"] });
export const CLIENT = authority.issue({ commonName: "bridge" });
export const TLS = {
  certificate: LISTENER.certificate,
  key: LISTENER.key,
  clientAuthorities: authority.certificate,
  refusesIn: "reply",
} as const;

/** What the settings find in the environment; a test changes single ones. */
export const ENVIRONMENT = {
  apiKey: "key-word",
  clientSecret: "secret-word",
  privateKey: clientKey.privateKey,
  certificate: CLIENT.certificate,
  certificateKey: CLIENT.key,
  totpSecret: TOTP_SECRET,
};

type Clock = ReturnType<typeof makeFakeClock>;

interface Account {
  readonly rules: readonly FactorRule[];
  readonly carrier?: Partial<ApiServerOptions>;
  readonly environment?: Partial<typeof ENVIRONMENT>;
  readonly settings?: Partial<NonNullable<FeedSettings["statusApi"]>>;
  readonly clock?: Clock;
}

/** Lends a client of a simulated carrier, and a way to open another one by the same settings and store. */
export function withStatusApi(
  { rules, carrier, environment, settings, clock = makeFakeClock(START) }: Account,
  use: (
    api: OpenApi<StatusApiClient>,
    open: (overrides?: ApiOverrides) => Promise<OpenApi<StatusApiClient>>,
    baseUrl: string,
  ) => Promise<void>,
): Promise<void> {
  return withMemoryApp(async (app) => {
    const body = { items: [{ barcode: BARCODE, statuses: [] }], warnings: [], nextCursor: null };
    const server = await startApiServer({
      legacyApi: [],
      statusApi: [
        { receivedAt: "2026-03-07T12:00:00Z", httpStatus: 200, request: { barcode: BARCODE }, body },
      ],
      clock: clock.now,
      apiKey: ENVIRONMENT.apiKey,
      clientId: "bridge",
      clientSecret: ENVIRONMENT.clientSecret,
      tokenSeconds: 300,
      monotonicMs: clock.now,
      pageSize: 10,
      ...carrier,
    });
    const statusApi = { ...toSettings(server.baseUrl), ...settings };
    const there = {
      store: app.store,
      config: { ...app.config, feeds: { ...app.config.feeds, statusApi } },
      contract: { ...app.contract, statusApi: { ...app.contract.statusApi, factors: rules } },
    };
    const opened: OpenApi<StatusApiClient>[] = [];
    const open = async (overrides: ApiOverrides = {}) => {
      const api = await openStatusApi(there, {
        now: clock.now,
        sleep: clock.sleep,
        random: clock.random,
        environment: { ...ENVIRONMENT, ...environment },
        ...overrides,
      });
      opened.push(api);
      return api;
    };
    try {
      await use(await open(), open, server.baseUrl);
    } finally {
      for (const { close } of opened) await close();
      await server.stop();
    }
  });
}

export function toSettings(url: string): NonNullable<FeedSettings["statusApi"]> {
  const place = (environment: keyof typeof ENVIRONMENT) => ({ environment });
  const { statusApi } = FEEDS.parse({
    statusApi: {
      url,
      ...(url.startsWith("https:") ? { ca: makeFile(authority.certificate) } : {}),
      requestsPerSecond: 1_000,
      burst: 1_000,
      apiKey: place("apiKey"),
      clientId: "bridge",
      clientSecret: place("clientSecret"),
      privateKey: place("privateKey"),
      keyId: "k1",
      certificate: place("certificate"),
      certificateKey: place("certificateKey"),
      totpSecret: place("totpSecret"),
      customers: [{ number: "1", code: "C" }],
    },
  });
  return statusApi!;
}

export function makeFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "a.pem");
  writeFileSync(path, content);
  return path;
}

/** The reply, or the failure; either way nothing of the parcel where it is no 200. */
export async function ask({ client }: OpenApi<StatusApiClient>): Promise<object> {
  const outcome = await client.fetchByBarcode(BARCODE).catch((cause: Error) => cause);
  if (outcome instanceof Error) return outcome;
  const text = Buffer.from(outcome.bytes).toString();
  expect(text.includes(BARCODE)).toBe(outcome.httpStatus === 200);
  return outcome;
}
