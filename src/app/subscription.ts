import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { UsageError } from "../domain/errors.ts";
import { toIsoUtc } from "../domain/instant.ts";
import type { SubscriptionPlan } from "../report/subscription-data.ts";
import { readContract } from "../sources/contract.ts";
import { headersOf } from "../sources/verifier-rule.ts";
import type { FeedStateReader } from "../store/feed-state-access.ts";
import type { Store } from "../store/store.ts";
import { listServerCertificateEnds } from "./guard-deliveries.ts";

const SUBSCRIPTION = z.object({
  /** When the carrier set it up, UTC epoch milliseconds. */
  at: z.number(),
  by: z.string(),
  url: z.string(),
  /** Customer numbers. */
  customers: z.array(z.string()),
  /** The contract's file or name in the settings. */
  contract: z.string(),
  /** Why it took the place of the one before; `null` for the first. */
  reason: z.string().nullable(),
});

/** A subscription of the webhook, as somebody recorded it. */
export type Subscription = Readonly<z.infer<typeof SUBSCRIPTION>>;

const FEED = "webhook";
/** With a number behind it, so that all stay, in their order. */
const KEY = "subscription ";
const DIGITS = 6;

/** All that were recorded, the one that holds last. */
export async function listSubscriptions(states: FeedStateReader): Promise<readonly Subscription[]> {
  return (await states.list(FEED, KEY)).map(({ value }) => SUBSCRIPTION.parse(JSON.parse(value)));
}

/**
 * Records that the carrier has set the webhook up. That happens once, so a
 * second one needs a reason; those before it stay.
 *
 * @throws UsageError when there is one, and no reason for another
 */
export async function recordSubscription(
  store: Store,
  subscription: Subscription,
  clock: Clock,
): Promise<void> {
  await store.transaction(async ({ feedStates }) => {
    const before = await listSubscriptions(feedStates);
    const last = before.at(-1);
    if (last !== undefined && subscription.reason === null) {
      throw new UsageError({
        place: "subscription",
        value: `recorded already: since ${toIsoUtc(last.at)}, by ${last.by}`,
        expected: "one, because it is made once",
        todo: "if it really was made anew: --replace --reason WHY",
      });
    }
    await feedStates.save({
      feed: FEED,
      key: KEY + String(before.length + 1).padStart(DIGITS, "0"),
      value: JSON.stringify({
        ...subscription,
        reason: last === undefined ? null : subscription.reason,
      } satisfies Subscription),
      changedAt: clock(),
    });
  });
}

/**
 * What the carrier has to be told to set the webhook up, besides the secrets,
 * which go another way.
 *
 * @throws UsageError for an address that cannot be used, a contract or certificates that cannot be read
 */
export async function planSubscription(config: Config, urlText: string): Promise<SubscriptionPlan> {
  const url = parseCallbackUrl(urlText);
  const contract = await readContract(config.contract);
  const { serve } = config;
  const notes: SubscriptionPlan["notes"][number][] = [];
  if (url.pathname !== url.pathname.toLowerCase()) notes.push("upper-case");
  if (url.pathname !== serve.path) notes.push("other-path");
  if (contract.isProvisional) notes.push("provisional");
  const customers = listCustomers(config);
  if (customers.length === 0) notes.push("no-customers");
  const certificates = listServerCertificateEnds(serve).filter(
    ({ setting }) => setting === "serve.tls.certificate",
  );
  if (certificates.length === 0) notes.push("no-certificate");
  return {
    url: url.href,
    customers,
    contract: config.contract,
    verifiers: contract.webhook.verifiers.map((rule) => ({ kind: rule.kind, headers: headersOf(rule) })),
    certificates: certificates.map(({ subject, fingerprint, validTo }) => ({
      subject,
      fingerprint,
      validTo: toIsoUtc(validTo),
    })),
    notes,
  };
}

/** Whose parcels the settings speak of. */
export function listCustomers({
  feeds: { legacyApi, statusApi },
}: Pick<Config, "feeds">): SubscriptionPlan["customers"] {
  const codes = new Map<string, string | null>(legacyApi?.customers.map((number) => [number, null]));
  for (const { number, code } of statusApi?.customers ?? []) codes.set(number, code);
  return Array.from(codes, ([number, code]) => ({ number, code }));
}

/** @throws UsageError */
export function parseCallbackUrl(text: string): URL {
  const url = URL.parse(text);
  if (
    url?.protocol === "https:" &&
    url.username === "" &&
    url.password === "" &&
    url.search === "" &&
    url.hash === ""
  ) {
    return url;
  }
  throw new UsageError({
    place: "--url",
    // What stands behind the host may be a secret.
    value: url === null ? "no address" : url.origin,
    expected: "an https address without user, password, query and fragment, which the carrier can reach",
    todo: "give the address under which serve is reached from outside",
  });
}
