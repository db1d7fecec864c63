import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import type { Examined } from "../../report/doctor-data.ts";
import { DOCTOR_CHECKS } from "../../report/doctor-data.ts";
import { readContract } from "../../sources/contract.ts";
import type { Store } from "../../store/store.ts";
import type { ApiOverrides } from "../feeds/open-apis.ts";
import { nameStore, openStore, parseStoreUrl } from "../open-store.ts";
import type { Subscription } from "../subscription.ts";
import { listSubscriptions } from "../subscription.ts";
import { say, toFailure, toLine } from "./check.ts";
import { checkConfiguration } from "./configuration.ts";
import { checkConnections } from "./connections.ts";
import { checkKeys } from "./keys.ts";
import type { Patient } from "./patient.ts";
import { checkSchedule } from "./schedule.ts";
import { readAllSecrets } from "./secrets.ts";
import { checkStore } from "./store.ts";
import { checkWebhook } from "./webhook.ts";

export interface ExamineOptions {
  readonly config: Config;
  readonly configFile: string | null;
  readonly databaseUrl: string;
  readonly clock: Clock;
  /** Whether nothing is asked of anybody. */
  readonly isOffline: boolean;
  readonly quietHours: number;
  readonly deadlineMs?: number;
  readonly apis?: ApiOverrides;
}

export interface Examination {
  /** In the order of `DOCTOR_CHECKS`. */
  readonly examined: readonly Examined[];
  /** What must never be shown. */
  readonly secrets: readonly string[];
}

const DEADLINE_MS = 20_000;

/**
 * Examines everything that has to be in place: settings, keys, store,
 * connections, webhook, schedule. Nothing is changed, and nothing that fails
 * or hangs keeps the rest from being told.
 */
export async function examine(options: ExamineOptions): Promise<Examination> {
  const { config, databaseUrl, isOffline, deadlineMs = DEADLINE_MS, apis = {} } = options;
  const early: Examined[] = [];
  const contract = await readContract(config.contract).catch((error: unknown) => {
    early.push(toLine("configuration.contract", null, toFailure(error)));
    return null;
  });
  const store = await openQuietly(databaseUrl, deadlineMs, early);
  try {
    const subscription = await findSubscription(store, early);
    const patient: Patient = { ...options, contract, store, subscription, deadlineMs, apis };
    const lines = await Promise.all([
      checkConfiguration(patient),
      checkKeys(patient),
      checkStore(patient),
      checkConnections(patient, isOffline),
      checkWebhook(patient, isOffline),
      checkSchedule(patient),
    ]);
    return { examined: inOrder([...early, ...lines.flat()]), secrets: readAllSecrets(patient) };
  } finally {
    // What still waits for an answer keeps its connection.
    if (store !== null) await Promise.race([store.close(), sleep(deadlineMs, null, { ref: false })]);
  }
}

/** A store that is not there is not made: examining changes nothing. */
async function openQuietly(
  databaseUrl: string,
  deadlineMs: number,
  early: Examined[],
): Promise<Store | null> {
  try {
    const url = parseStoreUrl(databaseUrl);
    if (url.kind === "sqlite" && !existsSync(url.path)) {
      early.push(
        toLine("store.opens", null, say("skipped", "store-to-come", { name: nameStore(databaseUrl) })),
      );
      return null;
    }
    const opening = openStore(databaseUrl, { mayMake: false, isThread: true });
    const opened = await Promise.race([opening, sleep(deadlineMs, null, { ref: false })]);
    if (opened !== null) return opened;
    opening.then(
      (store) => store.close(),
      () => {},
    );
    early.push(toLine("store.opens", null, say("failure", "too-slow", { seconds: deadlineMs / 1000 })));
    return null;
  } catch (error) {
    early.push(toLine("store.opens", null, toFailure(error)));
    return null;
  }
}

async function findSubscription(store: Store | null, early: Examined[]): Promise<Subscription | null> {
  try {
    return store === null ? null : ((await listSubscriptions(store.feedStates)).at(-1) ?? null);
  } catch (error) {
    early.push(toLine("webhook.subscription", null, toFailure(error)));
    return null;
  }
}

function inOrder(lines: readonly Examined[]): readonly Examined[] {
  return DOCTOR_CHECKS.flatMap((check) => lines.filter((line) => line.check === check));
}
