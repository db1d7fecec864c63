import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { makeLegacyApi } from "./answer-legacy-api.ts";
import { makeStatusApi } from "./answer-status-api.ts";
import { type ApiQuestion, type ApiReply, toLegacyErrorReply, toProblemReply } from "./api-exchange.ts";
import { isSameSecret } from "./is-same-secret.ts";
import type { LivingBooks } from "./living-books.ts";
import type { RecordedLine } from "./recorded-line.ts";
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
  readonly apiKey: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** How long a token holds, in seconds. */
  readonly tokenSeconds: number;
  /** Milliseconds of a clock that never jumps; by it tokens age. */
  readonly monotonicMs: () => number;
  /** Parcels on a page of the v4 listing. */
  readonly pageSize: number;
}

export interface ApiServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end; both versions live under it. */
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
 * an API key; v4 for an API key and, as second factor, a bearer token.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { apiKey, clientId, clientSecret, clock, monotonicMs } = options;
  const { living } = options;
  const answerLegacyApi = makeLegacyApi(options.legacyApi, living?.legacyApi);
  const answerStatusApi = makeStatusApi(options.statusApi, options.pageSize, living?.statusApi);
  const desk = makeTokenDesk({ clientId, clientSecret, expiresInSeconds: options.tokenSeconds, monotonicMs });

  const answer = async (request: IncomingMessage): Promise<ApiReply> => {
    const { authorization, apikey } = request.headers;
    const question = toQuestion(request, clock());
    if (question === undefined) return toLegacyErrorReply(400, "Bad request");
    const path = question.path.join("/");
    if (TOKEN_PATHS.has(path) && request.method === "POST") {
      return desk.issue(authorization, new URLSearchParams(await readForm(request)));
    }
    const hasKey = typeof apikey === "string" && isSameSecret(apikey, apiKey);
    if (path.startsWith("shipment/v4/")) {
      if (!(hasKey && desk.accepts(authorization))) {
        const detail = "An API key and a bearer token are both required.";
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

  const server = createServer({ requestTimeout: 15_000, headersTimeout: 10_000 }, (request, response) => {
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
  const baseUrl = `http://${HOST}:${(server.address() as AddressInfo).port}`;

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
