import type { CertificateDemand } from "../../domain/certificate.ts";
import type { Channel } from "../../domain/channel.ts";
import { CHANNELS } from "../../domain/channel.ts";
import type { CertificateDraft, CertificateRules } from "../../reconcile/certificate/draft.ts";
import { LOOK_BACK_MS } from "../../reconcile/certificate/draft.ts";
import type { ApiFacts, AskedCustomer } from "../../reconcile/certificate/draft-api.ts";
import { draftApi } from "../../reconcile/certificate/draft-api.ts";
import type { ScanFeedFacts } from "../../reconcile/certificate/draft-scan-files.ts";
import { draftScanFiles } from "../../reconcile/certificate/draft-scan-files.ts";
import { draftWebhook } from "../../reconcile/certificate/draft-webhook.ts";
import { assessFeed } from "../feeds/assess-feed.ts";
import { makeFeedMemory } from "../feeds/feed-memory.ts";
import { findBegun, toFeedName } from "../feeds/file-ledger.ts";
import { findLastGoodPull, findLastPull } from "../feeds/last-pulls.ts";
import { toCalendar } from "../feeds/to-calendar.ts";
import type { App } from "../open-app.ts";
import { listSubscriptions } from "../subscription.ts";

/** What certificates are drafted from. */
export type DraftingApp = Pick<App, "store" | "config" | "settings" | "clock" | "gatePolicy">;

/** What certificates go by. None of it changes how a parcel is evaluated. */
export function toCertificateRules({ config, settings }: Pick<App, "config" | "settings">): CertificateRules {
  const { settleMs, maxWaitMs, legacyEnds } = settings;
  return { ...config.reconcile.certificates, settleMs, maxWaitMs, legacyEnds };
}

/** A draft, and whether the channel is certified even if it never speaks. */
export interface ChannelDraft extends CertificateDraft {
  /** Because the settings say how to fetch it, it is subscribed to, or its certificate is asked for by name. */
  readonly isAwaited: boolean;
}

/**
 * Drafts the certificates of all channels. It has to be done before what came
 * in is settled for a run: what comes later is in neither. Whether a channel
 * ever spoke shows only after that, because its first words may lie unread.
 */
export async function draftCertificates(app: DraftingApp): Promise<readonly ChannelDraft[]> {
  const { store, config, clock, gatePolicy } = app;
  const { scanFiles, legacyApi, statusApi } = config.feeds;
  const rules = toCertificateRules(app);
  const now = clock();
  const [subscribed] = (await listSubscriptions(store.feedStates)).slice(-1);
  const awaited = new Set<Channel>();
  if (scanFiles.length > 0) awaited.add("legacy-scan");
  if (legacyApi !== undefined) awaited.add("legacy-api");
  if (statusApi !== undefined) awaited.add("status-api");
  if (subscribed !== undefined) awaited.add("webhook");
  for (const demand of [config.reconcile.requireCertificate, gatePolicy?.requireCertificate ?? false]) {
    for (const channel of toNamed(demand)) awaited.add(channel);
  }
  const status = draftApi(
    await readApi(app, "status-api", statusApi?.customers.map(({ number }) => number) ?? []),
    rules,
    now,
  );
  const drafts: Readonly<Record<Channel, CertificateDraft>> = {
    "legacy-scan": draftScanFiles(await readScanFeeds(app), rules, now),
    "legacy-api": draftApi(await readApi(app, "legacy-api", legacyApi?.customers ?? []), rules, now),
    webhook: draftWebhook(statusApi === undefined ? null : status, subscribed?.at ?? null),
    "status-api": status,
  };
  return CHANNELS.map((channel) => ({ ...drafts[channel], isAwaited: awaited.has(channel) }));
}

function toNamed(demand: CertificateDemand): readonly Channel[] {
  return typeof demand === "boolean" ? [] : demand;
}

async function readScanFeeds(app: DraftingApp): Promise<readonly ScanFeedFacts[]> {
  const { feedStates } = app.store;
  const feeds: ScanFeedFacts[] = [];
  for (const { name, calendar: settings } of app.config.feeds.scanFiles) {
    const calendar = toCalendar(settings);
    const feed = toFeedName(name);
    feeds.push({
      feed: name,
      calendar: calendar?.kind ?? "none",
      assessment: (await assessFeed(app, name, calendar)) ?? null,
      begunAt: (await findBegun(feedStates, feed)) ?? null,
      lastPull: (await findLastPull(feedStates, feed)) ?? null,
      lastGoodAt: (await findLastGoodPull(feedStates, feed)) ?? null,
    });
  }
  return feeds;
}

interface Period {
  readonly from: number;
  readonly until: number;
}

/** How far an API's pulls have come, as they remember it. */
async function readApi(
  { store, clock }: DraftingApp,
  channel: ApiFacts["channel"],
  numbers: readonly string[],
): Promise<ApiFacts> {
  const memory = makeFeedMemory(store.feedStates, channel, clock);
  const customers: AskedCustomer[] = [];
  const lost: ApiFacts["lost"][number][] = [];
  for (const number of numbers) {
    customers.push({
      number,
      begunAt: await memory.find<number>(`begun ${number}`),
      mark: await memory.find<number>(`mark ${number}`),
    });
    for (const { from, until } of (await memory.list<Period>(`lost ${number} `)).values()) {
      if (until > clock() - LOOK_BACK_MS) lost.push({ customer: number, from, until });
    }
  }
  const waiting = await memory.list<{ readonly at: number | null }>("ask ");
  const lastPull = await findLastPull(store.feedStates, channel);
  return {
    channel,
    customers,
    lost,
    waiting: Array.from(waiting.values(), ({ at }) => at),
    problem: lastPull?.problems[0] ?? null,
  };
}
