import { describe, expect, it } from "vitest";
import type { ApiOverrides } from "../../../src/app/feeds/open-apis.ts";
import { inspectStatusApi, openLegacyApi, openStatusApi } from "../../../src/app/feeds/open-apis.ts";
import type { App } from "../../../src/app/open-app.ts";
import { UsageError } from "../../../src/domain/errors.ts";
import { FEEDS } from "../../../src/feed-settings.ts";
import type { FactorRule } from "../../../src/sources/factor-rule.ts";
import {
  API_KEY,
  BARCODE,
  CLIENT,
  ENVIRONMENT,
  makeFile,
  OAUTH,
  START,
  TOTP,
  toSettings,
} from "../../support/api-account.ts";
import { at, withMemoryApp } from "../../support/apps.ts";
import { makeFakeClock } from "../../support/fake-clock.ts";
import type { SeenRequest, TinyAnswer } from "../../support/tiny-server.ts";
import { replyJson, withTinyServer } from "../../support/tiny-server.ts";

type StatusSettings = NonNullable<App["config"]["feeds"]["statusApi"]>;

/** The program on an empty store, whose contract wants these factors, with these settings. */
function withApp(
  factors: readonly FactorRule[],
  settings: Partial<StatusSettings>,
  use: (app: App) => Promise<void>,
): Promise<void> {
  return withMemoryApp((app) =>
    use({
      ...at(START, app),
      config: {
        ...app.config,
        feeds: {
          ...FEEDS.parse({
            legacyApi: {
              url: settings.url ?? "http://127.0.0.1:9",
              apiKey: { environment: "apiKey" },
              customers: ["1"],
            },
          }),
          statusApi: { ...toSettings("http://127.0.0.1:9"), ...settings },
        },
      },
      contract: { ...app.contract, statusApi: { ...app.contract.statusApi, factors } },
    }),
  );
}

/** Processes one after the other on one store and one clock, each asking a service that answers as told. */
function withProcesses(
  answer: TinyAnswer,
  settings: Partial<StatusSettings>,
  use: (
    run: (requests: number, ending?: "closed" | "killed") => Promise<readonly (number | string)[]>,
    clock: ReturnType<typeof makeFakeClock>,
    seenAt: readonly number[],
  ) => Promise<void>,
): Promise<void> {
  const clock = makeFakeClock(START);
  const seenAt: number[] = [];
  const noting: TinyAnswer = (request: SeenRequest, reply, index) => {
    seenAt.push(clock.now() - START);
    answer(request, reply, index);
  };
  return withTinyServer(noting, ({ origin }) =>
    withApp([API_KEY], { ...settings, url: origin }, async (app) => {
      const overrides: ApiOverrides = { ...clock, environment: ENVIRONMENT };
      const run = async (requests: number, ending = "closed") => {
        const api = await openStatusApi(app, overrides);
        const outcomes: (number | string)[] = [];
        for (let n = 0; n < requests; n += 1) {
          const outcome = await api.client.fetchByBarcode(BARCODE).catch((cause) => cause);
          outcomes.push(outcome.httpStatus ?? outcome.code);
        }
        if (ending === "closed") await api.close();
        return outcomes;
      };
      await use(run, clock, seenAt);
    }),
  );
}

const FAST = { requestsPerSecond: 1_000, burst: 1_000 };

describe("openStatusApi, from one process to the next", () => {
  it.each(["closed", "killed"] as const)(
    "sends nothing before the moment that the service has told a process that was %s",
    (ending) =>
      withProcesses(
        (_request, reply, index) =>
          index === 0 ? replyJson(reply, 429, {}, { "retry-after": "3600" }) : replyJson(reply, 200, {}),
        FAST,
        async (run, clock, seenAt) => {
          expect(await run(2, ending)).toEqual(["RETRY_LATER", "RETRY_LATER"]);
          clock.advance(3_599_999 - 120_000);
          // Two minutes are waited for, not more.
          clock.advance(-1);
          expect(await run(1, ending)).toEqual(["RETRY_LATER"]);
          clock.advance(2);
          expect(await run(1, ending)).toEqual([200]);
          expect(seenAt).toEqual([0, 3_600_000]);
        },
      ),
  );

  it("keeps to the rate, also after a process that was killed", () =>
    withProcesses(
      (_request, reply) => replyJson(reply, 200, {}),
      { requestsPerSecond: 2, burst: 3 },
      async (run, clock, seenAt) => {
        await run(3);
        await run(2, "killed");
        clock.advance(10_000);
        await run(2);
        // 3 at once, then one in half a second; the fourth process does not know what the killed one took.
        expect(seenAt).toEqual([0, 0, 0, 500, 1_000, 11_500, 12_000]);
      },
    ));

  it("leaves a dead service alone for half a minute, then sends one probe", () =>
    withProcesses(
      (_request, reply, index) => replyJson(reply, index < 6 ? 500 : 200, {}),
      FAST,
      async (run, clock, seenAt) => {
        // Three attempts and two more; the sixth would be the open breaker's.
        expect(await run(3, "killed")).toEqual([500, 500, "CIRCUIT_OPEN"]);
        expect(seenAt).toHaveLength(5);
        expect(await run(1)).toEqual(["CIRCUIT_OPEN"]);
        clock.advance(30_000);
        expect(await run(2)).toEqual([500, "CIRCUIT_OPEN"]);
        expect(seenAt).toHaveLength(6);
        clock.advance(30_000);
        expect(await run(3)).toEqual([200, 200, 200]);
      },
    ));

  it("does not wait longer where the clock was set back meanwhile", () =>
    withProcesses(
      (_request, reply, index) =>
        index === 0 ? replyJson(reply, 429, {}, { "retry-after": "300" }) : replyJson(reply, 200, {}),
      FAST,
      async (run, clock) => {
        await run(1);
        clock.advance(-86_400_000);
        expect(await run(1)).toEqual(["RETRY_LATER"]);
        clock.advance(200_000);
        expect(await run(1)).toEqual([200]);
      },
    ));
});

describe("openStatusApi, the settings", () => {
  const overrides = { environment: ENVIRONMENT };

  it.each([
    ["apiKey", [API_KEY], "api-key"],
    ["clientId", [{ ...OAUTH, authentication: "basic" }], "oauth-client-credentials"],
    ["clientSecret", [{ ...OAUTH, authentication: "post" }], "oauth-client-credentials"],
    ["privateKey", [{ ...OAUTH, authentication: "private-key-jwt" }], "oauth-client-credentials"],
    ["certificate", [{ kind: "mutual-tls" }], "mutual-tls"],
    ["certificateKey", [{ kind: "mutual-tls" }], "mutual-tls"],
    ["totpSecret", [{ kind: "totp", ...TOTP }], "totp"],
  ] as const)("names %s where a factor needs it and it is not set", (name, factors, kind) =>
    withApp(factors, { [name]: undefined }, async (app) => {
      await expect(openStatusApi(app, overrides)).rejects.toThrow(
        `feeds.statusApi.${name}: nothing → a value, because the contract's factor ${kind} needs it`,
      );
    }),
  );

  it("names the place where a secret is not", () =>
    withApp([API_KEY], {}, async (app) => {
      await expect(openStatusApi(app, { environment: {} })).rejects.toThrow(
        "feeds.statusApi.apiKey: environment variable apiKey",
      );
    }));

  it.each([
    ["a TOTP secret", { kind: "totp", ...TOTP }, { totpSecret: "secret-word" }, "the API's TOTP secret"],
    [
      "a private key",
      { ...OAUTH, authentication: "private-key-jwt" },
      { privateKey: "secret-word" },
      "the API's private key",
    ],
    ["a certificate", { kind: "mutual-tls" }, { certificate: "secret-word" }, "the API's certificate:"],
    [
      "another certificate's key",
      { kind: "mutual-tls" },
      { certificateKey: ENVIRONMENT.privateKey },
      "a key that does not belong to the certificate",
    ],
  ] as const)("refuses %s that cannot be one, and shows nothing of it", (_what, factor, wrong, told) =>
    withApp([factor], { url: "https://127.0.0.1:9" }, async (app) => {
      const failure = await openStatusApi(app, { environment: { ...ENVIRONMENT, ...wrong } }).catch(
        (cause) => cause,
      );
      expect(failure).toBeInstanceOf(UsageError);
      expect(failure.message).toContain(told);
      expect(failure.stack).not.toMatch(/secret-word|BEGIN/);
    }),
  );

  it("wants https for a client certificate", () =>
    withApp([{ kind: "mutual-tls" }], { url: "http://127.0.0.1:9" }, async (app) => {
      await expect(openStatusApi(app, overrides)).rejects.toThrow(
        "the API's address: http://127.0.0.1:9 → https",
      );
    }));

  it("wants authorities in the file that is to hold them", () =>
    withApp([API_KEY], { ca: makeFile("no PEM") }, async (app) => {
      await expect(openStatusApi(app, overrides)).rejects.toThrow("feeds.statusApi.ca: ");
    }));

  it("says that nothing is configured", () =>
    withMemoryApp(async (app) => {
      await expect(openStatusApi(app)).rejects.toThrow("feeds.statusApi: nothing →");
      await expect(openLegacyApi(app)).rejects.toThrow("feeds.legacyApi: nothing →");
    }));
});

describe("openLegacyApi", () => {
  it("sends the key in its header, and remembers apart from the other API", () =>
    withTinyServer(
      (_request, reply) => replyJson(reply, 429, {}, { "retry-after": "3600" }),
      ({ origin }, seen) =>
        withApp([API_KEY], { url: origin }, async (app) => {
          const clock = makeFakeClock(START);
          const overrides = { ...clock, environment: ENVIRONMENT };
          const legacy = await openLegacyApi(app, overrides);
          await expect(legacy.client.fetchByBarcode(BARCODE)).rejects.toMatchObject({ code: "RETRY_LATER" });
          expect(seen).toMatchObject([{ headers: { apikey: ENVIRONMENT.apiKey } }]);
          expect(legacy.notBefore()).toBe(START + 3_600_000);
          await legacy.close();
          const status = await openStatusApi(app, overrides);
          expect(status.notBefore()).toBeNull();
          await status.close();
        }),
    ));
});

describe("inspectStatusApi", () => {
  it("tells the factors and when the certificate runs out", () =>
    withApp([API_KEY, { kind: "mutual-tls" }], {}, async (app) => {
      const { kinds, isMultiFactor, certificate } = inspectStatusApi(app, ENVIRONMENT);
      expect({ kinds, isMultiFactor }).toEqual({ kinds: ["api-key", "mutual-tls"], isMultiFactor: true });
      expect(certificate?.subject).toBe("CN=bridge");
      const days = ((certificate?.validTo ?? 0) - (certificate?.validFrom ?? 0)) / 86_400_000;
      expect(days).toBe(366);
      expect(JSON.stringify(certificate)).not.toContain(CLIENT.certificate.slice(30, 60));
    }));

  it("does not take two keys for two factors", () =>
    withApp([API_KEY, { kind: "api-key", header: "x-key" }], { certificate: undefined }, async (app) => {
      expect(inspectStatusApi(app, ENVIRONMENT)).toEqual({
        kinds: ["api-key"],
        isMultiFactor: false,
        certificate: null,
      });
    }));
});
