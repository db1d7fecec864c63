import type { App } from "../../src/app/open-app.ts";
import type { ApiServerOptions } from "../../src/sandbox/carrier/api-server.ts";
import { startApiServer } from "../../src/sandbox/carrier/api-server.ts";
import { makeCarrierCredentials } from "../../src/sandbox/carrier/start-carrier.ts";
import { makeAuthorisedClient } from "../../src/sources/authorised-client.ts";
import { makeHttpClient } from "../../src/sources/http-client.ts";
import type { RetryPolicy } from "../../src/sources/http-retry.ts";
import type { LegacyApiClient } from "../../src/sources/legacy-api/client.ts";
import { LEGACY_API_FACTORS, makeLegacyApiClient } from "../../src/sources/legacy-api/client.ts";
import type { StatusApiClient } from "../../src/sources/status-api/client.ts";
import { makeStatusApiClient } from "../../src/sources/status-api/client.ts";
import type { FakeClock } from "./fake-clock.ts";
import type { TinyAnswer } from "./tiny-server.ts";

/** The clients of both APIs, over real HTTP. */
export interface ApiClients {
  readonly legacyApi: LegacyApiClient;
  readonly statusApi: StatusApiClient;
}

/** Lends the clients of a service that gives tokens at the contract's path; waits pass in simulated time. */
export async function withApiClients<Result>(
  app: App,
  clock: FakeClock,
  baseUrl: URL,
  use: (clients: ApiClients) => Promise<Result>,
  settings: {
    readonly secrets?: { readonly apiKey: string; readonly clientId: string; readonly clientSecret: string };
    readonly retry?: Partial<RetryPolicy>;
  } = {},
): Promise<Result> {
  const { secrets = { apiKey: "key", clientId: "id", clientSecret: "secret" }, retry = {} } = settings;
  const http = makeHttpClient({ ...clock, retry });
  const legacy = makeAuthorisedClient(http, LEGACY_API_FACTORS, secrets, baseUrl, clock.now);
  const status = makeAuthorisedClient(http, app.contract.statusApi.factors, secrets, baseUrl, clock.now);
  try {
    return await use({
      legacyApi: makeLegacyApiClient(legacy, baseUrl, app.config.zone),
      statusApi: makeStatusApiClient(status, app.contract, baseUrl),
    });
  } finally {
    await http.close();
  }
}

/** Lends the clients of a simulated carrier. */
export async function withCarrier<Result>(
  app: App,
  clock: FakeClock,
  recorded: Pick<ApiServerOptions, "legacyApi" | "statusApi" | "living"> & { readonly pageSize?: number },
  use: (clients: ApiClients) => Promise<Result>,
): Promise<Result> {
  const { apiKey, clientId, clientSecret } = makeCarrierCredentials();
  const server = await startApiServer({
    pageSize: 2,
    ...recorded,
    clock: clock.now,
    apiKey,
    clientId,
    clientSecret,
    tokenSeconds: 3600,
    monotonicMs: () => performance.now(),
  });
  try {
    const secrets = { apiKey, clientId, clientSecret };
    return await withApiClients(app, clock, new URL(server.baseUrl), use, { secrets });
  } finally {
    await server.stop();
  }
}

/** The same answers from a service that does not tell its time, because the real one is not that of the test. */
export function withoutDate(answer: TinyAnswer): TinyAnswer {
  return (request, reply, index) => {
    reply.sendDate = false;
    answer(request, reply, index);
  };
}

/** The same clients, which note what is asked for: `barcode 3S…`, `reference ORDER-1`, `updated`. */
export function noteRequests({
  legacyApi,
  statusApi,
}: ApiClients): ApiClients & { readonly asked: readonly string[] } {
  const asked: string[] = [];
  const noting = <Args extends readonly unknown[], Result>(what: string, ask: (...args: Args) => Result) => {
    return (...args: Args): Result => {
      asked.push(what === "updated" ? what : `${what} ${String(args[0])}`);
      return ask(...args);
    };
  };
  return {
    asked,
    legacyApi: {
      fetchByBarcode: noting("barcode", legacyApi.fetchByBarcode),
      fetchByReference: noting("reference", legacyApi.fetchByReference),
      fetchUpdatedShipments: noting("updated", legacyApi.fetchUpdatedShipments),
    },
    statusApi: {
      fetchByBarcode: noting("barcode", statusApi.fetchByBarcode),
      fetchByReference: noting("reference", statusApi.fetchByReference),
      fetchUpdated: noting("updated", statusApi.fetchUpdated),
    },
  };
}
