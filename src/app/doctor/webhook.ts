import { once } from "node:events";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { toIsoUtc } from "../../domain/instant.ts";
import type { Examined } from "../../report/doctor-data.ts";
import type { Outcome } from "./check.ts";
import { attempt, attemptAll, hoursBetween, say, toLine } from "./check.ts";
import type { Patient } from "./patient.ts";

/** Whether deliveries can come, should come, and do come. */
export async function checkWebhook(patient: Patient, isOffline: boolean): Promise<readonly Examined[]> {
  const { deadlineMs } = patient;
  const lines = await Promise.all([
    attempt("webhook.reachable", null, deadlineMs, () =>
      isOffline ? say("skipped", "not-asked") : askReceiver(patient),
    ).then((line) => [line]),
    [toLine("webhook.subscription", null, describeSubscription(patient))],
    attemptAll("webhook.deliveries", null, deadlineMs, () => judgeDeliveries(patient)),
  ]);
  return lines.flat();
}

const NOT_ALLOWED = 405;

/** What stands for all addresses of a machine is asked for at its own. */
const ANY_ADDRESS: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

async function askReceiver({ config: { serve }, subscription, deadlineMs }: Patient): Promise<Outcome> {
  const { port, path, tls } = serve;
  if (port === 0) return say("skipped", "receiver-any-port");
  const host = ANY_ADDRESS[serve.host] ?? serve.host;
  const url = `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}${path}`;
  try {
    const status = await getStatus(url, deadlineMs / 2);
    return status === NOT_ALLOWED
      ? say("ok", "receiver", { url })
      : say("warning", "receiver-other", { url, status });
  } catch (error) {
    const code = codeOf(error);
    // In the midst of TLS: it is there, and will not talk to us.
    const isRefusedInTls = code.startsWith("ERR_SSL") || code === "EPROTO" || code === "ECONNRESET";
    if (tls?.clientCa !== undefined && isRefusedInTls) return say("ok", "receiver-certificate", { url });
    return say(subscription === null ? "warning" : "failure", "receiver-silent", { url, code });
  }
}

/** The HTTP status of a GET. Nothing is sent that could matter, so that it is not asked who answers: certificates name the outside. */
async function getStatus(url: string, timeoutMs: number): Promise<number> {
  const options = { signal: AbortSignal.timeout(timeoutMs), agent: false };
  const request = url.startsWith("https:")
    ? requestHttps(url, { ...options, rejectUnauthorized: false })
    : requestHttp(url, options);
  request.end();
  const [reply] = await once(request, "response");
  reply.destroy();
  return reply.statusCode;
}

function codeOf(error: unknown): string {
  if (error instanceof Error && error.name === "AbortError") return "ETIMEDOUT";
  return error instanceof Error && "code" in error ? String(error.code) : "no answer";
}

function describeSubscription({ subscription, store }: Patient): Outcome {
  if (store === null) return say("skipped", "no-store");
  if (subscription === null) return say("skipped", "subscription-none");
  const { at, by, url, customers } = subscription;
  return say("ok", "subscription", { at: toIsoUtc(at), by, url, customers: customers.join(", ") || "–" });
}

/** A line for every customer who is subscribed, or who was delivered for. */
async function judgeDeliveries(patient: Patient): Promise<readonly Examined[]> {
  const { store, subscription } = patient;
  if (store === null) return [toLine("webhook.deliveries", null, say("skipped", "no-store"))];
  const { deliveries } = await store.feeds.progress();
  const books = (await store.feeds.books()).find(({ channel }) => channel === "webhook");
  const customers = new Set([...(subscription?.customers ?? []), ...deliveries.keys()]);
  // Where deliveries name no customer, they are one feed.
  if (customers.size === 0 || (deliveries.size === 0 && books?.watermark != null)) {
    return [
      toLine("webhook.deliveries", null, judgeLast(patient, books?.watermark ?? null, subscription !== null)),
    ];
  }
  return [...customers].sort().map((customer) => {
    const isDue = subscription?.customers.includes(customer) === true;
    const lastAt = deliveries.get(customer)?.lastAt ?? null;
    return toLine("webhook.deliveries", customer, judgeLast(patient, lastAt, isDue));
  });
}

/** @param isDue whether deliveries must come */
function judgeLast(
  { subscription, clock, quietHours }: Patient,
  lastAt: number | null,
  isDue: boolean,
): Outcome {
  const now = clock();
  const last = lastAt === null ? null : toIsoUtc(lastAt);
  if (isDue && subscription !== null) {
    const hours = hoursBetween(Math.max(lastAt ?? 0, subscription.at), now);
    if (hours >= quietHours) {
      const values = { hours, last: last ?? "–", within: quietHours, url: subscription.url };
      return say("failure", "deliveries-quiet", values);
    }
    if (lastAt === null) return say("skipped", "deliveries-early", { hours });
  }
  if (lastAt === null || last === null) return say("skipped", "deliveries-none");
  return say("ok", "deliveries", { hours: hoursBetween(lastAt, now), at: last });
}
