import type { FeedPull } from "../app/feeds/feed-pull.ts";
import { listPulls, pullFeeds } from "../app/feeds/pull-feeds.ts";
import { readPullTimes, savePullTime } from "../app/feeds/pull-times.ts";
import type { Pull } from "../app/feeds/pulls.ts";
import type { App } from "../app/open-app.ts";
import { reconcileStore } from "../app/reconcile-store.ts";
import type { Log } from "../log.ts";
import { planPull } from "./plan-pull.ts";

/** What is fetched at each pull; the sweep has its own hours. */
const FETCHED: readonly Pull[] = ["scan-files", "legacy-api", "status-api"];

/**
 * Fetches what is due, where feeds are configured and no other process is
 * fetching. Before a sweep what came in is evaluated, because the sweep goes
 * by what is missing.
 *
 * @throws UsageError for a wrong setting or secret
 */
export async function pullWhenDue(
  app: App,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  const { store, config, clock } = app;
  const configured = listPulls(app);
  if (configured.length === 0) return;
  const { isPullDue, isSweepDue } = planPull(config.worker, await readPullTimes(store), clock());
  if (isPullDue) {
    const pulls = await pullFeeds(app, { pulls: FETCHED, signal, isOptional: true });
    if (pulls === undefined) return;
    tell(log, pulls);
    await savePullTime(store, "pulledAt", clock());
  }
  if (isSweepDue && configured.includes("sweep")) {
    if (await store.runs.hasNews()) await reconcileStore(app, { signal });
    const pulls = await pullFeeds(app, { pulls: ["sweep"], signal, isOptional: true });
    if (pulls === undefined) return;
    tell(log, pulls);
    await savePullTime(store, "sweptAt", clock());
  }
}

function tell(log: Log, pulls: readonly FeedPull[]): void {
  for (const { feed, tally, problems, notes } of pulls) {
    const fields = { feed, rows: tally.seen, problems: problems.length, notes: notes.length };
    if (problems.length > 0) log.warn("feed pulled in part", fields);
    else log.info("feed pulled", fields);
  }
}
