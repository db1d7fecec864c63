import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Examined } from "../../report/doctor-data.ts";
import { readSecret, readSecrets } from "../../secrets.ts";
import { parsePins, toSignIn } from "../../sources/legacy-scan/sftp-identity.ts";
import { listCertificateEnds } from "../../sources/webhook/tls.ts";
import { inspectStatusApi } from "../feeds/open-apis.ts";
import { readScanFeed } from "../feeds/scan-feed.ts";
import { listServerCertificateEnds, openGuard } from "../guard-deliveries.ts";
import { openNewApi, openOldApi } from "./apis.ts";
import type { Outcome } from "./check.ts";
import { attempt, attemptAll, say, toLine } from "./check.ts";
import type { Patient } from "./patient.ts";
import type { NamedSecret } from "./secrets.ts";
import { listSecrets } from "./secrets.ts";

/** Whether every secret is there and unseen by others, whether it can be used, and how long certificates hold. */
export async function checkKeys(patient: Patient): Promise<readonly Examined[]> {
  const { config, contract, deadlineMs } = patient;
  const { scanFiles, legacyApi, statusApi } = config.feeds;
  const usable = (subject: string, work: () => unknown): Promise<Examined> =>
    attempt("keys.usable", subject, deadlineMs, async () => {
      await work();
      return say("ok", "usable");
    });
  const checks = [
    ...listSecrets(config, contract).map(async (secret) => [
      soften(
        patient,
        await attempt("keys.secret", secret.setting, deadlineMs, () => judgeSecret(patient, secret)),
      ),
    ]),
    ...scanFiles.map(async (settings) => [
      await usable(`feeds.scanFiles ${settings.name}`, async () => {
        const { connection } = await readScanFeed(settings, config.layout);
        parsePins(connection.hostKeyFingerprints, settings.name);
        toSignIn(connection, settings.name);
      }),
    ]),
    ...(legacyApi === undefined
      ? []
      : [usable("feeds.legacyApi", async () => (await openOldApi(patient)).close()).then(toArray)]),
    ...(statusApi === undefined || contract === null
      ? []
      : [usable("feeds.statusApi", async () => (await openNewApi(patient, contract)).close()).then(toArray)]),
    usable("serve", () => tryGuard(patient)).then((line) => [soften(patient, line)]),
    ...listCertificateChecks(patient),
  ];
  return (await Promise.all(checks)).flat();
}

function toArray(line: Examined): readonly Examined[] {
  return [line];
}

/** What only `serve` needs is no failure where no webhook is subscribed to. */
function soften({ subscription }: Patient, line: Examined): Examined {
  const isOfServe = line.subject?.startsWith("serve") === true;
  return isOfServe && line.state === "failure" && subscription === null
    ? { ...line, state: "warning" }
    : line;
}

const OTHERS_MAY = 0o077;

async function judgeSecret(patient: Patient, { setting, place, kind }: NamedSecret): Promise<Outcome> {
  const environment = patient.apis.environment ?? process.env;
  const count =
    kind === "rotating"
      ? readSecrets(place, setting, environment).length
      : Math.min(1, readSecret(place, setting, environment).length);
  if ("file" in place && process.getuid !== undefined) {
    const mode = (await stat(place.file)).mode & 0o777;
    if ((mode & OTHERS_MAY) !== 0) {
      return say("warning", "secret-readable", { path: resolve(place.file), mode: mode.toString(8) });
    }
  }
  return count > 1 ? say("warning", "secret-two", { count }) : say("ok", "secret");
}

async function tryGuard({ config, contract, clock }: Patient): Promise<void> {
  const ignore = (): void => {};
  const listener = { onVerdict: ignore, onTls: ignore, onReload: ignore };
  const guard = await openGuard(contract?.webhook.verifiers ?? [], config.serve, clock, listener);
  guard.close();
}

function listCertificateChecks(patient: Patient): readonly Promise<readonly Examined[]>[] {
  const { config, contract, deadlineMs, apis } = patient;
  const { legacyApi, statusApi } = config.feeds;
  const authorities = [
    { setting: "feeds.legacyApi.ca", path: legacyApi?.ca },
    { setting: "feeds.statusApi.ca", path: statusApi?.ca },
  ].flatMap(({ setting, path }) => (path === undefined ? [] : [{ setting, path }]));
  const ofServer = attemptAll("keys.certificate", "serve.tls", deadlineMs, async () =>
    [...listServerCertificateEnds(config.serve)].map((end) => toCertificateLine(patient, end)),
  );
  const ofServices = authorities.map((file) =>
    attemptAll("keys.certificate", file.setting, deadlineMs, async () =>
      // Of a bundle of many the first to end says enough.
      listCertificateEnds([file])
        .slice(0, 1)
        .map((end) => toCertificateLine(patient, end)),
    ),
  );
  const setting = "feeds.statusApi.certificate";
  const ofClient = attemptAll("keys.certificate", setting, deadlineMs, async () => {
    if (contract === null) return [];
    const { certificate } = inspectStatusApi({ config, contract }, apis.environment);
    return certificate === null ? [] : [toCertificateLine(patient, { ...certificate, setting })];
  });
  return [ofClient, ...ofServices, ofServer];
}

const DAY_MS = 24 * 3_600_000;
const LEAST_DAYS = 30;

function toCertificateLine(
  { clock }: Patient,
  certificate: { readonly setting: string; readonly subject: string; readonly validTo: number },
): Examined {
  const { setting, subject, validTo } = certificate;
  const days = Math.floor((validTo - clock()) / DAY_MS);
  const outcome =
    validTo <= clock()
      ? say("failure", "certificate-ended", {
          subject,
          at: Temporal.Instant.fromEpochMilliseconds(validTo).toString(),
        })
      : days < LEAST_DAYS
        ? say("warning", "certificate-soon", { subject, days, least: LEAST_DAYS })
        : say("ok", "certificate", { subject, days });
  return toLine("keys.certificate", setting, outcome);
}
