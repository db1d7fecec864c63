import type { ServerResponse } from "node:http";
import { toHttpDate } from "../../src/sandbox/carrier/api-server.ts";
import { Prng } from "../../src/sandbox/prng.ts";
import type { FakeClock } from "./fake-clock.ts";
import { replyJson, withTinyServer } from "./tiny-server.ts";

export interface FaultyPages {
  readonly pages: number;
  readonly itemsPerPage: number;
  /** The share of replies that are faulty, from 0 to 1. */
  readonly faultShare: number;
  readonly seed: number;
}

/** What the server saw. */
export interface FaultLog {
  readonly requests: () => number;
  /** How often each fault was made. */
  readonly faults: ReadonlyMap<string, number>;
  /** Requests that came before a `Retry-After` had passed. */
  readonly early: () => number;
}

const SECOND = 1000;

/** The barcode of an item. */
export function barcodeOfItem(page: number, item: number): string {
  return `3SDEVC${String(page * 100 + item).padStart(9, "0")}`;
}

/**
 * Lends a status API whose first listing has many pages, and whose replies
 * often go wrong, in all the ways in which replies do. Its clock is simulated.
 */
export function withFaultyPages<Result>(
  wanted: FaultyPages,
  clock: FakeClock,
  use: (baseUrl: URL, log: FaultLog) => Promise<Result>,
): Promise<Result> {
  const prng = new Prng(wanted.seed, 1);
  const faults = new Map<string, number>();
  /** Faults of a page that happen once. */
  const pending = new Map<number, "expired" | "loop">([
    [Math.floor(wanted.pages * 0.03), "expired"],
    [Math.floor(wanted.pages * 0.05), "loop"],
    [Math.floor(wanted.pages * 0.07), "loop"],
    [Math.floor(wanted.pages * 0.6), "loop"],
  ]);
  let requests = 0;
  let early = 0;
  let notBefore = 0;
  let firstFrom: string | null = null;

  const waitFor = (seconds: number): void => {
    notBefore = Math.max(notBefore, clock.now() + seconds * SECOND);
  };

  const makeFault = (reply: ServerResponse, good: string): void => {
    const [name, make] = prng.pick(FAULTS);
    faults.set(name, (faults.get(name) ?? 0) + 1);
    make(reply, good, { prng, waitFor, now: clock.now() });
  };

  return withTinyServer(
    ({ method, url }, reply) => {
      reply.setHeader("date", toHttpDate(clock.now()));
      const { pathname, searchParams } = new URL(url, "http://carrier.invalid");
      if (method === "POST" && pathname === "/oauth2/token") {
        return replyJson(reply, 200, { access_token: "t", token_type: "Bearer", expires_in: 3600 });
      }
      requests += 1;
      if (clock.now() < notBefore) early += 1;
      firstFrom ??= searchParams.get("from");
      if (searchParams.get("from") !== firstFrom)
        return replyJson(reply, 200, { items: [], nextCursor: null });
      const page = Number(searchParams.get("cursor")?.slice(1) ?? 0);
      const once = pending.get(page);
      pending.delete(page);
      if (once === "expired") {
        faults.set("expired", 1);
        return replyJson(reply, 410, { title: "Gone", status: 410 });
      }
      if (once === "loop") faults.set("loop", (faults.get("loop") ?? 0) + 1);
      const body = toPage(page, wanted, once === "loop" ? Math.max(1, page - 3) : page + 1);
      if (prng.chance(wanted.faultShare)) return makeFault(reply, body);
      reply.writeHead(200, { "content-type": "application/json" }).end(body);
    },
    (baseUrl) => use(baseUrl, { requests: () => requests, faults, early: () => early }),
  );
}

/** Every fifth page is empty, and not the last for that. */
function toPage(page: number, { pages, itemsPerPage }: FaultyPages, next: number): string {
  const count = page % 5 === 4 ? 0 : itemsPerPage;
  const items = Array.from({ length: count }, (_, item) => ({
    barcode: barcodeOfItem(page, item),
    customerNumber: "11223344",
    statuses: [{ code: "sorted", timestamp: "2026-03-07T10:00:00Z" }],
  }));
  return JSON.stringify({ items, warnings: [], nextCursor: next < pages ? `c${next}` : null });
}

type MakeFault = (
  reply: ServerResponse,
  good: string,
  more: { readonly prng: Prng; readonly waitFor: (seconds: number) => void; readonly now: number },
) => void;

const FAULTS: readonly (readonly [name: string, make: MakeFault])[] = [
  [
    "429 seconds",
    (reply, _good, { waitFor }) => {
      waitFor(3);
      replyJson(reply, 429, { title: "Too many requests" }, { "retry-after": "3" });
    },
  ],
  [
    "429 date",
    (reply, _good, { waitFor, now }) => {
      const until = toHttpDate(now + 9 * SECOND);
      waitFor(8);
      replyJson(reply, 429, { title: "Too many requests" }, { "retry-after": until });
    },
  ],
  ["429 garbage", (reply) => replyJson(reply, 429, {}, { "retry-after": "soon" })],
  ["500", (reply) => replyJson(reply, 500, { fault: { faultstring: "Oops" } })],
  ["503", (reply) => reply.writeHead(503).end("<html>")],
  ["401", (reply) => replyJson(reply, 401, { title: "Unauthorized" })],
  ["error as 200", (reply) => replyJson(reply, 200, { message: "Backend is not there" })],
  [
    "cut",
    (reply, good, { prng }) => reply.writeHead(200).end(good.slice(0, prng.between(0, good.length - 1))),
  ],
  [
    "reset",
    (reply, good, { prng }) => {
      reply.writeHead(200, { "content-length": Buffer.byteLength(good) });
      reply.write(good.slice(0, prng.between(1, good.length - 1)), () => reply.socket?.resetAndDestroy());
    },
  ],
  [
    "short chunks",
    (reply, good) => {
      reply.writeHead(200, { "transfer-encoding": "chunked" });
      reply.write(good.slice(0, good.length >> 1), () => reply.socket?.destroy());
    },
  ],
];
