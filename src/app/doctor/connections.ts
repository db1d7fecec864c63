import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../clock.ts";
import type { Examined } from "../../report/doctor-data.ts";
import type { ApiReply } from "../../sources/api-reply.ts";
import { summariseFactors } from "../../sources/factor-rule.ts";
import { judgeClock, MOST_SKEW_MS, NOTED_SKEW_MS } from "../../sources/judge-clock.ts";
import { LEGACY_API_FACTORS } from "../../sources/legacy-api/client.ts";
import { SFTP_DEADLINES, SFTP_LIMITS } from "../../sources/legacy-scan/sftp.ts";
import { openSftpLink } from "../../sources/legacy-scan/sftp-link.ts";
import { parseHttpDate } from "../../sources/pacing/parse-retry-after.ts";
import type { OpenApi } from "../feeds/open-apis.ts";
import { readScanFeed } from "../feeds/scan-feed.ts";
import { openNewApi, openOldApi } from "./apis.ts";
import type { Outcome } from "./check.ts";
import { attempt, attemptAll, say, toLine } from "./check.ts";
import type { Patient } from "./patient.ts";

/** Whether the carrier's servers let us in, and agree on what time it is. */
export async function checkConnections(patient: Patient, isOffline: boolean): Promise<readonly Examined[]> {
  const timers = attempt("connections.timers", null, patient.deadlineMs, judgeTimers);
  const outside = isOffline ? listOutside(patient, say("skipped", "not-asked")) : askOutside(patient);
  return [...(await Promise.all(outside)).flat(), await timers];
}

const OF_APIS = { legacyApi: "connections.legacy-api", statusApi: "connections.status-api" } as const;

/** A line for everything outside that is configured, or one that says that it is not. */
function listOutside({ config: { feeds } }: Patient, outcome: Outcome): readonly Examined[] {
  const none = say("skipped", "not-configured");
  return [
    ...(feeds.scanFiles.length === 0 ? [toLine("connections.sftp", null, none)] : []),
    ...feeds.scanFiles.map(({ name }) => toLine("connections.sftp", name, outcome)),
    toLine(OF_APIS.legacyApi, null, feeds.legacyApi === undefined ? none : outcome),
    toLine(OF_APIS.statusApi, null, feeds.statusApi === undefined ? none : outcome),
  ];
}

function askOutside(patient: Patient): readonly (Examined | Promise<readonly Examined[]>)[] {
  const { config, contract, deadlineMs } = patient;
  const { scanFiles, legacyApi, statusApi } = config.feeds;
  const idle = listOutside(patient, say("skipped", "no-contract"));
  return [
    ...idle.filter(({ said }) => "text" in said && said.text === "not-configured"),
    ...scanFiles.map(async (settings) => [
      await attempt("connections.sftp", settings.name, deadlineMs, () => askSftp(patient, settings)),
    ]),
    ...(legacyApi === undefined
      ? []
      : [
          attemptAll(OF_APIS.legacyApi, null, deadlineMs, () =>
            askApi(patient, "legacyApi", openOldApi(patient), {
              customer: legacyApi.customers[0] ?? "",
              factors: summariseFactors(LEGACY_API_FACTORS).kinds,
              ask: (client, customer, now) => client.fetchUpdatedShipments(customer, now - ASKED_MS, now),
            }),
          ),
        ]),
    ...(statusApi === undefined || contract === null
      ? idle.filter(
          ({ check, said }) => check === OF_APIS.statusApi && "text" in said && said.text === "no-contract",
        )
      : [
          attemptAll(OF_APIS.statusApi, null, deadlineMs, () =>
            askApi(patient, "statusApi", openNewApi(patient, contract), {
              customer: statusApi.customers[0]?.number ?? "",
              factors: summariseFactors(contract.statusApi.factors).kinds,
              ask: (client, customer, now) => client.fetchUpdated(customer, now - ASKED_MS, now, null),
            }),
          ),
        ]),
  ];
}

/** What changed in the last minute: it is little, needs no barcode, and shows that the customer's number is right. */
const ASKED_MS = 60_000;

async function askSftp(
  { config, deadlineMs }: Patient,
  settings: Patient["config"]["feeds"]["scanFiles"][number],
): Promise<Outcome> {
  const { connection, folder } = await readScanFeed(settings, config.layout);
  const deadlines = {
    ...SFTP_DEADLINES,
    connectMs: Math.min(SFTP_DEADLINES.connectMs, deadlineMs),
    listMs: deadlineMs,
    idleMs: deadlineMs,
  };
  const link = await openSftpLink(connection, deadlines, AbortSignal.timeout(deadlineMs));
  try {
    const { length: count } = await link.list(folder, SFTP_LIMITS.listedNames);
    return say("ok", "sftp", { count, folder });
  } finally {
    await link.close();
  }
}

interface Question<Client> {
  readonly customer: string;
  readonly factors: readonly string[];
  readonly ask: (client: Client, customer: string, now: number) => Promise<ApiReply>;
}

/** One harmless request with every factor: none is ever tried alone against a carrier. */
async function askApi<Client>(
  { apis: { now = systemClock } }: Patient,
  api: keyof typeof OF_APIS,
  opening: Promise<OpenApi<Client>>,
  { customer, factors, ask }: Question<Client>,
): Promise<readonly Examined[]> {
  const { client, close } = await opening;
  try {
    const { httpStatus, date } = await ask(client, customer, now());
    return [
      toLine(OF_APIS[api], null, judgeStatus(httpStatus, customer, factors)),
      toLine("connections.clock", null, judgeDate(date, now(), api)),
    ];
  } finally {
    await close();
  }
}

function judgeStatus(status: number, customer: string, kinds: readonly string[]): Outcome {
  const values = { status, customer, factors: kinds.join(", ") };
  if (status === 200 || status === 404) return say("ok", "api", values);
  if (status === 401 || status === 403) return say("failure", "api-closed", values);
  if (status === 429 || status === 503) return say("warning", "api-busy", values);
  return say("failure", "api-refused", values);
}

/** @param now our clock's, UTC epoch milliseconds */
function judgeDate(date: string | null, now: number, service: string): Outcome {
  const theirs = parseHttpDate(date ?? "");
  if (theirs === null) return say("skipped", "clock-unsaid");
  const seconds = Math.round(Math.abs(now - theirs) / 1000);
  const { kind } = judgeClock(date, now);
  if (kind === "near") return say("ok", "clock", { seconds, service });
  const [state, most] =
    kind === "apart" ? (["warning", NOTED_SKEW_MS] as const) : (["failure", MOST_SKEW_MS] as const);
  return say(state, "clock-apart", { seconds, service, most: most / 1000 });
}

const WAITED_MS = 250;

async function judgeTimers(): Promise<Outcome> {
  const [began, shownAt] = [performance.now(), systemClock()];
  await sleep(WAITED_MS);
  return judgeWait(WAITED_MS, performance.now() - began, systemClock() - shownAt);
}

const LEAST_LATE_MS = 2_000;

/** Whether a wait of so many milliseconds took about as long, by a clock that never jumps and by the one that is shown. */
export function judgeWait(asked: number, passed: number, shown: number): Outcome {
  const values = { asked, passed: Math.round(passed), shown: Math.round(shown) };
  // A timer may fire a millisecond early.
  const isSane =
    passed >= asked - 2 && passed <= asked + LEAST_LATE_MS && Math.abs(shown - passed) <= LEAST_LATE_MS;
  return say(isSane ? "ok" : "warning", isSane ? "timers" : "timers-wrong", values);
}
