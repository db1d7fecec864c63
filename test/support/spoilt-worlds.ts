import { readMappingFiles } from "../../src/mapping/load-tables.ts";
import { PACKAGE_ROOT } from "../../src/package-root.ts";
import type { JsonLine, World } from "../../src/sandbox/world.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import type { WorldOptions } from "../../src/sandbox/world-plan.ts";
import { worldOptions } from "./worlds.ts";

/** A status as an API or a delivery of the new side tells it. */
export interface ToldStatus {
  code: string;
  timestamp: string;
  details?: Record<string, unknown>;
}

/** An event of the old API. */
export interface ToldEvent {
  Code: string;
  TimeStamp: string;
}

type Change<Told> = (told: Told, barcode: string) => readonly Told[];

/** What is done to the exported data of a world, channel by channel; no entry: nothing. */
export interface Spoiling {
  /** The columns of a row, barcode first, code second, time third. */
  readonly scans?: Change<readonly string[]>;
  /** Whether a scan file, by its name, never comes. */
  readonly isLost?: (name: string) => boolean;
  readonly legacyApi?: Change<ToldEvent>;
  readonly webhook?: Change<ToldStatus>;
  readonly statusApi?: Change<ToldStatus>;
  /** Where the new side tells another reference, and of which parcels. */
  readonly reference?: readonly ["webhook" | "new", (barcode: string) => boolean];
}

const { rows } = readMappingFiles(`${PACKAGE_ROOT}/mappings`);

/** The shipped codes of each status; those of notices stand under the empty text. */
export const ALL_CODES: ReadonlyMap<string, readonly string[]> = new Map(
  [...Map.groupBy(rows, ({ status }) => status)].map(([status, ofStatus]) => [
    status,
    ofStatus.map(({ code }) => code),
  ]),
);

/** The only codes of a small world: two of each status, so that each is seen on many parcels. */
export const FEW_CODES: ReadonlyMap<string, readonly string[]> = new Map(
  [...ALL_CODES].map(([status, codes]) => [status, codes.slice(0, 2)]),
);

/** A world on which both sides agree, with the noise that real feeds have; what cannot be read is left out. */
export function makeSoundWorld(seed: number, parcels: number, wanted: Partial<WorldOptions> = {}): World {
  const noise = { file_format: false, barcode_form: false, malformed: false, event_id_conflict: false };
  const rest = { damaged_files: false, resent_files: false, corrected_files: false };
  return generateWorld(
    worldOptions({
      seed,
      parcels,
      defects: {},
      noise: { ...noise, ...rest },
      codesByStatus: FEW_CODES,
      pollShare: { legacyApi: 0.9, statusApi: 0.9 },
      ...wanted,
    }),
  );
}

/** A copy of a world with changes in what its channels say. */
export function spoil(sound: World, spoiling: Spoiling): World {
  const { scans, isLost = () => false, legacyApi, webhook, statusApi } = spoiling;
  const world = spoilReferences(sound, spoiling);
  const files = world.files.filter(({ name }) => !isLost(name));
  return {
    ...world,
    files: scans === undefined ? files : files.map((file) => spoilFile(file, scans)),
    legacyApi:
      legacyApi === undefined
        ? world.legacyApi
        : world.legacyApi.map((line) => ({ ...line, body: spoilEvents(line.body, "", legacyApi) })),
    webhook:
      webhook === undefined ? world.webhook : world.webhook.flatMap((line) => spoilPush(line, webhook)),
    statusApi:
      statusApi === undefined
        ? world.statusApi
        : world.statusApi.map((line) => ({ ...line, body: spoilStatuses(line.body, statusApi) })),
  };
}

function spoilReferences(world: World, { reference }: Spoiling): World {
  if (reference === undefined) return world;
  const [where, isConcerned] = reference;
  const change = (line: JsonLine): JsonLine => {
    const { item, items } = line.body as { item?: Item; items?: Item[] };
    const body = { ...(line.body as object) };
    if (item !== undefined && isConcerned(item.barcode)) {
      return { ...line, body: { ...body, item: { ...item, shipmentReference: "ORDER-1" } } };
    }
    const spoilt = items?.map((one) =>
      isConcerned(one.barcode) ? { ...one, shipmentReference: "ORDER-1" } : one,
    );
    return spoilt === undefined ? line : { ...line, body: { ...body, items: spoilt } };
  };
  const statusApi = where === "new" ? world.statusApi.map(change) : world.statusApi;
  return { ...world, webhook: world.webhook.map(change), statusApi };
}

interface Item {
  readonly barcode: string;
}

function spoilFile({ name, bytes }: World["files"][number], change: Change<readonly string[]>) {
  const [head = "", ...lines] = bytes.toString("latin1").split("\n");
  const spoilt = lines.flatMap((line) => {
    const columns = line.split(";");
    const barcode = columns[0];
    // Line ends and trailers stay as they are.
    if (barcode === undefined || columns.length < 5) return [line];
    return change(columns, barcode).map((row) => row.join(";"));
  });
  return { name, bytes: Buffer.from([head, ...spoilt].join("\n"), "latin1") };
}

function spoilEvents(value: unknown, barcode: string, change: Change<ToldEvent>): unknown {
  if (Array.isArray(value)) return value.map((one) => spoilEvents(one, barcode, change));
  if (typeof value !== "object" || value === null) return value;
  const own = "Barcode" in value && typeof value.Barcode === "string" ? value.Barcode : barcode;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (key !== "Event") return [key, spoilEvents(part, own, change)];
      const events = (Array.isArray(part) ? part : [part]) as ToldEvent[];
      return [key, events.flatMap((event) => ("Code" in event ? change(event, own) : [event]))];
    }),
  );
}

interface Push {
  readonly eventId: string;
  readonly item: { readonly barcode: string; readonly status: ToldStatus };
}

function spoilPush(line: JsonLine, change: Change<ToldStatus>): JsonLine[] {
  const body = line.body as Push;
  return change(body.item.status, body.item.barcode).map((status, i) => {
    const eventId = i === 0 ? body.eventId : `${body.eventId.slice(0, -4)}000${i}`;
    return { ...line, body: { ...body, eventId, item: { ...body.item, status } } };
  });
}

function spoilStatuses(value: unknown, change: Change<ToldStatus>): unknown {
  const body = value as { items?: { barcode: string; statuses?: ToldStatus[] }[] };
  if (body?.items === undefined) return value;
  return {
    ...body,
    items: body.items.flatMap((item) => {
      const before = item.statuses ?? [];
      const statuses = before.flatMap((status) => change(status, item.barcode));
      // A parcel of which nothing is told is not listed.
      return before.length > 0 && statuses.length === 0 ? [] : [{ ...item, statuses }];
    }),
  };
}
