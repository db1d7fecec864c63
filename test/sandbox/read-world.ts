import type { Channel } from "../../src/domain/channel.ts";
import type { RowTally } from "../../src/domain/verdict.ts";
import type { JsonLine, World } from "../../src/sandbox/world.ts";

/** One accepted row, as a reader of the interface's page would understand it. */
export interface Row {
  readonly channel: Channel;
  readonly barcode: string;
  /** Letter first; wire codes as they stand. */
  readonly code: string;
  /** UTC epoch milliseconds; of a local time that exists twice the first. */
  readonly at: number;
}

export interface ReadWorld {
  readonly counts: Record<Channel, RowTally>;
  readonly rows: readonly Row[];
}

export const SCAN_COLUMNS =
  "Barcode;Waarneming;Tijdstip;Locatie;Klantnummer;Klantcode;Referentie;Productcode;Hoofdbarcode;ColloNummer;ColloAantal";

type Json = { readonly [name: string]: Json } & readonly Json[] & string;

/** A second, plain reading of a world, with no code in common with the program or the generator. */
export function readWorld(world: World): ReadWorld {
  const rows: Row[] = [];
  const counts = {
    "legacy-scan": { seen: 0, accepted: 0, duplicates: 0, quarantined: 0 },
    "legacy-api": { seen: 0, accepted: 0, duplicates: 0, quarantined: 0 },
    webhook: { seen: 0, accepted: 0, duplicates: 0, quarantined: 0 },
    "status-api": { seen: 0, accepted: 0, duplicates: 0, quarantined: 0 },
  };
  const known = new Set<string>();
  const take = (channel: Channel, row: Omit<Row, "channel"> | undefined, identity: string) => {
    counts[channel].seen += 1;
    if (row === undefined) counts[channel].quarantined += 1;
    else if (known.has(`${channel} ${identity}`)) counts[channel].duplicates += 1;
    else {
      known.add(`${channel} ${identity}`);
      counts[channel].accepted += 1;
      rows.push({ channel, ...row });
    }
  };

  for (const { bytes } of world.files) {
    const { lines, isWhole } = toLines(bytes);
    for (const line of lines) {
      const [barcode = "", code = "", time = "", ...details] = line.split(";");
      const row = isWhole && details.length === 8 ? readScan(barcode, code, time) : undefined;
      take("legacy-scan", row, [row?.barcode, row?.code, time, ...details].join(";"));
    }
  }
  for (const line of repliesOf(world.legacyApi)) {
    const body = line.body as Json;
    const shipments = body.CompleteStatus?.Shipment;
    for (const shipment of toList(shipments)) {
      for (const event of toList(shipment.Event!)) {
        const row = readScan(shipment.Barcode!, event.Code!, event.TimeStamp!);
        take("legacy-api", row, [row?.barcode, row?.code, event.TimeStamp].join(";"));
      }
    }
  }
  const bodies = new Map<string, string>();
  for (const line of world.webhook) {
    const body = line.body as Json;
    const text = JSON.stringify(body);
    const id = body.eventId!;
    const isConflict = bodies.has(id) && bodies.get(id) !== text;
    const { barcode, status } = body.item as unknown as Record<string, Json>;
    const row = isConflict ? undefined : readStatus(barcode, status);
    if (row) bodies.set(id, text);
    take("webhook", row, id);
  }
  for (const line of repliesOf(world.statusApi)) {
    for (const item of toList((line.body as Json).items!)) {
      for (const status of toList(item.statuses!)) {
        const row = readStatus(item.barcode, status);
        take("status-api", row, [row?.barcode, row?.code, row?.at].join(";"));
      }
    }
  }
  return { counts, rows };
}

/** The rows of a scan file, and whether its trailer (if any) agrees. */
export function toLines(bytes: Buffer): { lines: string[]; isWhole: boolean; encoding: string } {
  const { text, encoding } = decode(bytes);
  const [header, ...lines] = text.replaceAll("\r\n", "\n").split("\n");
  if (header !== SCAN_COLUMNS || lines.pop() !== "") throw new Error("not a scan file");
  const trailer = lines.at(-1)?.startsWith("#EOF;") ? lines.pop() : undefined;
  return { lines, isWhole: trailer === undefined || trailer === `#EOF;${lines.length}`, encoding };
}

function decode(bytes: Buffer): { text: string; encoding: string } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "utf-8" };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "windows-1252" };
  }
}

function readScan(barcode: string, code: string, time: string): Omit<Row, "channel"> | undefined {
  const [, day, month, year, clock] =
    /^(\d\d)-(\d\d)-(\d{4}) ((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)$/.exec(time) ?? [];
  if (!/^\s*[0-9A-Za-z]{8,35}\s*$/.test(barcode) || clock === undefined) return undefined;
  const at = Temporal.PlainDateTime.from(`${year}-${month}-${day}T${clock}`).toZonedDateTime(
    "Europe/Amsterdam",
  );
  const [, digits, letter] = /^(\d\d)([A-Z])$/.exec(code) ?? [];
  return {
    barcode: barcode.trim().toUpperCase(),
    code: letter === undefined ? code : `${letter}${digits}`,
    at: at.epochMilliseconds,
  };
}

function readStatus(barcode: string | undefined, status: Json | undefined): Omit<Row, "channel"> | undefined {
  if (barcode === undefined || !/^[0-9A-Z]{8,35}$/.test(barcode)) return undefined;
  if (!(status?.code && status.timestamp)) return undefined;
  return { barcode, code: status.code, at: Temporal.Instant.from(status.timestamp).epochMilliseconds };
}

function repliesOf(lines: readonly JsonLine[]): JsonLine[] {
  return lines.filter((line) => line.httpStatus === 200);
}

function toList(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
