import { type RecordedLine, toBodyBytes } from "./recorded-line.ts";

/** One GET request that has passed the door. */
export interface ApiQuestion {
  /** Path, decoded part by part: `["shipment", "v2", "status", …]`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** UTC epoch milliseconds. */
  readonly now: number;
}

/** An answer of the carrier's APIs, ready to be sent. */
export interface ApiReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type ReplyHeaders = Readonly<Record<string, string>>;

export function toJsonReply(status: number, body: unknown, headers: ReplyHeaders = {}): ApiReply {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** The error shape of v2 for 401, 404, 405 and 429 (facts on Shippingstatus v2, 1.13 and 1.14). */
export function toLegacyErrorReply(status: number, message: string): ApiReply {
  return toJsonReply(status, { message, http_status_code: status });
}

/** The error shape of v2 for 400 (facts on Shippingstatus v2, 1.14). */
export function toLegacyFaultReply(status: number, faultstring: string): ApiReply {
  return toJsonReply(status, { fault: { faultstring, detail: { errorcode: "steps.InvalidRequest" } } });
}

/**
 * The error shape of v4: problem details.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function toProblemReply(
  status: number,
  title: string,
  detail: string,
  headers: ReplyHeaders = {},
): ApiReply {
  const problem = { type: "about:blank", title, status, detail };
  return toJsonReply(status, problem, { "content-type": "application/problem+json", ...headers });
}

/** A recorded reply, byte for byte; overload and outage ask for one second of patience. */
export function toRecordedReply(line: RecordedLine): ApiReply {
  const status = line.httpStatus ?? 200;
  const patience: ReplyHeaders = status === 429 || status === 503 ? { "retry-after": "1" } : {};
  return { status, headers: { "content-type": "application/json", ...patience }, body: toBodyBytes(line) };
}
