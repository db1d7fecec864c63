import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import type { Channel } from "../../domain/channel.ts";
import type { FindingKind } from "../../domain/finding.ts";
import { FINDING_KINDS } from "../../domain/finding.ts";
import type { FindingReport } from "../../report/report-data.ts";
import { makeCarrierCredentials, startCarrier } from "../../sandbox/carrier/start-carrier.ts";
import type { Score } from "../../sandbox/score.ts";
import { scoreFindings } from "../../sandbox/score.ts";
import { generateWorld } from "../../sandbox/world.ts";
import { listFindings } from "../list-store.ts";
import type { App } from "../open-app.ts";
import { withApp } from "../open-app.ts";
import type { ReconcileResult } from "../reconcile-result.ts";
import { reconcileStore } from "../reconcile-store.ts";
import { writeReport } from "../write-report.ts";
import { makeDemoAccount } from "./demo-account.ts";
import type { FeedProgressListener, ReplayClock } from "./feed-carrier.ts";
import { takeDeliveries, takeReplies, takeScanFiles } from "./feed-carrier.ts";

export interface DemoOptions {
  readonly seed: number;
  readonly parcels: number;
  /** Folder for the report and the store; the store in it is made anew. */
  readonly out: string;
  readonly lang: "en" | "nl";
  readonly onProgress: FeedProgressListener;
}

export interface DemoResult {
  readonly result: ReconcileResult;
  /** By kind: planted, and found. Kinds that were not planted are left out. */
  readonly kinds: readonly { readonly kind: FindingKind; readonly planted: number; readonly found: number }[];
  readonly score: Score;
  readonly reportPath: string;
  readonly databaseUrl: string;
}

/** The simulated days. Fixed, so that the same seed is the same demo on any day. */
const START = "2026-03-02T00:00:00Z";
const DAYS = 10;

/**
 * Plays the whole job against a simulated carrier on loopback: a real SFTP
 * server, both APIs with their factors, and a webhook sender; into an embedded
 * store of its own. The carrier plants a known set of defects, and the result
 * says which of them the reconciliation found.
 */
export async function runDemo(config: Config, options: DemoOptions): Promise<DemoResult> {
  const databasePath = join(options.out, "demo.db");
  await mkdir(options.out, { recursive: true });
  for (const suffix of ["", "-wal", "-shm"]) await rm(databasePath + suffix, { force: true });
  const databaseUrl = `sqlite:${databasePath}`;

  let now = Temporal.Instant.from(START).epochMilliseconds;
  const clock: ReplayClock = {
    now: () => now,
    set: (epochMs) => {
      now = epochMs;
    },
  };
  return withApp(
    { config, clock: clock.now satisfies Clock, databaseUrl, mayMakeStore: true },
    async (app) => {
      const world = makeWorld(app, options, now);
      const credentials = makeCarrierCredentials();
      const account = makeDemoAccount(credentials, app.contract.statusApi.factors);
      const carrier = await startCarrier({
        world,
        clock: clock.now,
        credentials,
        layouts: ["postnl-scan-csv", "postnl-scan-fixed", "postnl-scan-xml"],
        tokenSeconds: 3600,
        secondFactors: account.secondFactors,
        allColumnsFor: world.truth.findings
          .filter(({ field }) => field !== null)
          .map(({ barcode }) => barcode),
      });
      try {
        const report = (channel: Channel, done: number, total: number): void =>
          options.onProgress(channel, done, total);
        await takeDeliveries(app, world.webhook, clock, report);
        await takeReplies(app, "legacy-api", world.legacyApi, carrier, account, clock, report);
        await takeReplies(app, "status-api", world.statusApi, carrier, account, clock, report);
        clock.set(world.now);
        await takeScanFiles(app, carrier, world.files.length, report);
      } finally {
        await carrier.stop();
      }
      const result = await reconcileStore(app);
      const reported: FindingReport[] = [];
      for await (const page of listFindings(app, { states: ["open", "pending"] })) reported.push(...page);
      const score = scoreFindings(world.truth, reported);
      return {
        result,
        kinds: FINDING_KINDS.flatMap((kind) => {
          const planted = world.truth.findings.filter((finding) => finding.kind === kind).length;
          const missed = score.missed.filter((finding) => finding.kind === kind).length;
          return planted === 0 ? [] : [{ kind, planted, found: planted - missed }];
        }),
        score,
        reportPath: (await writeReport(app, result, { out: options.out, lang: options.lang })).htmlPath,
        databaseUrl,
      };
    },
  );
}

function makeWorld(
  app: App,
  { seed, parcels }: DemoOptions,
  startAt: number,
): ReturnType<typeof generateWorld> {
  const codesByStatus = new Map<string, string[]>();
  for (const [code, rows] of app.tables.legacyCodes) {
    const status = rows[0]?.status ?? "";
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  return generateWorld({
    seed,
    parcels,
    startAt,
    days: DAYS,
    defects: "every-kind",
    noise: true,
    codesByStatus,
    statuses: app.tables.statuses,
  });
}
