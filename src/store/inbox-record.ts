import type { Barcode } from "../domain/barcode.ts";

/**
 * The records of an inbox batch: a line each, `barcode TAB JSON array`. JSON
 * escapes tabs and line ends, so that both stand for themselves only.
 *
 * An array that begins with a text is an observation, as `dossier-codec.ts`
 * writes it. The others:
 */
const LISTING = 0;
const WITHDRAWAL = 1;
const RESTORATION = 2;

/** A reply of the status API lists the parcel. */
export function encodeListing(receivedAt: number): string {
  return `[${LISTING},${receivedAt}]`;
}

/** An observation does not count after all: another parcel's delivery came first under its event id. */
export function encodeWithdrawal(withdrawal: Withdrawal): string {
  return JSON.stringify([WITHDRAWAL, withdrawal.identity, withdrawal.intake, withdrawal.winner]);
}

/** An observation that was withdrawn or set aside counts again: it came first after all. */
export function encodeRestoration(intake: string): string {
  return JSON.stringify([RESTORATION, intake]);
}

export interface Withdrawal {
  readonly identity: string;
  /** Of the observation that is withdrawn. */
  readonly intake: string;
  /** The intake that came first. */
  readonly winner: string;
}

export type InboxRecord =
  | { readonly kind: "observation"; readonly barcode: Barcode; readonly entry: string }
  | { readonly kind: "listing"; readonly barcode: Barcode; readonly listedAt: number }
  | ({ readonly kind: "withdrawal"; readonly barcode: Barcode } & Withdrawal)
  | { readonly kind: "restoration"; readonly barcode: Barcode; readonly intake: string };

export function toRecordLine(barcode: Barcode, entry: string): string {
  return `${barcode}\t${entry}\n`;
}

/** The records of a batch, in order. */
export function* readRecords(records: Uint8Array): Generator<InboxRecord> {
  const text = Buffer.from(records.buffer, records.byteOffset, records.byteLength).toString("utf8");
  for (let from = 0; from < text.length; ) {
    const tab = text.indexOf("\t", from);
    const end = text.indexOf("\n", tab);
    const barcode = text.slice(from, tab) as Barcode;
    const entry = text.slice(tab + 1, end);
    from = end + 1;
    if (entry.startsWith('["')) yield { kind: "observation", barcode, entry };
    else yield toOther(barcode, JSON.parse(entry) as readonly unknown[]);
  }
}

function toOther(barcode: Barcode, [kind, ...rest]: readonly unknown[]): InboxRecord {
  if (kind === LISTING) return { kind: "listing", barcode, listedAt: rest[0] as number };
  if (kind === RESTORATION) return { kind: "restoration", barcode, intake: rest[0] as string };
  const [identity, intake, winner] = rest as [string, string, string];
  return { kind: "withdrawal", barcode, identity, intake, winner };
}
