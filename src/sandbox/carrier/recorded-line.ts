import type { JsonLine } from "../world.ts";

/** An API reply or a webhook delivery, as the carrier once sent it. */
export type RecordedLine = JsonLine;

/** When a line was received, as UTC epoch milliseconds. */
export function receivedAtOf(line: RecordedLine): number {
  return Temporal.Instant.from(line.receivedAt).epochMilliseconds;
}

/** The body's bytes as they stand in the exported line. */
export function toBodyBytes(line: RecordedLine): Buffer {
  return Buffer.from(JSON.stringify(line.body));
}
