import type { FeedPull } from "../../app/feeds/feed-pull.ts";
import { pullFeeds } from "../../app/feeds/pull-feeds.ts";
import type { Pull } from "../../app/feeds/pulls.ts";
import type { App } from "../../app/open-app.ts";
import { EXIT } from "../../domain/errors.ts";
import { toIsoUtcOrNull } from "../../domain/instant.ts";
import type { PullReport } from "../../report/pull-data.ts";
import { renderPullText } from "../../report/render-pull-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { print, printJson } from "../print.ts";
import { makeProgress } from "../progress.ts";
import { withCommandApp } from "../with-command-app.ts";

interface PullOptions extends GlobalOptions {
  readonly feed?: readonly Pull[];
}

/** `trackbridge pull` */
export async function pull(options: PullOptions): Promise<void> {
  const report = await withCommandApp(options, (app) => pullWithProgress(app, options), {
    mayMakeStore: true,
  });
  if (options.format === "text") await print(renderPullText(report, options.lang));
  else await printJson(report);
  process.exitCode = toPullExitCode(report);
}

/** Fetches once, with a bar for each source while a person watches. */
export async function pullWithProgress(app: App, options: PullOptions): Promise<PullReport> {
  let shown = "";
  let progress = makeProgress("pull", options);
  try {
    const pulls = await pullFeeds(app, {
      pulls: options.feed,
      onProgress(feed, done, total) {
        if (feed !== shown) {
          progress.stop();
          progress = makeProgress(feed, options);
          shown = feed;
        }
        progress.update(done, total ?? done, total === null ? `${done}` : "");
      },
    });
    return { feeds: (pulls ?? []).map(toReport) };
  } finally {
    progress.stop();
  }
}

/** What could not be fetched is an error; rows set aside are differences. */
export function toPullExitCode({ feeds }: PullReport): number {
  if (feeds.some(({ problems }) => problems.length > 0)) return EXIT.usage;
  return feeds.some(({ quarantined }) => quarantined > 0) ? EXIT.differences : EXIT.fine;
}

function toReport({
  feed,
  channel,
  tally,
  problems,
  notes,
  notBefore,
}: FeedPull): PullReport["feeds"][number] {
  return { feed, channel, ...tally, problems, notes, notBefore: toIsoUtcOrNull(notBefore) };
}
