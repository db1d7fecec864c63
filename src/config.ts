import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { CHANNELS } from "./domain/channel.ts";
import { UsageError } from "./domain/errors.ts";
import { FILE_IRREGULARITIES } from "./domain/file-calendar.ts";
import { FINDING_KINDS, SEVERITIES } from "./domain/finding.ts";
import { FEEDS, timeOfDay, zone } from "./feed-settings.ts";
import type { SecretPlace } from "./secrets.ts";
import { SECRET } from "./secrets.ts";

const seconds = z.number().nonnegative();
const hours = z.number().nonnegative();
const share = z.number().min(0).max(1);
const instant = z
  .string()
  .refine(isInstant, "an ISO 8601 instant with offset or Z, such as 2026-03-07T22:30:00Z");
const severityKey = z.string().refine(isSeverityKey, "a kind of finding, or kind/status");

/** Settings that are the same for everyone until somebody writes them down. Unknown keys are an error. */
const SCHEMA = z.strictObject({
  /** `sqlite:PATH` or `postgres://…` */
  database: z.string().default("sqlite:trackbridge.db"),
  /** Folder with `statuses.csv` and `legacy-codes.csv`; without it, the tables that come with the program. */
  mapping: z.string().optional(),
  /** Name or path of the new services' contract. */
  contract: z.string().default("reference"),
  /** Name or path of the scan files' layout. */
  layout: z.string().default("postnl-scan-csv"),
  /** The calendar of the migration, a file; without it, the one that comes with the program, which has no dates. */
  cutover: z.string().optional(),
  /** The zone of the old API's times. */
  zone: zone.default("Europe/Amsterdam"),
  feeds: FEEDS.prefault({}),
  /** Path of the gate's policy; without it, the one that comes with the program. `false`: no gate. */
  gate: z.union([z.literal(false), z.string().min(1)], { error: "a path, or false" }).optional(),
  reconcile: z
    .strictObject({
      toleranceSeconds: seconds.default(120),
      maxWaitHours: hours.default(72),
      settleHours: z.strictObject({ new: hours.default(2), legacy: hours.default(12) }).prefault({}),
      /** By `kind` or `kind/status`. */
      severities: z.record(severityKey, z.enum(SEVERITIES)).default({}),
      /** By customer number: since when, and until when, the webhook is in use. */
      webhookInUse: z
        .record(z.string(), z.strictObject({ from: instant, until: instant.optional() }))
        .default({}),
      /** Whose completeness certificate a run needs for *go*: `true` stands for every channel that is in use. */
      requireCertificate: z
        .union([z.boolean(), z.array(z.enum(CHANNELS)).min(1)], {
          error: `true, false, or a list of channels: ${CHANNELS.join(", ")}`,
        })
        .default(false),
      /** What a certificate allows. */
      certificates: z
        .strictObject({
          /** Rows set aside, of them and the status changes received on a day. */
          quarantinedShare: share.default(0.001),
          /** Status changes that the webhook failed to push, of those that the status API told of on a day. */
          notPushedShare: share.default(0.001),
          /** What of the file calendar makes the scan files incomplete. */
          fileFaults: z.array(z.enum(FILE_IRREGULARITIES)).default(["missing", "gap", "unreadable", "short"]),
        })
        .prefault({}),
    })
    .prefault({}),
  worker: z
    .strictObject({
      /** When the nightly run is due, by the clock of `zone`. */
      nightlyAt: timeOfDay.default("03:30"),
      zone: zone.default("Europe/Amsterdam"),
      /** Where each night's report goes, in a folder named by its business date. */
      reportFolder: z.string().default("reports"),
      /** How often feeds are fetched, and the new API is asked for what was not pushed. */
      pullMinutes: z.number().min(1).default(15),
      sweepMinutes: z.number().min(1).default(60),
      /** How long a process that does not stir keeps what it has claimed. */
      leaseSeconds: z.number().min(0.5).default(60),
    })
    .prefault({}),
  serve: z
    .strictObject({
      host: z.string().default("127.0.0.1"),
      /** 0: any that is free. */
      port: z.number().int().min(0).max(65_535).default(8080),
      path: z.string().startsWith("/").default("/webhooks/tracking"),
      /**
       * By the name that the contract's verifiers use: `sharedKey`, `hmac`, `standardWebhooks` or their own.
       * Each may be two, a line each, while it is being changed.
       */
      secrets: z
        .record(z.string(), SECRET)
        .default({})
        .transform(
          (secrets): Readonly<Record<string, SecretPlace>> => ({
            sharedKey: { environment: "TRACKBRIDGE_WEBHOOK_KEY" },
            ...secrets,
          }),
        ),
      /** The file with the public keys of the carrier's tokens, a JSON Web Key Set. */
      jwks: z.string().optional(),
      /** Files, PEM. Without them something else ends TLS in front. */
      tls: z
        .strictObject({
          certificate: z.string(),
          privateKey: z.string(),
          passphrase: SECRET.optional(),
          /** Who signs the carrier's certificates; with it, nobody connects without one. */
          clientCa: z.string().optional(),
        })
        .optional(),
    })
    .prefault({}),
});

/** The settings of a run; see the README's *Settings*. */
export type Config = z.infer<typeof SCHEMA>;

const DEFAULT_CONFIG_PATH = "config/trackbridge.yml";

/** The file that {@link readConfig} reads; `null`: there is none, and every setting has its default. */
export function findConfigFile(path: string | undefined): string | null {
  return path ?? (existsSync(DEFAULT_CONFIG_PATH) ? DEFAULT_CONFIG_PATH : null);
}

/**
 * Reads the settings; every one has a default, so a file is not needed.
 *
 * @param path as given by `--config`; `undefined`: the default path, if there is a file
 * @throws UsageError when a named file is missing, is no YAML, or has a wrong
 *   or unknown setting
 */
export function readConfig(path: string | undefined): Config {
  const file = findConfigFile(path);
  if (file === null) return SCHEMA.parse({});
  let raw: unknown;
  try {
    raw = parse(readFileSync(file, "utf8")) ?? {};
  } catch (cause) {
    throw new UsageError(
      {
        place: file,
        value: firstLine(cause),
        expected: "a YAML file that can be read",
        todo: "correct the file, or --config",
      },
      { cause },
    );
  }
  const result = SCHEMA.safeParse(raw);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const keys = issue?.code === "unrecognized_keys" ? issue.keys.join(", ") : "";
  throw new UsageError({
    place: `${file}: ${issue?.path.join(".") || "settings"}`,
    value: keys === "" ? toShown(raw, issue?.path ?? []) : `unknown setting ${keys}`,
    expected: keys === "" ? (issue?.message ?? "") : "only the settings that the README lists under Settings",
    todo: `correct the file${result.error.issues.length > 1 ? ` (and its ${result.error.issues.length - 1} other errors)` : ""}`,
  });
}

/** The value that a path leads to, as JSON. */
function toShown(raw: unknown, path: readonly PropertyKey[]): string {
  const value = path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    raw,
  );
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function isInstant(text: string): boolean {
  try {
    Temporal.Instant.from(text);
    return true;
  } catch {
    return false;
  }
}

function isSeverityKey(text: string): boolean {
  return (FINDING_KINDS as readonly string[]).includes(text.split("/", 1)[0] ?? "");
}

function firstLine(cause: unknown): string {
  return String(cause instanceof Error ? cause.message : cause).split("\n", 1)[0] ?? "";
}
