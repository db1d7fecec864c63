import { toVisible } from "../domain/errors.ts";

/** An API's answer as it came; the parsers say what it holds. */
export interface ApiReply {
  readonly httpStatus: number;
  readonly bytes: Uint8Array;
  readonly request: ApiRequest;
  /** The header `Date`. */
  readonly date: string | null;
  /** The header `Retry-After`. */
  readonly retryAfter: string | null;
}

/** What was asked for, as in an exported line: `{ barcode: "3S…" }`, `{ updatedshipments: "11223344" }`. */
export type ApiRequest = Readonly<Record<string, string>>;

const LONGEST_NAME = 300;

/** A request as the name of its reply's arrival, the same however it was put together: `barcode=3S…`. */
export function toRequestName(request: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(request)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return toVisible(parts.sort().join("&"), LONGEST_NAME);
}
