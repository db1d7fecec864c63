import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "../../domain/errors.ts";
import type { Claim } from "../../store/claims.ts";
import { whileHeld } from "../../store/work-on-groups.ts";
import { OWNER, toLeaseMs } from "../crew.ts";
import type { App } from "../open-app.ts";
import type { FeedPull, PullListener } from "./feed-pull.ts";
import { savePulls } from "./last-pulls.ts";
import type { ApiOverrides } from "./open-apis.ts";
import { openLegacyApi, openStatusApi } from "./open-apis.ts";
import { pullLegacyApi } from "./pull-legacy-api.ts";
import { pullScanFiles } from "./pull-scan-files.ts";
import { pullStatusApi } from "./pull-status-api.ts";
import type { Pull } from "./pulls.ts";
import { PULLS } from "./pulls.ts";
import { sweepStatusApi } from "./sweep-status-api.ts";

export interface PullFeedsOptions {
  /** What is fetched, of that which is configured; by default all of it. */
  readonly pulls?: readonly Pull[] | undefined;
  readonly onProgress?: PullListener | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether to come back with nothing while another process fetches; by default its end is waited for. */
  readonly isOptional?: boolean;
  readonly overrides?: ApiOverrides;
}

const SUBJECT = "pull";
const TURN_MS = 500;

/** What of {@link PULLS} the settings say how to fetch. */
export function listPulls({ config: { feeds } }: Pick<App, "config">): Pull[] {
  return PULLS.filter((pull) => {
    if (pull === "scan-files") return feeds.scanFiles.length > 0;
    return (pull === "legacy-api" ? feeds.legacyApi : feeds.statusApi) !== undefined;
  });
}

/**
 * Fetches from every configured source once, one after the other. One process
 * at a time does so on a store: marks, cursors and rates are kept there. What
 * one source cannot do is among its problems, and the others go on.
 *
 * @returns in the order of {@link PULLS}; `undefined` when another process fetches and `isOptional`
 * @throws UsageError where nothing is configured, or a setting or a secret is wrong
 */
export async function pullFeeds(
  app: App,
  options: PullFeedsOptions = {},
): Promise<readonly FeedPull[] | undefined> {
  const pulls = listPulls(app).filter((pull) => options.pulls?.includes(pull) ?? true);
  if (pulls.length === 0) throw nothingToPull(options.pulls);
  const claim = await takeTurn(app, options);
  if (claim === undefined) return undefined;
  return whileHeld(app.store, claim, toLeaseMs(app.config), async () => {
    const done: FeedPull[] = [];
    for (const pull of pulls) {
      options.signal?.throwIfAborted();
      const pulled = await pullOne(app, pull, options);
      await savePulls(app, pulled);
      done.push(...pulled);
    }
    return done;
  });
}

async function takeTurn(
  { store, config }: App,
  { signal, isOptional = false }: PullFeedsOptions,
): Promise<Claim | undefined> {
  for (;;) {
    signal?.throwIfAborted();
    const claim = await store.claims.take(SUBJECT, OWNER, toLeaseMs(config));
    if (claim !== undefined || isOptional) return claim;
    await sleep(TURN_MS);
  }
}

async function pullOne(
  app: App,
  pull: Pull,
  { onProgress, signal, overrides }: PullFeedsOptions,
): Promise<readonly FeedPull[]> {
  const { legacyApi, statusApi } = app.config.feeds;
  const options = { onProgress, signal };
  if (pull === "scan-files") return pullScanFiles(app, options);
  if (pull === "legacy-api") {
    if (legacyApi === undefined) return [];
    return withApi(openLegacyApi(app, overrides), (client) => pullLegacyApi(app, client, legacyApi, options));
  }
  if (statusApi === undefined) return [];
  return withApi(openStatusApi(app, overrides), (client) =>
    pull === "sweep"
      ? sweepStatusApi(app, client, statusApi, options)
      : pullStatusApi(app, client, statusApi, options),
  );
}

async function withApi<Client>(
  opening: Promise<{
    readonly client: Client;
    readonly notBefore: () => number | null;
    readonly close: () => Promise<void>;
  }>,
  work: (client: Client) => Promise<FeedPull>,
): Promise<readonly FeedPull[]> {
  const { client, notBefore, close } = await opening;
  try {
    const pull = await work(client);
    return [{ ...pull, notBefore: pull.notBefore ?? notBefore() }];
  } finally {
    await close();
  }
}

function nothingToPull(wanted: readonly Pull[] | undefined): UsageError {
  return new UsageError({
    place: "settings: feeds",
    value: wanted === undefined ? "nothing to fetch from" : `nothing to fetch from for ${wanted.join(", ")}`,
    expected: "scanFiles, legacyApi or statusApi",
    todo: "write down where the carrier's servers are, as config/trackbridge.yml shows; or import files from disk",
  });
}
