import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Channel } from "../../domain/channel.ts";
import type { PayloadIntake } from "../../intake/incoming.ts";
import type { IntakeTally } from "../../intake/intake-tally.ts";
import { addTallies, NO_INTAKES } from "../../intake/intake-tally.ts";
import { saveFiles, savePayloads } from "../../intake/save-intakes.ts";
import type { RecordedLine } from "../../sandbox/carrier/recorded-line.ts";
import { receivedAtOf } from "../../sandbox/carrier/recorded-line.ts";
import type { Carrier } from "../../sandbox/carrier/start-carrier.ts";
import { RETRY_DELAYS_MS, sendDeliveries } from "../../sandbox/carrier/webhook-sender.ts";
import type { ApiReply } from "../../sources/api-reply.ts";
import { toRequestName } from "../../sources/api-reply.ts";
import { makeAuthorisedClient } from "../../sources/authorised-client.ts";
import { makeHttpClient } from "../../sources/http-client.ts";
import { makePayloadParser } from "../../sources/import-payloads.ts";
import { LEGACY_API_FACTORS, makeLegacyApiClient } from "../../sources/legacy-api/client.ts";
import { openScanFile } from "../../sources/legacy-scan/parse-scan-file.ts";
import { readLayout } from "../../sources/legacy-scan/read-layout.ts";
import type { ScanFetchStory } from "../../sources/legacy-scan/sftp.ts";
import {
  fetchScanFiles,
  SFTP_DEADLINES,
  SFTP_LIMITS,
  SFTP_RETRY_DELAYS_MS,
} from "../../sources/legacy-scan/sftp.ts";
import { makeStatusApiClient } from "../../sources/status-api/client.ts";
import { makeReceiver } from "../../sources/webhook/receiver.ts";
import { makeSharedKeyVerifier } from "../../sources/webhook/verify-shared-key.ts";
import type { App } from "../open-app.ts";
import { makeDeliverySaver } from "../receive-deliveries.ts";

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
  const spoolDirectory = await mkdtemp(join(tmpdir(), "trackbridge-demo-"));
  let tally = NO_INTAKES;
  try {
    for (const { path: folder, layout: layoutName } of sftp.folders) {
      const layout = await readLayout(layoutName);
      const story = await fetchScanFiles({
        connection: {
          host: sftp.host,
          port: sftp.port,
          username: sftp.username,
          password: sftp.password,
          hostKeyFingerprints: [sftp.hostKeyFingerprint],
        },
        folder,
        isScanFile: ({ name }) => layout.matchName === undefined || layout.matchName(name) !== undefined,
        isKnown: () => false,
        spoolDirectory,
        deadlines: SFTP_DEADLINES,
        limits: SFTP_LIMITS,
        retryDelaysMs: SFTP_RETRY_DELAYS_MS,
        onFile: async ({ localPath, remoteName, modifiedAt }) => {
          const file = await openScanFile(localPath, { layout, name: remoteName, receivedAt: modifiedAt });
          tally = addTallies(tally, await saveFiles(app.store, [file]));
          await rm(localPath);
          onProgress("legacy-scan", tally.intakes, total);
        },
        signal: undefined,
      });
      assertComplete(folder, story);
    }
  } finally {
    await rm(spoolDirectory, { recursive: true, force: true });
  }
  return tally;
}

/** A demo that quietly took fewer files would call the missing ones a finding. */
function assertComplete(folder: string, story: ScanFetchStory): void {
  const [failed] = story.failed;
  const [rejected] = story.rejected;
  const problem =
    story.stoppedBy ??
    failed?.message ??
    rejected?.error.message ??
    story.notStarted.map((name) => `${name} left`)[0];
  if (problem !== undefined) throw new Error(`SFTP ${folder}: ${problem}`);
}

/** Receives every recorded delivery on a webhook receiver of our own, guarded by a shared key; they wait in the spool then. */
export async function takeDeliveries(
  app: App,
  deliveries: readonly RecordedLine[],
  clock: ReplayClock,
  apiKey: string,
  onProgress: FeedProgressListener,
): Promise<void> {
  const [rule] = app.contract.webhook.verifiers;
  const receiver = makeReceiver({
    path: WEBHOOK_PATH,
    verifiers: [makeSharedKeyVerifier(rule?.header ?? "apikey", [apiKey])],
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
      apiKey,
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

/** Deliveries of five minutes share commits: a replay of days in seconds waits for the disk less often. */
const TOGETHER_MS = 5 * 60_000;

/** Asks an API what was asked when the replies were recorded, at the same simulated moments. */
export async function takeReplies(
  app: App,
  channel: "legacy-api" | "status-api",
  lines: readonly RecordedLine[],
  { api }: Carrier,
  clock: ReplayClock,
  onProgress: FeedProgressListener,
): Promise<IntakeTally> {
  const parse = makePayloadParser(channel, { contract: app.contract, legacyZone: app.config.zone });
  // A wait that the carrier asks for passes in simulated time.
  const http = makeHttpClient({
    now: clock.now,
    sleep: async (ms) => clock.set(clock.now() + ms),
    random: () => 0,
  });
  const fetchAgain = makeRequester(app, channel, { api }, http, clock);
  let tally = NO_INTAKES;
  let waiting: PayloadIntake[] = [];
  const save = async (): Promise<void> => {
    tally = addTallies(tally, await savePayloads(app.store, channel, waiting));
    waiting = [];
  };
  try {
    for (const [i, line] of lines.toSorted((a, b) => receivedAtOf(a) - receivedAtOf(b)).entries()) {
      clock.set(receivedAtOf(line));
      const { httpStatus, bytes, request } = await fetchAgain(line);
      const name = toRequestName(request);
      waiting.push(parse(bytes, { channel, name, receivedAt: clock.now(), httpStatus }, name));
      if (waiting.length === REPLIES_A_COMMIT) await save();
      onProgress(channel, i + 1, lines.length);
    }
    await save();
  } finally {
    await http.close();
  }
  return tally;
}

const REPLIES_A_COMMIT = 50;
const UPDATED_PERIOD_MS = 2 * 3600_000;

function makeRequester(
  app: App,
  channel: "legacy-api" | "status-api",
  { api }: Pick<Carrier, "api">,
  http: ReturnType<typeof makeHttpClient>,
  clock: ReplayClock,
): (line: RecordedLine) => Promise<ApiReply> {
  const { apiKey, clientId, clientSecret } = api;
  const secrets = { apiKey, clientId, clientSecret };
  const baseUrl = new URL(api.baseUrl);
  const factors = channel === "legacy-api" ? LEGACY_API_FACTORS : app.contract.statusApi.factors;
  const authorised = makeAuthorisedClient(http, factors, secrets, baseUrl, clock.now);
  const legacyApi = makeLegacyApiClient(authorised, baseUrl, app.config.zone);
  const statusApi = makeStatusApiClient(authorised, app.contract, baseUrl);
  return ({ request }) => {
    const updated = request?.updatedshipments;
    if (updated !== undefined) {
      return legacyApi.fetchUpdatedShipments(updated, clock.now() - UPDATED_PERIOD_MS, clock.now());
    }
    const barcode = request?.barcode ?? "";
    return channel === "legacy-api" ? legacyApi.fetchByBarcode(barcode) : statusApi.fetchByBarcode(barcode);
  };
}
