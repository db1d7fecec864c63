import { hash } from "node:crypto";
import type { Arrival } from "../domain/arrival.ts";
import type { Barcode } from "../domain/barcode.ts";
import { InputError, toVisible } from "../domain/errors.ts";
import type { Observation } from "../domain/observation.ts";
import type { ParsedRow, PayloadIntake, SeenPayload } from "../intake/incoming.ts";

/** An arrival whose moment is known: only such a one can give observations. */
export type ReceivedArrival = Arrival & { readonly receivedAt: number };

/** SHA-256 (hex) of an intake's content. */
export function hashOf(content: Uint8Array): string {
  return hash("sha256", content, "hex");
}

/** What makes an observation the same one when it comes again: the first 32 hex digits of the parts' SHA-256. */
export function identityOf(...parts: readonly string[]): string {
  return hash("sha256", parts.join("\u001f"), "hex").slice(0, 32);
}

export function toObservationRow(observation: Observation): ParsedRow {
  return { kind: "observation", observation };
}

/**
 * Sets a row aside.
 *
 * @param problem what reading it threw; anything but an `InputError` is our own bug and goes on upwards
 * @param looked the texts that were looked at, by name: nothing else of a payload is shown, because of names and addresses
 */
export function toQuarantinedRow(
  line: number,
  problem: unknown,
  looked: Readonly<Record<string, string | null>> = {},
): ParsedRow {
  if (!(problem instanceof InputError)) throw problem;
  const { code, message } = problem;
  return { kind: "quarantined", quarantined: { line, code, message, raw: toExcerpt(looked) } };
}

/** Makes the intake of a payload from what was read of it. */
export function toPayloadIntake(
  content: Uint8Array,
  contentHash: string,
  arrival: Arrival,
  rows: readonly ParsedRow[],
  found: {
    readonly listed?: readonly Barcode[];
    readonly customerNumber?: string | null;
    readonly seen?: SeenPayload | undefined;
  } = {},
): PayloadIntake {
  return {
    kind: "payload",
    hash: contentHash,
    content,
    arrival,
    rows,
    listed: found.listed ?? [],
    customerNumber: found.customerNumber ?? null,
    seen: found.seen,
  };
}

const LONGEST_SHOWN = 100;

function toExcerpt(looked: Readonly<Record<string, string | null>>): string {
  const shown = Object.entries(looked).flatMap(([name, text]) =>
    text === null ? [] : [[name, toVisible(text, LONGEST_SHOWN)] as const],
  );
  return shown.length === 0 ? "" : JSON.stringify(Object.fromEntries(shown));
}
