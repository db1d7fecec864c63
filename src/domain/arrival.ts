import type { Channel } from "./channel.ts";

/** One arrival of an intake. The same content may arrive again under another name. */
export interface Arrival {
  readonly channel: Channel;
  /** File name, delivery id or request, as data; never used as a path. */
  readonly name: string;
  /** UTC epoch milliseconds; `null` where a line is too broken to say. */
  readonly receivedAt: number | null;
  /** Replies of an API; `null` for files and deliveries. */
  readonly httpStatus: number | null;
}

/** A row that could not be read, set aside with its reason. */
export interface QuarantinedRow {
  /** Line in the file, or position in the payload; from 1. */
  readonly line: number;
  /** An `InputCode`; text, because a store may hold those of other versions. */
  readonly code: string;
  /** *place: value → what was expected → what to do* */
  readonly message: string;
  /** The row as it stood, shortened; kept for people. */
  readonly raw: string;
}
