import { readFileSync } from "node:fs";
import { systemClock } from "../../clock.ts";
import { UsageError } from "../../domain/errors.ts";
import type { FeedSettings } from "../../feed-settings.ts";
import { readSecret } from "../../secrets.ts";
import type { ApiSecretName, ApiSecrets, AuthorisedClient } from "../../sources/authorised-client.ts";
import { makeAuthorisedClient, secretsOf } from "../../sources/authorised-client.ts";
import type { FactorRule } from "../../sources/factor-rule.ts";
import { summariseFactors } from "../../sources/factor-rule.ts";
import type { CertificateFacts } from "../../sources/factors/client-certificate.ts";
import { readCertificate } from "../../sources/factors/client-certificate.ts";
import type { TlsIdentity } from "../../sources/http-client.ts";
import { makeHttpClient, parseBaseUrl, sleepAtLeast } from "../../sources/http-client.ts";
import { RETRY_POLICY } from "../../sources/http-retry.ts";
import type { LegacyApiClient } from "../../sources/legacy-api/client.ts";
import { LEGACY_API_FACTORS, makeLegacyApiClient } from "../../sources/legacy-api/client.ts";
import type { PaceMemory } from "../../sources/pacing/pacer.ts";
import { openPacer } from "../../sources/pacing/pacer.ts";
import type { StatusApiClient } from "../../sources/status-api/client.ts";
import { makeStatusApiClient } from "../../sources/status-api/client.ts";
import type { Store } from "../../store/store.ts";
import type { App } from "../open-app.ts";

/** An API, ready to be asked. One process at a time: the rate is kept within it, and from one to the next. */
export interface OpenApi<Client> {
  readonly client: Client;
  /** The moment before which the service wants no request (UTC epoch milliseconds), once it has said so; it is kept for the next process. */
  readonly notBefore: () => number | null;
  /** Keeps what the next process must know, and ends the connections. */
  readonly close: () => Promise<void>;
}

/** For simulated carriers, which live by another clock, and for whoever only looks whether it works. */
export interface ApiOverrides {
  /** The service's clock: the machine's, also where a run is told another one, because codes and tokens go by it. */
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly random?: () => number;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `little`: a person waits for the answer, so that each request is sent once, and not waited for very long. */
  readonly patience?: "usual" | "little";
}

type ApiApp = Pick<App, "config" | "contract"> & {
  readonly store: Pick<Store, "feedStates" | "transaction">;
};

/**
 * Opens Shippingstatus v4 by the settings, with the factors of the contract.
 * Within a transaction of the store nothing may be asked: the pace is saved in one of its own.
 *
 * @throws UsageError naming the setting that is missing or wrong
 */
export async function openStatusApi(
  app: ApiApp,
  overrides: ApiOverrides = {},
): Promise<OpenApi<StatusApiClient>> {
  const settings = configured(app.config.feeds.statusApi, "feeds.statusApi");
  const { factors } = app.contract.statusApi;
  return open(app, "status-api", "feeds.statusApi", settings, factors, overrides, (client, baseUrl) =>
    makeStatusApiClient(client, app.contract, baseUrl),
  );
}

/** Opens Shippingstatus v2 by the settings; see {@link openStatusApi}. */
export async function openLegacyApi(
  app: Omit<ApiApp, "contract">,
  overrides: ApiOverrides = {},
): Promise<OpenApi<LegacyApiClient>> {
  const settings = configured(app.config.feeds.legacyApi, "feeds.legacyApi");
  return open(app, "legacy-api", "feeds.legacyApi", settings, LEGACY_API_FACTORS, overrides, (client, url) =>
    makeLegacyApiClient(client, url, app.config.zone),
  );
}

/**
 * How Shippingstatus v4 is entered, without asking it: the factors, whether
 * they are at least two, and the client's certificate where one is configured.
 *
 * @throws UsageError where the certificate cannot be read
 */
export function inspectStatusApi(
  { config, contract }: Pick<App, "config" | "contract">,
  environment: ApiOverrides["environment"] = process.env,
): ReturnType<typeof summariseFactors> & { readonly certificate: CertificateFacts | null } {
  const place = config.feeds.statusApi?.certificate;
  const pem = place === undefined ? null : readSecret(place, "feeds.statusApi.certificate", environment);
  return {
    ...summariseFactors(contract.statusApi.factors),
    certificate: pem === null ? null : readCertificate(pem, "certificate"),
  };
}

/** What both APIs are set up with; one has more secrets than the other. */
type ApiSettings = Pick<
  NonNullable<FeedSettings["statusApi"]>,
  "url" | "ca" | "requestsPerSecond" | "burst"
> &
  Pick<Partial<NonNullable<FeedSettings["statusApi"]>>, ApiSecretName>;

const LITTLE_PATIENCE = { limits: { headersMs: 8_000, totalMs: 10_000 }, retry: { attempts: 1 } };

async function open<Client>(
  { store }: Pick<ApiApp, "store">,
  feed: string,
  setting: string,
  settings: ApiSettings,
  factors: readonly FactorRule[],
  {
    now = systemClock,
    sleep = sleepAtLeast,
    random = Math.random,
    environment = process.env,
    patience = "usual",
  }: ApiOverrides,
  makeClient: (client: AuthorisedClient, baseUrl: URL) => Client,
): Promise<OpenApi<Client>> {
  const baseUrl = parseBaseUrl(settings.url, `${setting}.url`);
  const secrets = readApiSecrets(settings, setting, factors, environment);
  const tls = toTlsIdentity(settings.ca, setting, secrets);
  const clock = { now, sleep, random };
  const { requestsPerSecond, burst } = settings;
  const memory = makePaceMemory(store, feed, now);
  const pacer = await openPacer(memory, { requestsPerSecond, burst }, RETRY_POLICY.longestWaitMs, clock);
  const http = makeHttpClient({ ...clock, tls, pacer, ...(patience === "little" ? LITTLE_PATIENCE : {}) });
  const close = async (): Promise<void> => {
    await http.close();
    await pacer.close();
  };
  try {
    const client = makeClient(makeAuthorisedClient(http, factors, secrets, baseUrl, now, sleep), baseUrl);
    return { client, notBefore: pacer.waitsUntil, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** Only those that a factor needs are looked for, and each of them must be there. */
function readApiSecrets(
  settings: ApiSettings,
  setting: string,
  factors: readonly FactorRule[],
  environment: NonNullable<ApiOverrides["environment"]>,
): ApiSecrets {
  const secrets: Partial<Record<ApiSecretName, string>> = {};
  for (const rule of factors) {
    for (const name of secretsOf(rule)) {
      const place = settings[name];
      if (place === undefined) throw missing(`${setting}.${name}`, rule.kind);
      secrets[name] =
        typeof place === "string" ? place : readSecret(place, `${setting}.${name}`, environment);
    }
  }
  return settings.keyId === undefined ? secrets : { ...secrets, keyId: settings.keyId };
}

function toTlsIdentity(ca: string | undefined, setting: string, secrets: ApiSecrets): TlsIdentity {
  const { certificate = null, certificateKey = null } = secrets;
  return { authorities: ca === undefined ? null : readAuthorities(ca, setting), certificate, certificateKey };
}

function readAuthorities(path: string, setting: string): string {
  let pem = "";
  try {
    pem = readFileSync(path, "utf8");
  } catch {
    // Said below, in the same words as for a file that holds something else.
  }
  if (pem.includes("-----BEGIN CERTIFICATE-----")) return pem;
  throw new UsageError({
    place: `${setting}.ca`,
    value: path,
    expected: "a PEM file with the certificates of authorities",
    todo: "correct the path, or leave the setting out where a public authority signs",
  });
}

function makePaceMemory(store: ApiApp["store"], feed: string, now: () => number): PaceMemory {
  const key = "pace";
  return {
    load: async () => (await store.feedStates.find(feed, key))?.value ?? null,
    save: (value) =>
      store.transaction(({ feedStates }) => feedStates.save({ feed, key, value, changedAt: now() })),
  };
}

function configured<Settings>(settings: Settings | undefined, setting: string): Settings {
  if (settings !== undefined) return settings;
  throw new UsageError({
    place: setting,
    value: "nothing",
    expected: "where the service is, and for whom it is asked",
    todo: "write it down as config/trackbridge.yml shows",
  });
}

function missing(setting: string, kind: FactorRule["kind"]): UsageError {
  return new UsageError({
    place: setting,
    value: "nothing",
    expected: `a value, because the contract's factor ${kind} needs it`,
    todo: "write down where it is found: { environment: NAME } or { file: PATH }",
  });
}
