import { randomUUID } from "node:crypto";
import type { FastifyReply } from "fastify";
import Fastify from "fastify";
import { UsageError } from "../../domain/errors.ts";
import type { RawDelivery } from "../../intake/incoming.ts";
import type { ConnectionLimits, ConnectionSettings } from "./connections.ts";
import { certificateOf, makeConnections } from "./connections.ts";
import { makeGroupCommit } from "./group-commit.ts";
import type { TlsOptions } from "./tls.ts";
import type { WebhookRequest } from "./verifier.ts";

/** Whether a request is the carrier's. */
export type WebhookVerifier = (request: WebhookRequest) => boolean | Promise<boolean>;

export interface ReceiverSettings extends ConnectionSettings {
  /** The path that takes deliveries, such as `/webhooks/tracking`. */
  readonly path: string;
  /** At least one; all must agree. */
  readonly verifiers: readonly WebhookVerifier[];
  /** The header that names an attempt, lower case; `null`: none is sent. */
  readonly deliveryIdHeader: string | null;
  /** Stores deliveries; must resolve only when all of them are durable. */
  readonly save: (deliveries: readonly RawDelivery[]) => Promise<void>;
  /** UTC epoch milliseconds. */
  readonly now: () => number;
  /** Told the status of every answer. */
  readonly onAnswer?: (status: number) => void;
  readonly limits?: Partial<ReceiverLimits>;
}

interface ReceiverLimits extends ConnectionLimits {
  readonly mostBodyBytes: number;
  readonly mostHeaders: number;
  /** For us to save a delivery. */
  readonly saveMs: number;
  /** Deliveries that may wait for a save, and their bytes; more are told to come again. */
  readonly mostWaiting: number;
  readonly mostWaitingBytes: number;
  readonly mostPerSave: number;
  readonly mostBytesPerSave: number;
}

export const RECEIVER_LIMITS: ReceiverLimits = {
  mostBodyBytes: 256 * 1024,
  mostHeaderBytes: 16 * 1024,
  mostHeaders: 100,
  headersMs: 10_000,
  requestMs: 15_000,
  saveMs: 10_000,
  keepAliveMs: 5_000,
  mostConnections: 2_000,
  mostRequestsPerConnection: 1_000,
  mostWaiting: 10_000,
  mostWaitingBytes: 64 * 1024 * 1024,
  mostPerSave: 1_000,
  mostBytesPerSave: 4 * 1024 * 1024,
};

export interface Receiver {
  /** Starts, on loopback unless told otherwise, and gives the address of the server; port 0 takes any free one. */
  readonly listen: (port: number, host?: string) => Promise<string>;
  /** Takes no more, and ends once everything taken is saved and answered. */
  readonly close: () => Promise<void>;
  /** Goes on with other certificates; every connection that was made under the former ones ends with its next answer. */
  readonly renewTls: (tls: TlsOptions) => void;
}

const LOOPBACK = "127.0.0.1";
const DELIVERY_ID = /^[A-Za-z0-9_-]{1,128}$/;
const RETRY_AFTER_SECONDS = "5";
const NO_BODY = new Uint8Array(0);

/** Every answer is constant: it tells a stranger nothing. Senders take 3xx and 4xx for a failure that lasts. */
const ANSWERS: Readonly<Record<number, string>> = {
  200: "ok",
  400: "bad request",
  401: "not authorised",
  404: "not found",
  405: "only POST",
  408: "too slow",
  413: "too large",
  415: "no content encoding",
  431: "too many headers",
  503: "try again later",
};

/**
 * Makes the server that takes webhook deliveries: verify, save, answer; in this
 * order and nothing else. What it says 200 to is durable. What is in a body is
 * looked at after the save, because a refusal would lose it: the sender's next
 * attempt would be no better.
 *
 * @throws UsageError without a verifier
 */
export function makeReceiver(settings: ReceiverSettings): Receiver {
  const { path, verifiers, deliveryIdHeader, save, now } = settings;
  if (verifiers.length === 0) {
    throw new UsageError({
      place: "webhook verifiers",
      value: "none",
      expected: "at least one",
      todo: "name one in the contract: without it anybody could report statuses",
    });
  }
  const limits = { ...RECEIVER_LIMITS, ...settings.limits };
  const queue = makeGroupCommit(save, { ...limits, bytesOf: ({ body }: RawDelivery) => body.length });

  /** Gives the body of an answer. Handlers return that, not the reply, which Fastify would watch until its end. */
  const prepare = (reply: FastifyReply, status: number): string => {
    settings.onAnswer?.(status);
    if (status === 503) reply.header("retry-after", RETRY_AFTER_SECONDS);
    reply.code(status).type("text/plain; charset=utf-8");
    return ANSWERS[status] ?? "error";
  };
  const answer = (reply: FastifyReply, status: number): void => {
    reply.send(prepare(reply, status));
  };

  const connections = makeConnections(limits, settings);
  const server = Fastify({
    logger: false,
    bodyLimit: limits.mostBodyBytes,
    exposeHeadRoutes: false,
    serverFactory: (handler) => connections.server.on("request", handler),
    // By itself it refuses what comes on open connections while it closes, and does not say when to come again.
    return503OnClosing: false,
    frameworkErrors: (_error, _request, reply) => answer(reply, 400),
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  // Hooks call back: a promise for each, of each request, costs more than what they do.
  server.addHook("onRequest", (request, reply, done) => {
    if (request.raw.rawHeaders.length > 2 * limits.mostHeaders) {
      answer(reply, 431);
      return;
    }
    if (request.headers["content-encoding"] !== undefined) {
      answer(reply, 415);
      return;
    }
    // Whatever type the sender claims, even a malformed one, its bytes are taken as they are.
    if (request.headers["content-type"] !== undefined) {
      request.headers["content-type"] = "application/octet-stream";
    }
    done();
  });

  if (settings.tls !== undefined) {
    server.addHook("onSend", (request, reply, payload, done) => {
      if (connections.isOutdated(request.raw.socket)) reply.header("connection", "close");
      done(null, payload);
    });
  }

  server.post(path, async (request, reply) => {
    const receivedAt = now();
    const { headers } = request;
    const body = request.body instanceof Uint8Array ? request.body : NO_BODY;
    const delivery = {
      rawHeaders: request.raw.rawHeaders,
      body,
      certificate: certificateOf(request.raw.socket),
    };
    const verdicts = await Promise.all(verifiers.map((verify) => verify(delivery)));
    if (!verdicts.every((isTheirs) => isTheirs === true)) return prepare(reply, 401);
    const given = deliveryIdHeader === null ? undefined : headers[deliveryIdHeader];
    const deliveryId = typeof given === "string" && DELIVERY_ID.test(given) ? given : randomUUID();
    const isSaved = await resolvesWithin(queue.add({ body, receivedAt, deliveryId }), limits.saveMs);
    return prepare(reply, isSaved ? 200 : 503);
  });

  server.setNotFoundHandler(async (request, reply) =>
    request.url.split("?", 1)[0] === path ? prepare(reply.header("allow", "POST"), 405) : prepare(reply, 404),
  );
  server.setErrorHandler(async (error, _request, reply) => prepare(reply, toStatus(error)));

  return {
    async listen(port, host = LOOPBACK) {
      const address = await server.listen({ host, port });
      // Of a server that it has not made, Fastify does not see that it speaks TLS.
      return settings.tls === undefined ? address : address.replace(/^http:/, "https:");
    },
    async close() {
      await server.close();
      await queue.drain();
    },
    renewTls: connections.renewTls,
  };
}

/**
 * Whether `work` is done in time and without an error. Fastify's own
 * `handlerTimeout` does not serve: reading the body to its end clears it.
 */
function resolvesWithin(work: Promise<void>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, false);
    const finish = (isDone: boolean) => {
      clearTimeout(timer);
      resolve(isDone);
    };
    work.then(
      () => finish(true),
      () => finish(false),
    );
  });
}

/**
 * Only what the request itself did wrong is told apart; all else is ours, and
 * worth another attempt. Never 410, which has senders give up for good.
 */
function toStatus(error: unknown): number {
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  if (typeof status !== "number" || status < 400 || status >= 500) return 503;
  return status in ANSWERS ? status : 400;
}
