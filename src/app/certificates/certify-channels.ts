import type { Expectation, Shortfall } from "../../domain/certificate.ts";
import { DAY_MS } from "../../domain/instant.ts";
import type { Certified } from "../../reconcile/certificate/certify.ts";
import { certify } from "../../reconcile/certificate/certify.ts";
import type { CertificateDraft } from "../../reconcile/certificate/draft.ts";
import { LOOK_BACK_MS, toShortfall } from "../../reconcile/certificate/draft.ts";
import type { Delivered, Overdue, PushFacts, Told } from "../../reconcile/certificate/find-shortfalls.ts";
import {
  compareListed,
  comparePushed,
  findClosed,
  findNotSwept,
  findNotUnpacked,
  findQuarantined,
  readTold,
} from "../../reconcile/certificate/find-shortfalls.ts";
import type { Asked } from "../../sources/status-api/select-overdue.ts";
import { OVERDUE_KINDS } from "../../sources/status-api/select-overdue.ts";
import type { ChannelBooks } from "../../store/intake-access.ts";
import type { RunPlan } from "../../store/run-access.ts";
import { readDeliveries } from "../../store/spool-codec.ts";
import type { Store } from "../../store/store.ts";
import { makeFeedMemory } from "../feeds/feed-memory.ts";
import type { App } from "../open-app.ts";
import { readSums } from "../read-sums.ts";
import type { ChannelDraft } from "./draft-certificates.ts";
import { toCertificateRules } from "./draft-certificates.ts";
import { readDrafts } from "./keep-certificates.ts";
import type { RunCertificates } from "./run-certificates.ts";

/** Certifies the channels in use, after a run has evaluated what had come in when it began. */
export async function certifyChannels(app: App, run: RunPlan): Promise<RunCertificates> {
  const { store, config } = app;
  const demand = config.reconcile.requireCertificate;
  const kept = await readDrafts(store, run.runId);
  const books = await store.feeds.books();
  const bookOf = new Map(books.map((one) => [one.channel, one]));
  const drafts = (kept?.drafts ?? books.map(({ channel }) => toUnknown(channel))).filter(
    ({ channel, isAwaited }) => isAwaited || hasSpoken(bookOf.get(channel)),
  );
  if (drafts.length === 0) return { demand, certificates: [], days: [] };
  const rules = toCertificateRules(app);
  const setAside = await store.feeds.quarantineDays();
  const quarantine = Map.groupBy(setAside, ({ channel }) => channel);
  // The sums of a large store take a while to add up, and many stores need none of them here.
  const needsSums = setAside.length > 0 || config.feeds.statusApi !== undefined;
  const told = readTold(needsSums ? await readSums(store) : new Map(), run.now);
  const notListed = compareListed(told, isAskedForAll(app, told), rules, run.now);
  const certified = await Promise.all(
    drafts.map(async (draft): Promise<Certified> => {
      const { channel } = draft;
      const own = bookOf.get(channel);
      if (own === undefined) throw new Error(`no books of ${channel}`);
      const found = findQuarantined(
        quarantine.get(channel) ?? [],
        own.seen,
        told.received.get(channel),
        rules,
        run.now,
      );
      if (own.intakes === 0) found.push(toShortfall("never_spoke"));
      if (channel === "status-api") found.push(...(await findUnswept(app, run)), ...notListed);
      let { expectation, reach, since } = draft;
      if (channel === "webhook") {
        found.push(...notListed.map(({ from, until }) => toShortfall("witness_behind", { from, until })));
        found.push(...findNotUnpacked(await readSpool(store), kept?.at ?? run.now));
        const pushed = await findNotPushed(app, run, draft, told, own);
        found.push(...pushed.shortfalls);
        expectation = pushed.expectation;
        // What should have been pushed before the first delivery, nobody knows.
        if (since !== null) since = Math.max(since, own.firstReceivedAt ?? since);
        if (reach !== null) reach = Math.min(reach, pushed.closedTo ?? reach);
      }
      return certify({ ...draft, since, reach, expectation }, found, own, rules, run.now);
    }),
  );
  return {
    demand,
    certificates: certified.map(({ certificate }) => certificate),
    days: certified.flatMap(({ days }) => days.map((day) => ({ ...day, runId: run.runId }))),
  };
}

/** What was known when the run began was not kept with it. */
function toUnknown(channel: ChannelBooks["channel"]): ChannelDraft {
  const shortfalls = [toShortfall("not_noted")];
  return { channel, since: null, reach: null, expectation: null, shortfalls, isAwaited: false };
}

function hasSpoken(books: ChannelBooks | undefined): boolean {
  return books !== undefined && (books.intakes > 0 || books.watermark !== null);
}

/** Whether the status API is asked for every customer of whom anything was told lately. */
function isAskedForAll({ config }: App, { customers }: Told): boolean {
  const { statusApi } = config.feeds;
  const asked = new Set(statusApi?.customers.map(({ number }) => number));
  return statusApi !== undefined && [...customers.keys()].every((customer) => asked.has(customer));
}

/** @see findNotSwept */
async function findUnswept(app: App, { now }: RunPlan): Promise<readonly Shortfall[]> {
  const { store, config, clock } = app;
  if (config.feeds.statusApi === undefined) return [];
  const memory = makeFeedMemory(store.feedStates, "status-api sweep", clock);
  const asked = await memory.list<Asked>("asked ");
  const overdue: Overdue[] = [];
  for await (const page of store.findings.list({ states: ["open", "pending"], kinds: OVERDUE_KINDS })) {
    for (const { barcode, legacyAt, newAt, firstSeenAt } of page) {
      const at = legacyAt ?? newAt;
      if (at !== null && at >= now - LOOK_BACK_MS) overdue.push({ barcode, legacyAt, newAt, firstSeenAt });
    }
  }
  const isAsked = (barcode: string, at: number): boolean => {
    const question = asked.get(barcode);
    return question !== undefined && question.inVain !== true && question.about >= at;
  };
  return findNotSwept(overdue, isAsked, toCertificateRules(app), now);
}

async function readSpool({ spool }: Store): Promise<{ batches: number; oldestAt: number | null }> {
  let batches = 0;
  let oldestAt: number | null = null;
  for (const bucket of await spool.buckets()) {
    const sizes = await spool.sizes(bucket);
    batches += sizes.length;
    const first = sizes.slice(0, 1).map(({ seq }) => seq);
    for (const { deliveries } of await spool.batches(bucket, first)) {
      for (const { receivedAt } of readDeliveries(deliveries)) {
        oldestAt = Math.min(oldestAt ?? receivedAt, receivedAt);
      }
    }
  }
  return { batches, oldestAt };
}

interface Compared {
  readonly shortfalls: readonly Shortfall[];
  readonly expectation: Expectation | null;
  /** How far it could be compared; `null`: as far as the status API was asked. */
  readonly closedTo: number | null;
}

/** Without the status API there is nothing to compare with. */
async function findNotPushed(
  app: App,
  run: RunPlan,
  { expectation }: CertificateDraft,
  told: Told,
  books: ChannelBooks,
): Promise<Compared> {
  if (app.config.feeds.statusApi === undefined) return { shortfalls: [], expectation, closedTo: null };
  const missed = new Map<number, number>();
  const excused = new Map<number, number>();
  const missing = { states: ["open", "known"], kinds: ["push_missed"] } as const;
  for await (const page of app.store.findings.list(missing)) {
    for (const { state, newAt, firstSeenAt } of page) {
      const days = state === "open" ? missed : excused;
      const day = Math.floor((newAt ?? firstSeenAt) / DAY_MS);
      days.set(day, (days.get(day) ?? 0) + 1);
    }
  }
  const rules = toCertificateRules(app);
  const inUseSince = findInUseSince(app, run, told, books);
  const facts: PushFacts = { told, missed, excused, inUseSince, watermark: books.watermark };
  const pushed = comparePushed(facts, rules, run.now);
  if (inUseSince !== null) return { ...pushed, closedTo: null };
  const delivered = Array.from(run.progress.deliveries, ([customer, { lastAt }]) => ({ customer, lastAt }));
  const { closedTo, shortfalls } = findClosed(delivered.filter(isInUse(app, run)), told, rules, run.now);
  return { ...pushed, shortfalls: [...pushed.shortfalls, ...shortfalls], closedTo };
}

/** Those for whom the settings do not say that it has ended. */
function isInUse({ settings }: App, { now }: RunPlan): (delivered: Delivered) => boolean {
  return ({ customer }) => {
    const { webhookInUse } = settings;
    return !Object.hasOwn(webhookInUse, customer) || (webhookInUse[customer]?.lastAt ?? now) >= now;
  };
}

/** Since when the webhook is in use for every customer of whom anything was told lately; `null`: it is not. */
function findInUseSince(
  { config, settings }: App,
  { now, progress: { deliveries } }: RunPlan,
  { customers }: Told,
  { firstReceivedAt }: ChannelBooks,
): number | null {
  const isConfigured = Object.keys(settings.webhookInUse).length > 0;
  // Where deliveries name no customer, they are one feed.
  if (deliveries.size === 0 && !isConfigured) return firstReceivedAt;
  const wanted = new Set(config.feeds.statusApi?.customers.map(({ number }) => number));
  for (const customer of customers.keys()) wanted.add(customer);
  let since = firstReceivedAt ?? now;
  for (const customer of wanted) {
    const configured = Object.hasOwn(settings.webhookInUse, customer)
      ? settings.webhookInUse[customer]
      : undefined;
    if (configured !== undefined && configured.lastAt < now) return null;
    const firstAt = configured?.firstAt ?? deliveries.get(customer)?.firstAt;
    if (firstAt === undefined) return null;
    since = Math.max(since, firstAt);
  }
  return since;
}
