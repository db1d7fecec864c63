import { parseBarcode } from "../domain/barcode.ts";
import { InputError, toVisible } from "../domain/errors.ts";
import { normaliseWireCode } from "../mapping/translate.ts";
import type { Field } from "./compile-path.ts";
import { isObject, toKind } from "./compile-path.ts";
import type { Contract } from "./contract.ts";
import type { FieldPlace } from "./field-places.ts";
import type { FieldCheck } from "./field-tally.ts";
import { FieldTally } from "./field-tally.ts";
import { parseTimestamp } from "./parse-timestamp.ts";
import { toShownPath, visitPaths } from "./visit-paths.ts";

/** The new side's services. */
export const SERVICES = ["webhook", "status-api"] as const;
export type Service = (typeof SERVICES)[number];

/** What payloads show, field by field, when a contract looks at them. */
export interface PayloadCheck {
  readonly service: Service;
  readonly payloads: number;
  /** Status changes looked at. */
  readonly rows: number;
  readonly fields: readonly FieldCheck[];
  /** By wire code, lower case, most frequent first; `status`: `null` where the contract does not know it. */
  readonly codes: readonly {
    readonly code: string;
    readonly status: string | null;
    readonly count: number;
  }[];
  /** Paths that no field reads, and in how many payloads each stands. */
  readonly unused: readonly { readonly path: string; readonly payloads: number }[];
}

const MOST_NODES = 100_000;
const MOST_CODES = 200;
const MOST_PATHS = 1000;
const LONGEST_CODE = 60;

/** Looks at payloads one after the other and says in the end what they showed. */
export interface PayloadChecker {
  readonly add: (body: unknown) => void;
  readonly finish: () => PayloadCheck;
}

/**
 * Makes what holds payloads against a contract. Never throws for what a
 * payload holds; keeps nothing of it but the values of the contract's fields.
 *
 * @param codes the service's wire codes, lower case, and the status of each
 */
export function makePayloadChecker(
  service: Service,
  contract: Contract,
  codes: ReadonlyMap<string, string>,
): PayloadChecker {
  const { places } = service === "webhook" ? contract.webhook : contract.statusApi;
  const tallies = places.map((place) => ({ place, tally: new FieldTally(place) }));
  const codeCounts = new Map<string, number>();
  const paths = new PathCounts(places);
  let payloads = 0;
  let rows = 0;

  const readFields = (
    level: FieldPlace["level"],
    fields: Readonly<Record<string, unknown>>,
    value: unknown,
    more: Readonly<Record<string, () => string>> = {},
  ): void => {
    for (const { place, tally } of tallies) {
      if (place.level !== level) continue;
      const read =
        more[place.field] ?? (() => readField(place.field, fields[place.field] as Field, value, contract));
      const text = tally.add(read);
      if (place.field !== "code" || text === null) continue;
      const code = toVisible(normaliseWireCode(text), LONGEST_CODE);
      if (codeCounts.size < MOST_CODES || codeCounts.has(code)) {
        codeCounts.set(code, (codeCounts.get(code) ?? 0) + 1);
      }
    }
  };

  const addReply = (body: unknown): void => {
    const { statusApi } = contract;
    const items = statusApi.items(body);
    readFields("reply", statusApi, body, { items: () => toListText("items", items) });
    for (const item of Array.isArray(items) ? items : []) {
      const list = statusApi.item.statuses(item);
      const current = statusApi.item.currentStatus(item);
      readFields("item", statusApi.item, item, {
        statuses: () => toListText("statuses", list),
        currentStatus: () => toObjectText("currentStatus", current),
      });
      const statuses = Array.isArray(list) ? list : isObject(current) ? [current] : [];
      rows += statuses.length;
      for (const status of statuses) readFields("status", statusApi.status, status);
    }
  };

  return {
    add(body) {
      payloads += 1;
      paths.add(body);
      if (service === "status-api") return addReply(body);
      rows += 1;
      readFields("delivery", contract.webhook.fields, body);
    },
    finish: () => ({
      service,
      payloads,
      rows,
      fields: tallies.map(({ tally }) => tally.finish()),
      codes: [...codeCounts]
        .map(([code, count]) => ({ code, status: codes.get(code) ?? null, count }))
        .sort((a, b) => b.count - a.count),
      unused: paths.finish(),
    }),
  };
}

/** Whether every payload gives all that a row needs, in codes that the contract knows. */
export function isFine({ rows, fields, codes }: PayloadCheck): boolean {
  return (
    rows > 0 &&
    fields.every(({ required, of, found }) => !required || found === of) &&
    codes.every(({ status }) => status !== null)
  );
}

function readField(name: string, field: Field, value: unknown, { readZone }: Contract): string {
  const text = field.get(value, name);
  if (name === "barcode") parseBarcode(text, name);
  if (name === "timestamp") parseTimestamp(text, readZone, name);
  return text;
}

function toListText(name: string, value: unknown): string {
  if (Array.isArray(value)) return toKind(value);
  throw notThere(name, value, "a list");
}

function toObjectText(name: string, value: unknown): string {
  if (isObject(value)) return toKind(value);
  throw notThere(name, value, "an object");
}

function notThere(name: string, value: unknown, expected: string): InputError {
  const isMissing = value === undefined || value === null;
  return new InputError(isMissing ? "FIELD_MISSING" : "SHAPE_INVALID", {
    place: name,
    value: `${name} is ${toKind(value)}`,
    expected,
    todo: "correct the contract that says where it stands",
  });
}

/** In how many payloads each path stands that no field reads. */
class PathCounts {
  readonly #used: ReadonlySet<string>;
  /** With what stands on the way to them: `items`, `items[]`, `items[].status`. */
  readonly #known: ReadonlySet<string>;
  readonly #counts = new Map<string, number>();

  constructor(places: readonly FieldPlace[]) {
    const used = places.flatMap(({ paths }) => paths).map(toShownPath);
    this.#used = new Set(used);
    this.#known = new Set(used.flatMap(listPrefixes));
  }

  add(body: unknown): void {
    const seen = new Set<string>();
    visitPaths(body, MOST_NODES, (path, kind, value) => {
      const isContainer = kind === "object" || kind === "list";
      if (isContainer && Object.keys(value as object).length > 0) return;
      // Nothing at a place on the way to a field is not a thing that nobody reads.
      const known = isContainer || kind === "null" ? this.#known : this.#used;
      if (!known.has(path)) seen.add(path);
    });
    for (const path of seen) {
      if (this.#counts.size < MOST_PATHS || this.#counts.has(path)) {
        this.#counts.set(path, (this.#counts.get(path) ?? 0) + 1);
      }
    }
  }

  finish(): PayloadCheck["unused"] {
    return [...this.#counts].map(([path, payloads]) => ({ path, payloads }));
  }
}

function listPrefixes(path: string): string[] {
  const names = path.split(".");
  return names.flatMap((_, i) => {
    const prefix = names.slice(0, i + 1).join(".");
    return [prefix, prefix.replace(/\[\]$/, "")];
  });
}
