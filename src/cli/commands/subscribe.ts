import type { App } from "../../app/open-app.ts";
import {
  listCustomers,
  listSubscriptions,
  parseCallbackUrl,
  planSubscription,
  recordSubscription,
} from "../../app/subscription.ts";
import { readConfig } from "../../config.ts";
import { UsageError } from "../../domain/errors.ts";
import { toIsoUtc } from "../../domain/instant.ts";
import { renderSubscribeText, renderSubscriptionNotes } from "../../report/render-subscription.ts";
import type { SubscribeReport } from "../../report/subscription-data.ts";
import type { GlobalOptions } from "../global-options.ts";
import { note, print, printJson } from "../print.ts";
import { withCommandApp } from "../with-command-app.ts";

interface SubscribeOptions extends GlobalOptions {
  readonly url?: string;
  readonly record?: boolean;
  readonly by?: string;
  /** UTC epoch milliseconds. */
  readonly at?: number;
  readonly replace?: boolean;
  readonly reason?: string;
  readonly show?: boolean;
}

/** `trackbridge subscribe` */
export async function subscribe(options: SubscribeOptions): Promise<void> {
  const { record = false, show = false, url, format, lang } = options;
  if (record && url === undefined)
    throw incomplete("--record without --url", "the address that was subscribed");
  if (!show && url === undefined) throw incomplete("nothing to prepare", "--url https://…, or --show");
  if (record || show) {
    const report = await withCommandApp(
      options,
      async (app): Promise<SubscribeReport> => {
        if (record) await recordIt(app, options);
        const recorded = await listSubscriptions(app.store.feedStates);
        return { plan: null, recorded: recorded.map(({ at, ...rest }) => ({ at: toIsoUtc(at), ...rest })) };
      },
      { mayMakeStore: record },
    );
    return format === "text" ? print(renderSubscribeText(report, lang)) : printJson(report);
  }
  const config = readConfig(options.config);
  const plan = await planSubscription(config, url ?? "");
  const report: SubscribeReport = { plan, recorded: null };
  if (format !== "text") return printJson(report);
  await print(renderSubscribeText(report, lang));
  const notes = renderSubscriptionNotes(plan, config.serve.path, lang);
  if (notes.length > 0) note(`\n${notes.join("\n")}`, options);
}

async function recordIt(app: App, options: SubscribeOptions): Promise<void> {
  const { url = "", by = "", replace = false, reason = "" } = options;
  const { config, clock, store } = app;
  if (by.trim() === "")
    throw incomplete("--record without --by", "the name of whoever says that it is set up");
  if (replace !== (reason.trim() !== "")) {
    throw incomplete("one of --replace and --reason", "both, or neither: it is made once");
  }
  const at = options.at ?? clock();
  if (at > clock()) throw incomplete(`--at ${toIsoUtc(at)}`, "a moment that has passed");
  await recordSubscription(
    store,
    {
      at,
      by: by.trim(),
      url: parseCallbackUrl(url).href,
      customers: listCustomers(config).map(({ number }) => number),
      contract: config.contract,
      reason: replace ? reason.trim() : null,
    },
    clock,
  );
}

function incomplete(value: string, expected: string): UsageError {
  return new UsageError({
    place: "subscribe",
    value,
    expected,
    todo: "see trackbridge subscribe --help",
  });
}
