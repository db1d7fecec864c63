import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Channel } from "../../domain/channel.ts";
import type { PayloadIntake } from "../../intake/incoming.ts";
import type { IntakeTally } from "../../intake/intake-tally.ts";
import { addTallies, NO_INTAKES } from "../../intake/intake-tally.ts";
import { savePayloads } from "../../intake/save-intakes.ts";
import type { RecordedLine } from "../../sandbox/carrier/recorded-line.ts";
import { receivedAtOf } from "../../sandbox/carrier/recorded-line.ts";
import type { Carrier } from "../../sandbox/carrier/start-carrier.ts";
import { RETRY_DELAYS_MS, sendDeliveries } from "../../sandbox/carrier/webhook-sender.ts";
import type { ApiReply } from "../../sources/api-reply.ts";
import { toRequestName } from "../../sources/api-reply.ts";
import { makePayloadParser } from "../../sources/import-payloads.ts";
import { toCompleteness } from "../../sources/legacy-scan/completeness.ts";
import { readLayout } from "../../sources/legacy-scan/read-layout.ts";
import { makeReceiver } from "../../sources/webhook/receiver.ts";
import { openLegacyApi, openStatusApi } from "../feeds/open-apis.ts";
import { pullScanFeed } from "../feeds/pull-scan-files.ts";
import type { App } from "../open-app.ts";
import { makeDeliverySaver } from "../receive-deliveries.ts";
import type { DemoAccount } from "./demo-account.ts";
import { makeSigning } from "./make-signing.ts";

/** A clock that the replay moves: the simulated carrier and the bridge live by it. */
export interface ReplayClock {
  readonly now: () => number;
  readonly set: (epochMs: number) => void;
}

/** Told as a feed goes on. */
export type FeedProgressListener = (channel: Channel, done: number, total: number) => void;

const WEBHOOK_PATH = "/webhooks/tracking";

/** Takes the scan files of every folder in over SFTP, host key pinned. */
export async function takeScanFiles(
  app: App,
  { sftp }: Carrier,
  total: number,
  onProgress: FeedProgressListener,
): Promise<IntakeTally> {
  const { host, port, username, password } = sftp;
  const connection = { host, port, username, password, hostKeyFingerprints: [sftp.hostKeyFingerprint] };
  let tally = NO_INTAKES;
  const spoolFolder = await mkdtemp(join(tmpdir(), "trackbridge-demo-"));
  const config = { ...app.config, feeds: { ...app.config.feeds, spoolFolder } };
  try {
    for (const { path: folder, layout: layoutName } of sftp.folders) {
      const layout = await readLayout(layoutName);
      const complete = toCompleteness(layout);
      const pull = await pullScanFeed(
        { ...app, config },
        { name: layoutName, connection, folder, layout, complete, calendar: undefined },
        {
          onProgress: (_feed, done) => onProgress("legacy-scan", tally.intakes + done, total),
          signal: undefined,
        },
      );
      tally = addTallies(tally, pull.tally);
    }
  } finally {
    await rm(spoolFolder, { recursive: true, force: true });
  }
  // A demo that quietly took fewer files would call the missing ones a finding.
  if (tally.intakes !== total) throw new Error(`SFTP: ${tally.intakes} of ${total} files came`);
  return tally;
}

/** Receives every recorded delivery on a webhook receiver of our own, guarded as the contract says; they wait in the spool then. */
export async function takeDeliveries(
  app: App,
  deliveries: readonly RecordedLine[],
  clock: ReplayClock,
  onProgress: FeedProgressListener,
): Promise<void> {
  const { schemes, verifiers } = await makeSigning(app.contract.webhook.verifiers, clock.now);
  const receiver = makeReceiver({
    path: WEBHOOK_PATH,
    verifiers,
    deliveryIdHeader: app.contract.webhook.deliveryIdHeader,
    now: clock.now,
    save: makeDeliverySaver(app),
  });
  const url = await receiver.listen(0);
  let sent = 0;
  try {
    const counts = await sendDeliveries({
      deliveries,
      url: url + WEBHOOK_PATH,
      schemes,
      concurrency: 32,
      togetherMs: TOGETHER_MS,
      retryDelaysMs: RETRY_DELAYS_MS,
      setClock: clock.set,
      onSent: () => {
        sent += 1;
        onProgress("webhook", sent, deliveries.length);
      },
    });
    if (counts.delivered !== deliveries.length) {
      throw new Error(`the receiver took ${counts.delivered} of ${deliveries.length} deliveries`);
    }
  } finally {
    await receiver.close();
  }
}

/**
 * Deliveries of four minutes share commits: a replay of days in seconds waits
 * for the disk less often. Signatures may be five minutes old.
 */
const TOGETHER_MS = 4 * 60_000;

/** Asks an API what was asked when the replies were recorded, at the same simulated moments. */
export async function takeReplies(
  app: App,
  channel: "legacy-api" | "status-api",
  lines: readonly RecordedLine[],
  { api }: Carrier,
  account: DemoAccount,
  clock: ReplayClock,
  onProgress: FeedProgressListener,
): Promise<IntakeTally> {
  const parse = makePayloadParser(channel, { contract: app.contract, legacyZone: app.config.zone });
  const requester = await openRequester(app, channel, api.baseUrl, account, clock);
  let tally = NO_INTAKES;
  let waiting: PayloadIntake[] = [];
  const save = async (): Promise<void> => {
    tally = addTallies(tally, await savePayloads(app.store, channel, waiting));
    waiting = [];
  };
  try {
    for (const [i, line] of lines.toSorted((a, b) => receivedAtOf(a) - receivedAtOf(b)).entries()) {
      clock.set(receivedAtOf(line));
      const { httpStatus, bytes, request } = await requester.fetchAgain(line);
      const name = toRequestName(request);
      waiting.push(parse(bytes, { channel, name, receivedAt: clock.now(), httpStatus }, name));
      if (waiting.length === REPLIES_A_COMMIT) await save();
      onProgress(channel, i + 1, lines.length);
    }
    await save();
  } finally {
    await requester.close();
  }
  return tally;
}

const REPLIES_A_COMMIT = 50;
const UPDATED_PERIOD_MS = 2 * 3600_000;

async function openRequester(
  app: App,
  channel: "legacy-api" | "status-api",
  baseUrl: string,
  { toFeeds, environment }: DemoAccount,
  clock: ReplayClock,
): Promise<{ fetchAgain(line: RecordedLine): Promise<ApiReply>; close(): Promise<void> }> {
  const there = { ...app, config: { ...app.config, feeds: toFeeds(baseUrl) } };
  // A wait that the carrier asks for passes in simulated time.
  const overrides = {
    now: clock.now,
    sleep: async (ms: number) => clock.set(clock.now() + ms),
    random: () => 0,
    environment,
  };
  if (channel === "status-api") {
    const { client, close } = await openStatusApi(there, overrides);
    return { fetchAgain: ({ request }) => client.fetchByBarcode(request?.barcode ?? ""), close };
  }
  const { client, close } = await openLegacyApi(there, overrides);
  return {
    fetchAgain: ({ request }) => {
      const updated = request?.updatedshipments;
      return updated === undefined
        ? client.fetchByBarcode(request?.barcode ?? "")
        : client.fetchUpdatedShipments(updated, clock.now() - UPDATED_PERIOD_MS, clock.now());
    },
    close,
  };
}
