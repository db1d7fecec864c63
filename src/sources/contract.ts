import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { z } from "zod";
import { UsageError } from "../domain/errors.ts";
import type { ZoneReader } from "../domain/instant.ts";
import { makeZoneReader } from "../domain/instant.ts";
import type { Field, Place, Walk } from "./compile-path.ts";
import { compileField, compileWalk, getOwn } from "./compile-path.ts";
import type { DetailName } from "./contract-schema.ts";
import { CONTRACT_SCHEMA, DETAIL_NAMES } from "./contract-schema.ts";
import type { FactorRule } from "./factor-rule.ts";
import type { FieldPlaces } from "./field-places.ts";
import { toDeliveryPlaces, toReplyPlaces } from "./field-places.ts";
import type { VerifierRule } from "./verifier-rule.ts";

type DetailFields = Readonly<Record<DetailName, Field>>;

/** One call of the API: a path with `{placeholders}`, and our parameter names → the carrier's in the query. */
export interface RequestRule {
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
}

/** The shape of a carrier's webhook and status API, compiled from a contract file. */
export interface Contract {
  /** The file, for messages. */
  readonly place: string;
  /** The file's name without its ending. */
  readonly name: string;
  /** Whether this is a reconstruction, not the carrier's own document; every report says so then. */
  readonly isProvisional: boolean;
  /** The wall clock of timestamps without offset; `null`: they are refused. */
  readonly readZone: ZoneReader | null;
  readonly webhook: {
    readonly fields: DetailFields &
      Readonly<Record<"barcode" | "code" | "timestamp" | "eventId" | "eventTime", Field>>;
    readonly verifiers: readonly VerifierRule[];
    /** The header that names one attempt to deliver, lower case. */
    readonly deliveryIdHeader: string | null;
    /** Wire code → status, as written; `null`: the status names themselves. */
    readonly codes: Readonly<Record<string, string>> | null;
    readonly places: FieldPlaces;
  };
  readonly statusApi: {
    readonly items: Walk;
    readonly item: DetailFields & {
      readonly barcode: Field;
      readonly statuses: Walk;
      readonly currentStatus: Walk;
    };
    readonly status: DetailFields & Readonly<Record<"code" | "timestamp", Field>>;
    readonly nextCursor: Field;
    readonly requests: Readonly<Record<"barcode" | "reference" | "updated", RequestRule>>;
    readonly factors: readonly FactorRule[];
    readonly codes: Readonly<Record<string, string>> | null;
    readonly places: FieldPlaces;
  };
}

const FOLDER = fileURLToPath(new URL("../../config/contracts/", import.meta.url));
const NAME = /^[A-Za-z0-9_-]+$/;

/**
 * Reads and checks a contract file.
 *
 * @param nameOrPath `reference` for `config/contracts/reference.yml`, or a file's path
 * @throws UsageError naming file and key, when it cannot be read, is not YAML,
 *   lacks a key or holds an unknown one
 */
export async function readContract(nameOrPath: string): Promise<Contract> {
  const path = NAME.test(nameOrPath) ? `${FOLDER}${nameOrPath}.yml` : nameOrPath;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(
      {
        place: "contract",
        value: nameOrPath,
        expected: "the name of a file in config/contracts, or a file's path",
        todo: "correct the name in the configuration",
      },
      { cause },
    );
  }
  return parseContract(text, path);
}

/**
 * Reads a contract's text. Every value is taken as text, so that a code such
 * as `01` keeps its zero.
 *
 * @param place the file, for messages
 * @throws UsageError see {@link readContract}
 */
export function parseContract(text: string, place: string): Contract {
  let raw: unknown;
  try {
    raw = parse(text, { schema: "failsafe" });
  } catch (cause) {
    throw new UsageError(
      { place, value: toFirstLine(cause), expected: "YAML", todo: "correct the contract file" },
      { cause },
    );
  }
  const checked = CONTRACT_SCHEMA.safeParse(raw);
  if (!checked.success) throw toUsageError(checked.error, raw, place);
  const { webhook, statusApi, provisional, zone, codes } = checked.data;
  return {
    place,
    name: basename(place).replace(/\.[^.]+$/, ""),
    isProvisional: provisional === "yes",
    readZone: zone === undefined ? null : makeZoneReaderOf(zone, place),
    webhook: {
      fields: {
        ...compileFields(["barcode", "code", "timestamp", "eventId", "eventTime"], webhook.fields),
        ...compileFields(DETAIL_NAMES, webhook.fields),
      },
      verifiers: webhook.verifiers,
      deliveryIdHeader: webhook.deliveryIdHeader?.toLowerCase() ?? null,
      codes: webhook.codes ?? codes ?? null,
      places: toDeliveryPlaces(webhook.fields),
    },
    statusApi: {
      items: compileWalk(statusApi.items),
      item: {
        ...compileFields(["barcode", ...DETAIL_NAMES], statusApi.item),
        statuses: compileWalk(statusApi.item.statuses),
        currentStatus:
          statusApi.item.currentStatus === undefined
            ? () => undefined
            : compileWalk(statusApi.item.currentStatus),
      },
      status: compileFields(["code", "timestamp", ...DETAIL_NAMES], statusApi.status),
      nextCursor: compileField("next cursor", statusApi.nextCursor ?? []),
      requests: statusApi.requests,
      factors: statusApi.factors,
      codes: statusApi.codes ?? codes ?? null,
      places: toReplyPlaces(statusApi),
    },
  };
}

function compileFields<const Name extends string>(
  names: readonly Name[],
  places: Readonly<Partial<Record<Name, readonly Place[] | undefined>>>,
): Readonly<Record<Name, Field>> {
  return Object.fromEntries(names.map((name) => [name, compileField(name, places[name] ?? [])])) as Record<
    Name,
    Field
  >;
}

function makeZoneReaderOf(zone: string, place: string): ZoneReader {
  try {
    return makeZoneReader(zone);
  } catch (cause) {
    throw new UsageError(
      {
        place: `${place}: zone`,
        value: zone,
        expected: "the name of a time zone such as Europe/Amsterdam",
        todo: "correct the contract file",
      },
      { cause },
    );
  }
}

/** One line for the first problem, an unknown key before all others: it is often the cause of a missing one. */
function toUsageError(error: z.ZodError, raw: unknown, place: string): UsageError {
  const issue = error.issues.find(({ code }) => code === "unrecognized_keys") ?? error.issues[0];
  if (issue === undefined) throw error;
  const [unknownKey] = issue.code === "unrecognized_keys" ? issue.keys : [];
  const keys = unknownKey === undefined ? issue.path : [...issue.path, unknownKey];
  const others = error.issues.length - 1;
  return new UsageError({
    place: `${place}: ${keys.length === 0 ? "the whole file" : keys.map(String).join(".")}`,
    value: unknownKey === undefined ? toShown(raw, issue.path) : "a key that no contract has",
    expected: unknownKey === undefined ? issue.message : "only the keys of config/contracts/reference.yml",
    todo: `correct the contract file${others === 0 ? "" : ` (and its ${others} other errors)`}`,
  });
}

function toShown(raw: unknown, keys: readonly PropertyKey[]): string {
  const value = keys.reduce<unknown>(
    (at, key) => (Array.isArray(at) ? at[Number(key)] : getOwn(at, String(key))),
    raw,
  );
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function toFirstLine(cause: unknown): string {
  return String(cause instanceof Error ? cause.message : cause).split("\n", 1)[0] ?? "";
}
