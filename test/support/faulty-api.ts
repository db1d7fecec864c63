import type { ServerResponse } from "node:http";
import type { TinyAnswer } from "./tiny-server.ts";
import { replyJson } from "./tiny-server.ts";

/** What can go wrong with one reply. */
export const FAULTS = [
  "429, seconds",
  "429, date",
  "429, garbage",
  "429, an hour",
  "503",
  "500",
  "reset before the headers",
  "reset within the body",
  "cut JSON",
  "401",
  "hang",
  "drip",
] as const;
export type Fault = (typeof FAULTS)[number];

/** A request as the service saw it; moments are those of its simulated clock. */
export interface LoggedRequest {
  readonly at: number;
  readonly path: string;
  readonly fault: Fault | null;
  /** The moment before which the reply wants no other request. */
  readonly until: number;
}

/**
 * Makes a service of `pages` pages that fails as it is told, and keeps a log:
 * tokens at `/oauth2/token`, pages at any other path by the query's `cursor`.
 *
 * @param drawFault for every request, also those of tokens
 */
export function makeFaultyApi(
  pages: number,
  now: () => number,
  drawFault: () => Fault | null,
): { readonly answer: TinyAnswer; readonly log: readonly LoggedRequest[] } {
  const log: LoggedRequest[] = [];
  let token = 0;
  const answer: TinyAnswer = ({ url, headers }, reply) => {
    const at = now();
    const { pathname, searchParams } = new URL(url, "http://a.invalid");
    const fault = drawFault();
    const waitSeconds = toWaitSeconds(fault, at);
    log.push({ at, path: pathname, fault, until: at + waitSeconds * 1000 });
    if (fault !== null) {
      fail(reply, fault, at, waitSeconds);
    } else if (pathname === "/oauth2/token") {
      token += 1;
      replyJson(reply, 200, { access_token: `t${token}`, token_type: "Bearer", expires_in: 900 });
    } else if (headers.authorization !== `Bearer t${token}`) {
      replyJson(reply, 401, {});
    } else {
      replyJson(reply, 200, toPage(Number(searchParams.get("cursor") ?? 0), pages));
    }
  };
  return { answer, log };
}

function toPage(page: number, pages: number): object {
  const next = page + 1 < pages ? String(page + 1) : null;
  return { items: [{ barcode: `3SPAGE${page}`, statuses: [] }], warnings: [], nextCursor: next };
}

/** Varied by the moment, so that no two requests are told the same. */
function toWaitSeconds(fault: Fault | null, at: number): number {
  if (fault === "429, an hour") return 3600;
  return fault === "429, seconds" || fault === "429, date" || fault === "503" ? 1 + (at % 90) : 0;
}

function fail(reply: ServerResponse, fault: Fault, at: number, waitSeconds: number): void {
  switch (fault) {
    case "429, seconds":
    case "429, an hour":
    case "503":
      replyJson(reply, fault === "503" ? 503 : 429, {}, { "retry-after": String(waitSeconds) });
      break;
    case "429, date": {
      // A date has whole seconds: the wait is measured from one.
      const from = Math.ceil(at / 1000) * 1000;
      const headers = { date: toHttpDate(from), "retry-after": toHttpDate(from + waitSeconds * 1000) };
      replyJson(reply, 429, {}, headers);
      break;
    }
    case "429, garbage":
      replyJson(reply, 429, {}, { "retry-after": "soon; -1" });
      break;
    case "500":
    case "401":
      replyJson(reply, Number(fault), {});
      break;
    case "reset before the headers":
      reply.destroy();
      break;
    case "reset within the body":
      reply.writeHead(200, { "content-length": "1000" }).write('{"items":[');
      setImmediate(() => reply.destroy());
      break;
    case "cut JSON":
      reply.writeHead(200).end('{"items":[{"barcode":"3SPA');
      break;
    case "hang":
      break;
    case "drip": {
      reply.writeHead(200);
      const drip = setInterval(() => reply.write(" "), 20);
      reply.on("close", () => clearInterval(drip));
    }
  }
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function toHttpDate(epochMs: number): string {
  const at = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO("UTC");
  const day = String(at.day).padStart(2, "0");
  return `${DAYS[at.dayOfWeek - 1]}, ${day} ${MONTHS[at.month - 1]} ${at.year} ${at.toPlainTime().toString({ smallestUnit: "second" })} GMT`;
}

/** The requests that came before the moment that an earlier reply had named. */
export function findEarly(log: readonly LoggedRequest[]): readonly LoggedRequest[] {
  let until = 0;
  return log.filter((request) => {
    const isEarly = request.at < until;
    until = Math.max(until, request.until);
    return isEarly;
  });
}

/** The requests that came although their second had no room for them, by a bucket kept from the log alone. */
export function findTooMany(
  log: readonly LoggedRequest[],
  { requestsPerSecond, burst }: { readonly requestsPerSecond: number; readonly burst: number },
): readonly LoggedRequest[] {
  const spacingMs = 1000 / requestsPerSecond;
  let paidUntil = 0;
  return log.filter(({ at }) => {
    paidUntil = Math.max(paidUntil, at) + spacingMs;
    // Waits are rounded up to milliseconds.
    return paidUntil - at > burst * spacingMs + 1;
  });
}
