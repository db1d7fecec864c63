import { setTimeout } from "node:timers/promises";
import { Agent, request as sendRequest } from "undici";
import { UsageError } from "../domain/errors.ts";
import { HttpFailure } from "./http-failure.ts";
import type { HttpReply } from "./http-reply.ts";
import type { RetryClock, RetryPolicy } from "./http-retry.ts";
import { makeRetry, RETRY_POLICY } from "./http-retry.ts";
import type { Pacer } from "./pacing/pacer.ts";

/** Bounds of one attempt. */
interface HttpLimits {
  readonly connectMs: number;
  /** Until the reply's headers are in. */
  readonly headersMs: number;
  /** The longest silence within the reply's body. */
  readonly bodyIdleMs: number;
  /** The whole exchange: a byte every now and then must not hold it open. */
  readonly totalMs: number;
  readonly mostReplyBytes: number;
  readonly connections: number;
}

const HTTP_LIMITS: HttpLimits = {
  connectMs: 5_000,
  headersMs: 15_000,
  bodyIdleMs: 15_000,
  totalMs: 60_000,
  mostReplyBytes: 16 * 1024 * 1024,
  connections: 4,
};

export interface HttpRequest {
  /** What is asked for, for messages: never an address with its query. */
  readonly place: string;
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Gets ready, before each attempt, what `sign` needs; may send requests of its own. */
  readonly prepare?: () => Promise<void>;
  /** What holds for one attempt only, such as a code or an assertion: asked for as the attempt leaves, after every wait. */
  readonly sign?: () => SignedParts;
}

export interface SignedParts {
  /** Beside the request's own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** In the place of the request's own. */
  readonly body?: string;
}

/** Whom we trust, and who we are, on a connection; all of it PEM. */
export interface TlsIdentity {
  /** In the place of the authorities that Node trusts. */
  readonly authorities: string | null;
  readonly certificate: string | null;
  readonly certificateKey: string | null;
}

export interface HttpClient {
  /** @throws HttpFailure when no attempt brought a reply */
  readonly send: (request: HttpRequest) => Promise<HttpReply>;
  readonly close: () => Promise<void>;
}

/**
 * Makes a client over HTTP/1.1 with a deadline for every phase, a cap on the
 * reply, and the retries of `http-retry.ts`. It follows no redirection: keys
 * go to the configured host only.
 */
export function makeHttpClient(settings: {
  readonly now: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly random?: () => number;
  readonly limits?: Partial<HttpLimits>;
  readonly retry?: Partial<RetryPolicy>;
  readonly tls?: TlsIdentity;
  /** Its clock is this client's. Without it requests leave at once, and nothing outlives the client. */
  readonly pacer?: Pacer;
}): HttpClient {
  const limits = { ...HTTP_LIMITS, ...settings.limits };
  const clock: RetryClock = {
    now: settings.now,
    sleep: settings.sleep ?? sleepAtLeast,
    random: settings.random ?? Math.random,
  };
  const retry = makeRetry({ ...RETRY_POLICY, ...settings.retry }, clock, settings.pacer);
  const agent = new Agent({
    connect: { timeout: limits.connectMs, ...toTlsOptions(settings.tls) },
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.bodyIdleMs,
    maxResponseSize: limits.mostReplyBytes,
    connections: limits.connections,
    pipelining: 1,
    allowH2: false,
  });
  return {
    send: (request) =>
      retry(
        request.url.origin,
        request.place,
        () => attempt(request, agent, limits.totalMs),
        request.prepare,
      ),
    close: () => agent.close(),
  };
}

/**
 * Reads the address of a service. Plain HTTP is for this machine only, because
 * every request carries keys.
 *
 * @param place the setting, for messages
 * @throws UsageError
 */
export function parseBaseUrl(text: string, place: string): URL {
  const url = URL.parse(text);
  const isLocal = url !== null && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  const isFine = url?.protocol === "https:" || (url?.protocol === "http:" && isLocal);
  if (url === null || !isFine || url.username !== "" || url.password !== "" || url.search !== "") {
    throw new UsageError({
      place,
      value: url === null ? "no address" : url.origin,
      expected: "an https address without user, password and query (http only for 127.0.0.1)",
      todo: "correct the setting",
    });
  }
  return url;
}

/** Puts a path, as the service documents it, behind its base address; placeholders are filled in and escaped. */
export function toUrl(
  base: URL,
  path: string,
  placeholders: Readonly<Record<string, string>>,
  query: readonly (readonly [name: string, value: string])[] = [],
): URL {
  const filled = path.replace(/\{([^{}]+)\}/g, (_whole, name: string) => toSegment(placeholders[name] ?? ""));
  const url = new URL(base.pathname.replace(/\/+$/, "") + filled, base);
  for (const [name, value] of query) url.searchParams.append(name, value);
  return url;
}

/** One segment of a path: `.` and `..` would climb, even when escaped. */
function toSegment(value: string): string {
  return encodeURIComponent(value).replace(/^\.{1,2}$/, (dots) => `${dots}_`);
}

/** Certificates are always checked, whatever `NODE_TLS_REJECT_UNAUTHORIZED` says: every request carries keys. */
function toTlsOptions(tls: TlsIdentity | undefined) {
  const { authorities, certificate, certificateKey } = tls ?? {};
  return {
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    ...(authorities == null ? {} : { ca: authorities }),
    ...(certificate == null || certificateKey == null ? {} : { cert: certificate, key: certificateKey }),
  } as const;
}

async function attempt(request: HttpRequest, agent: Agent, totalMs: number): Promise<HttpReply> {
  const { place, method, url } = request;
  // Outside the try: what fails here is not the service's failure.
  const signed = request.sign?.() ?? {};
  const headers = { ...request.headers, ...signed.headers };
  try {
    const reply = await sendRequest(url, {
      dispatcher: agent,
      method,
      headers,
      body: signed.body ?? request.body,
      signal: AbortSignal.timeout(totalMs),
    });
    const bytes = new Uint8Array(await reply.body.arrayBuffer());
    return {
      httpStatus: reply.statusCode,
      bytes,
      retryAfter: toOne(reply.headers["retry-after"]),
      date: toOne(reply.headers.date),
    };
  } catch (cause) {
    const code = toCode(cause);
    throw new HttpFailure(code, {
      place,
      value: code,
      expected: "a complete reply",
      todo: "check address, network and the service's state; the next run fetches what is missing",
    });
  }
}

/** Node's timers may fire a millisecond early; a wait that was asked for must not. */
export async function sleepAtLeast(ms: number): Promise<void> {
  await setTimeout(ms + 1);
}

function toOne(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

function toCode(cause: unknown): string {
  if (!(cause instanceof Error)) return "UNKNOWN";
  if (cause.name === "TimeoutError") return "TIMEOUT";
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.name;
}
