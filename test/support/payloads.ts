import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { QuarantinedRow } from "../../src/domain/arrival.ts";
import type { Observation } from "../../src/domain/observation.ts";
import type { PayloadIntake } from "../../src/intake/incoming.ts";
import type { ReceivedArrival } from "../../src/sources/payload-intake.ts";
import { timeOf } from "./observations.ts";

/** The folder of test/fixtures, with its final slash. */
export const fixtures: string = fileURLToPath(new URL("../fixtures/", import.meta.url));

/** The moment at which the tests' payloads arrive. */
export const RECEIVED_AT: number = timeOf("2026-03-07T22:30:00Z");

/** An arrival: of a delivery, or of a reply where an HTTP status is given. */
export function anArrival(
  channel: ReceivedArrival["channel"],
  httpStatus: number | null = null,
): ReceivedArrival {
  return { channel, name: "the tests' arrival", receivedAt: RECEIVED_AT, httpStatus };
}

/** A value as the bytes of a payload; a text is taken as the payload itself. */
export function bytesOf(payload: unknown): Uint8Array {
  return Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
}

export function observationsOf(intake: PayloadIntake): Observation[] {
  return intake.rows.flatMap((row) => (row.kind === "observation" ? [row.observation] : []));
}

export function quarantinedOf(intake: PayloadIntake): QuarantinedRow[] {
  return intake.rows.flatMap((row) => (row.kind === "quarantined" ? [row.quarantined] : []));
}

/** A captured HTTP reply: its status, and the bytes of its body. */
export function readCapturedReply(name: string): { readonly httpStatus: number; readonly body: Uint8Array } {
  const text = readFileSync(`${fixtures}legacy-v2/${name}`, "utf8");
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) throw new Error(`${name} has no blank line behind its headers`);
  const status = /^HTTP\/1\.1 ([0-9]{3})/.exec(text)?.[1];
  return { httpStatus: Number(status), body: Buffer.from(text.slice(end.index + end[0].length)) };
}
