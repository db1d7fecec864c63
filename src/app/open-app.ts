import { hash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { CutoverCalendar } from "../domain/cutover.ts";
import type { DeliveryWindow } from "../domain/feed-progress.ts";
import { parseInstant } from "../domain/instant.ts";
import type { KnownDifference } from "../domain/known-difference.ts";
import { readCutover } from "../mapping/load-cutover.ts";
import { readKnownDifferences } from "../mapping/load-known-differences.ts";
import { readMappingFiles, toMappingTables } from "../mapping/load-tables.ts";
import type { MappingTables } from "../mapping/translate.ts";
import { PACKAGE_ROOT } from "../package-root.ts";
import { toLegacyEnds } from "../reconcile/cutover/phase.ts";
import { EVALUATION_EDITION } from "../reconcile/edition.ts";
import type { GatePolicy } from "../reconcile/gate/policy.ts";
import type { ReconcileSettings } from "../reconcile/settings.ts";
import type { Contract } from "../sources/contract.ts";
import { readContract } from "../sources/contract.ts";
import { toWireCodes } from "../sources/wire-codes.ts";
import { makeTurnMemory } from "../store/sqlite/turn.ts";
import type { Store } from "../store/store.ts";
import { readGatePolicy, SHIPPED_POLICY } from "./gate/read-policy.ts";
import { openStore } from "./open-store.ts";
import type { Threads } from "./threads/threads.ts";
import { makeThreads } from "./threads/threads.ts";
import { readVersion } from "./version.ts";

/** Everything a command works with. */
export interface App {
  readonly config: Config;
  readonly clock: Clock;
  readonly store: Store;
  readonly contract: Contract;
  readonly tables: MappingTables;
  readonly settings: ReconcileSettings;
  readonly knownDifferences: readonly KnownDifference[];
  /** `null`: there is no gate, the run's verdict counts. */
  readonly gatePolicy: GatePolicy | null;
  readonly cutover: CutoverCalendar;
  /** Of all that verdicts are judged by: program, tables, contract codes, settings; not of the known differences. */
  readonly fingerprint: string;
  /** Helpers for much work; `null`: none, everything is done in this thread. */
  readonly threads: Threads | null;
}

export interface AppOptions {
  readonly config: Config;
  readonly clock: Clock;
  /** Takes the place of the configured one. */
  readonly databaseUrl: string | undefined;
  /** Whether a store that is not there is made. Where data is only looked at, a missing one is a mistyped one. */
  readonly mayMakeStore: boolean;
  /** How many threads may help; by default as many as there are cores. */
  readonly threads?: 0 | undefined;
  /** Of the process whose thread this is. */
  readonly turnMemory?: SharedArrayBuffer;
}

/**
 * Opens the store and loads the tables, lends them to `work`, and closes the
 * store whatever happens.
 *
 * @throws UsageError for a wrong setting, table, contract or store
 */
export async function withApp<Result>(
  {
    config,
    clock,
    databaseUrl,
    mayMakeStore,
    threads: mostThreads,
    turnMemory = makeTurnMemory(),
  }: AppOptions,
  work: (app: App) => Promise<Result>,
): Promise<Result> {
  const contract = await readContract(config.contract);
  const tables = readTables(config, contract);
  const cutover = readCutover(config.cutover ?? join(PACKAGE_ROOT, "config/cutover.yml"));
  const settings = toSettings(config, cutover);
  const knownDifferences = readKnownDifferences(join(mappingFolderOf(config), "known-differences.yml"));
  const gatePolicy =
    config.gate === false
      ? null
      : readGatePolicy(config.gate ?? SHIPPED_POLICY, new Set(tables.statuses.keys()));
  const url = databaseUrl ?? config.database;
  const store = await openStore(url, { mayMake: mayMakeStore, turnMemory, isThread: mostThreads === 0 });
  // A store in memory is this thread's alone.
  const threads =
    mostThreads === 0 || url === "sqlite::memory:"
      ? null
      : makeThreads({ config, databaseUrl: url, turnMemory, now: clock === systemClock ? null : clock() });
  try {
    const fingerprint = hash(
      "sha256",
      [readVersion(), EVALUATION_EDITION, tables.fingerprint, JSON.stringify(settings)].join(),
      "hex",
    ).slice(0, 16);
    return await work({
      config,
      clock,
      store,
      contract,
      tables,
      settings,
      knownDifferences,
      gatePolicy,
      cutover,
      fingerprint,
      threads,
    });
  } finally {
    await threads?.close();
    await store.close();
  }
}

/** Where the mapping tables are: the configured folder, or the one that comes with the program. */
export function mappingFolderOf(config: Config): string {
  return config.mapping ?? join(PACKAGE_ROOT, "mappings");
}

function readTables(config: Config, contract: Contract): MappingTables {
  const folder = mappingFolderOf(config);
  const files = readMappingFiles(folder);
  const wireCodes = toWireCodes(contract, [...files.statuses.keys()]);
  return toMappingTables(files, wireCodes, join(folder, "legacy-codes.csv"));
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;

function toSettings({ reconcile }: Config, cutover: CutoverCalendar): ReconcileSettings {
  const webhookInUse: Record<string, DeliveryWindow> = {};
  for (const [customer, { from, until }] of Object.entries(reconcile.webhookInUse)) {
    const place = `reconcile.webhookInUse.${customer}`;
    webhookInUse[customer] = {
      firstAt: parseInstant(from, place),
      lastAt: until === undefined ? Infinity : parseInstant(until, place),
    };
  }
  return {
    toleranceMs: reconcile.toleranceSeconds * SECOND,
    maxWaitMs: reconcile.maxWaitHours * HOUR,
    settleMs: { new: reconcile.settleHours.new * HOUR, legacy: reconcile.settleHours.legacy * HOUR },
    severities: reconcile.severities,
    webhookInUse,
    legacyEnds: toLegacyEnds(cutover),
  };
}
