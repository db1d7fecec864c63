import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { makeLegacyApi } from "./answer-legacy-api.ts";
import { makeStatusApi } from "./answer-status-api.ts";
import {
  type ApiQuestion,
  type ApiReply,
  toJsonReply,
  toLegacyErrorReply,
  toProblemReply,
} from "./api-exchange.ts";
import { makeAssertionCheck } from "./check-assertion.ts";
import { isSameSecret } from "./is-same-secret.ts";
import type { LivingBooks } from "./living-books.ts";
import type { RecordedLine } from "./recorded-line.ts";
import { makeFactorCheck, type SecondFactor, toFingerprint } from "./second-factor.ts";
import { makeTokenDesk } from "./token-desk.ts";

export interface ApiServerOptions {
  /** Recorded replies of Shippingstatus v2. */
  readonly legacyApi: readonly RecordedLine[];
  /** Recorded replies of Shippingstatus v4. */
  readonly statusApi: readonly RecordedLine[];
  /** Where the APIs answer from what happened by then, instead of from recorded replies. */
  readonly living?: LivingBooks | undefined;
  /** UTC epoch milliseconds: replies recorded later are not given yet. */
  readonly clock: () => number;
  /** Several while it is being changed; looked up at every request. */
  readonly apiKey: string | readonly string[];
  readonly clientId: string;
  readonly clientSecret: string;
  /** How long a token holds, in seconds. */
  readonly tokenSeconds: number;
  /** Milliseconds of a clock that never jumps; by it tokens age. */
  readonly monotonicMs: () => number;
  /** Parcels on a page of the v4 listing. */
  readonly pageSize: number;
  /** What v4 wants besides the API key, all of it; a bearer token where nothing is said. */
  readonly secondFactors?: readonly SecondFactor[] | undefined;
  /** Where it is given, everything is served over HTTPS. */
  readonly tls?: CarrierTls | undefined;
}

export interface CarrierTls {
  /** PEM, both. */
  readonly certificate: string;
  readonly key: string;
  /** PEM: whose clients are trusted. */
  readonly clientAuthorities: string;
  /** Whether a client without a good certificate is refused in the handshake, or by the reply. */
  readonly refusesIn: "handshake" | "reply";
}

export interface ApiServer {
  /** `http://127.0.0.1:<port>`, or `https://…`, without a slash at the end; both versions live under it. */
  readonly baseUrl: string;
  /** Where client credentials are exchanged for a token. */
  readonly tokenUrl: string;
  /** Ends every connection and stops listening. */
  readonly stop: () => Promise<void>;
}

const HOST = "127.0.0.1";
/** The carrier has not said which of the two usual ones will be its own. */
const TOKEN_PATHS: ReadonlySet<string> = new Set(["oauth/token", "oauth2/token"]);
const MOST_FORM_BYTES = 8 * 1024;

/**
 * Starts the carrier's APIs on loopback, on a free port: Shippingstatus v2 for
 * an API key; v4 for an API key and every second factor. Whoever lacks one is
 * not told which.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { clientId, clientSecret, clock, living, monotonicMs } = options;
  const answerLegacyApi = makeLegacyApi(options.legacyApi, living?.legacyApi);
  const answerStatusApi = makeStatusApi(options.statusApi, options.pageSize, living?.statusApi);
  const factors = options.secondFactors ?? [{ kind: "bearer-token" }];
  const clientKeys = factors.flatMap((factor) =>
    factor.kind === "bearer-token" && factor.clientKeys !== undefined ? [factor.clientKeys] : [],
  )[0];
  let baseUrl = "";
  const desk = makeTokenDesk({
    clientId,
    clientSecret,
    expiresInSeconds: options.tokenSeconds,
    monotonicMs,
    acceptsAssertion:
      clientKeys &&
      makeAssertionCheck({
        clientId,
        keys: clientKeys,
        audiences: () => [...TOKEN_PATHS].map((path) => `${baseUrl}/${path}`),
        clock,
      }),
  });
  const passesFactors = makeFactorCheck(factors, desk.accepts, clock);
  const wantsCertificate = factors.some(({ kind }) => kind === "client-certificate");

  const answer = async (request: IncomingMessage): Promise<ApiReply> => {
    const { authorization, apikey } = request.headers;
    const question = toQuestion(request, clock());
    if (question === undefined) return toLegacyErrorReply(400, "Bad request");
    const path = question.path.join("/");
    if (TOKEN_PATHS.has(path) && request.method === "POST") {
      const form = new URLSearchParams(await readForm(request));
      const fingerprint = toFingerprint(request);
      if (wantsCertificate && fingerprint === null) return toJsonReply(401, { error: "invalid_client" });
      return desk.issue(authorization, form, fingerprint);
    }
    const hasKey =
      typeof apikey === "string" && [options.apiKey].flat().some((key) => isSameSecret(apikey, key));
    if (path.startsWith("shipment/v4/")) {
      if (!(hasKey && passesFactors(request))) {
        const detail = "An API key and every other factor are required.";
        return toProblemReply(401, "Unauthorized", detail, { "www-authenticate": "Bearer" });
      }
      if (request.method !== "GET")
        return toProblemReply(405, "Method Not Allowed", "Only GET.", { allow: "GET" });
      return answerStatusApi(question);
    }
    if (!hasKey) return toLegacyErrorReply(401, "Invalid authentication credentials");
    if (request.method !== "GET") return toLegacyErrorReply(405, "Method not allowed");
    return answerLegacyApi(question);
  };

  const server = makeServer(options.tls, (request, response) => {
    // The carrier's clock is the simulated one, and clients compare theirs with it.
    response.sendDate = false;
    answer(request).then(
      ({ status, headers, body }) => {
        response.writeHead(status, { ...headers, date: toHttpDate(clock()), "content-length": body.length });
        response.end(body);
      },
      (error: Error) => response.destroy(error),
    );
  });
  server.listen(0, HOST);
  await once(server, "listening");
  const scheme = options.tls === undefined ? "http" : "https";
  baseUrl = `${scheme}://${HOST}:${(server.address() as AddressInfo).port}`;

  return {
    baseUrl,
    tokenUrl: `${baseUrl}/oauth/token`,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function makeServer(tls: CarrierTls | undefined, listener: RequestListener): Server {
  const limits = { requestTimeout: 15_000, headersTimeout: 10_000 };
  if (tls === undefined) return createServer(limits, listener);
  const { certificate: cert, key, clientAuthorities: ca, refusesIn } = tls;
  const rejectUnauthorized = refusesIn === "handshake";
  return createTlsServer({ ...limits, cert, key, ca, requestCert: true, rejectUnauthorized }, listener);
}

/** `undefined` where the address cannot be read. */
function toQuestion(request: IncomingMessage, now: number): ApiQuestion | undefined {
  try {
    const url = new URL(request.url ?? "/", "http://carrier.invalid");
    const path = url.pathname.split("/").slice(1).map(decodeURIComponent);
    return { path, query: url.searchParams, now };
  } catch {
    return undefined;
  }
}

async function readForm(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    sizeBytes += piece.length;
    if (sizeBytes > MOST_FORM_BYTES) throw new Error("The form is too large.");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * `Sun, 06 Nov 1994 08:49:37 GMT`
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
 */
export function toHttpDate(epochMs: number): string {
  const at = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO("UTC");
  const day = String(at.day).padStart(2, "0");
  const time = at.toPlainTime().toString({ smallestUnit: "second" });
  return `${DAYS[at.dayOfWeek - 1]}, ${day} ${MONTHS[at.month - 1]} ${at.year} ${time} GMT`;
}
