import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { request as requestOverTls, Agent as TlsAgent } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { type RecordedLine, receivedAtOf, toBodyBytes } from "./recorded-line.ts";
import { type SigningScheme, signDelivery } from "./sign-delivery.ts";

export interface SendOptions {
  readonly deliveries: readonly RecordedLine[];
  /** The receiver, `http://…` or `https://…` */
  readonly url: string;
  /** How each attempt is signed, at its simulated time. */
  readonly schemes: readonly SigningScheme[];
  /** For `https:`: whom the carrier trusts, and its own certificate where one is wanted; PEM. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
  /** How many deliveries may be under way at once. */
  readonly concurrency: number;
  /**
   * How far apart, in milliseconds, deliveries may lie and still be under way
   * together. With 0 the clock never moves while one is, so that each is
   * received at exactly its recorded time.
   */
  readonly togetherMs: number;
  /** The waits before the second, third … attempt at one delivery, in milliseconds. */
  readonly retryDelaysMs: readonly number[];
  /** Sets the simulated clock: UTC epoch milliseconds. */
  readonly setClock: (epochMs: number) => void;
  /** Told of each delivery's end: the last HTTP status, `null` where there was no answer. */
  readonly onSent: (delivery: RecordedLine, status: number | null) => void;
}

export interface SendCounts {
  /** Answered with 2xx. */
  readonly delivered: number;
  /** Answered with anything that another attempt would not change. */
  readonly refused: number;
  /** Given up after the last attempt. */
  readonly failed: number;
  /** HTTP requests made. */
  readonly attempts: number;
}

interface Answer {
  /** `null`: the connection failed. */
  readonly status: number | null;
  readonly retryAfterMs: number;
}

/** Waits between attempts for a receiver on this machine; a real carrier's go on for days. */
export const RETRY_DELAYS_MS: readonly number[] = [100, 500, 2_000, 5_000];

const PATIENCE_MS = 30_000;
const MOST_RETRY_AFTER_MS = 10_000;

/**
 * Posts recorded deliveries in the order in which they were received, each at
 * its simulated time. A delivery is tried again after 429, 5xx or a broken
 * connection, and not sooner than the receiver asks.
 */
export async function sendDeliveries(options: SendOptions): Promise<SendCounts> {
  const { concurrency, retryDelaysMs, setClock, onSent } = options;
  const pool = { keepAlive: true, maxSockets: concurrency };
  const agent = options.tls === undefined ? new Agent(pool) : new TlsAgent({ ...pool, ...options.tls });
  const counts = { delivered: 0, refused: 0, failed: 0, attempts: 0 };

  const deliver = async (delivery: RecordedLine): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      counts.attempts += 1;
      const { status, retryAfterMs } = await post(delivery, options, agent);
      const pause = retryDelaysMs[attempt];
      const mayPass = status === null || status === 429 || status >= 500;
      if (mayPass && pause !== undefined) {
        await delay(Math.max(pause, retryAfterMs));
        continue;
      }
      if (mayPass) counts.failed += 1;
      else if (status >= 200 && status < 300) counts.delivered += 1;
      else counts.refused += 1;
      onSent(delivery, status);
      return;
    }
  };

  try {
    for (const moment of toMoments(options.deliveries, options.togetherMs)) {
      const waiting = moment.values();
      const sendRest = async (): Promise<void> => {
        for (const { at, delivery } of waiting) {
          setClock(at);
          await deliver(delivery);
        }
      };
      await Promise.all(Array.from({ length: Math.min(concurrency, moment.length) }, sendRest));
    }
  } finally {
    agent.destroy();
  }
  return counts;
}

interface DatedDelivery {
  readonly at: number;
  readonly delivery: RecordedLine;
}

/** In order of time, cut into lists of what may be under way together. */
function toMoments(deliveries: readonly RecordedLine[], togetherMs: number): DatedDelivery[][] {
  const moments: DatedDelivery[][] = [];
  const dated = deliveries.map((delivery) => ({ at: receivedAtOf(delivery), delivery }));
  for (const one of dated.sort((a, b) => a.at - b.at)) {
    const moment = moments.at(-1);
    const start = moment?.[0]?.at;
    if (moment !== undefined && start !== undefined && one.at - start <= togetherMs) moment.push(one);
    else moments.push([one]);
  }
  return moments;
}

/** One attempt; a redirect is an answer like any other. */
function post(delivery: RecordedLine, { url, schemes, tls }: SendOptions, agent: Agent): Promise<Answer> {
  const body = toBodyBytes(delivery);
  const id = delivery.deliveryId ?? randomUUID();
  const headers = {
    "content-type": "application/json",
    "content-length": body.length,
    ...(delivery.deliveryId === undefined ? {} : { "webhook-id": id }),
    ...signDelivery(schemes, { id, at: receivedAtOf(delivery), body }),
  };
  return new Promise((resolve) => {
    const attempt = (tls === undefined ? request : requestOverTls)(url, {
      method: "POST",
      agent,
      headers,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const noAnswer = () => resolve({ status: null, retryAfterMs: 0 });
    attempt.once("error", noAnswer);
    attempt.once("response", (response) => {
      const seconds = Number(response.headers["retry-after"] ?? 0);
      const retryAfterMs = Number.isFinite(seconds) ? Math.min(seconds * 1000, MOST_RETRY_AFTER_MS) : 0;
      response.once("error", noAnswer);
      response.once("end", () => resolve({ status: response.statusCode ?? null, retryAfterMs }));
      response.resume();
    });
    attempt.end(body);
  });
}
