import { UsageError } from "../domain/errors.ts";
import type { FactorRule } from "./factor-rule.ts";
import type { HttpClient, HttpReply, HttpRequest } from "./http-client.ts";
import { parseBaseUrl } from "./http-client.ts";
import { makeTokenSource } from "./token-source.ts";

/** What the factors need, by value; it never appears in a message or an address. */
export interface ApiSecrets {
  readonly apiKey: string | null;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
}

/** Sends requests with every factor that a service wants. */
export interface AuthorisedClient {
  /** @throws HttpFailure when no reply or no token could be had */
  readonly send: (request: HttpRequest) => Promise<HttpReply>;
}

/** One factor: what it adds to a request. */
type Factor = () => Promise<{
  readonly headers: Readonly<Record<string, string>>;
  /** Has something else sent next time, after a 401; `null` where there is nothing else. */
  readonly renew: (() => void) | null;
}>;

/**
 * Makes a client that sends every request with all the factors in `rules`. A
 * reply of 401 renews an OAuth token once; a second 401 is given back as it is.
 *
 * @param baseUrl the service's address, to which the token's path belongs
 * @throws UsageError naming the setting when a secret that a factor needs is absent
 */
export function makeAuthorisedClient(
  http: HttpClient,
  rules: readonly FactorRule[],
  secrets: ApiSecrets,
  baseUrl: URL,
  now: () => number,
): AuthorisedClient {
  const factors = rules.map((rule) => makeFactor(rule, secrets, http, baseUrl, now));
  const sendOnce = async (request: HttpRequest) => {
    const parts = await Promise.all(factors.map((factor) => factor()));
    const headers = Object.assign({}, request.headers, ...parts.map((part) => part.headers));
    const reply = await http.send({ ...request, headers });
    return { reply, renewals: parts.flatMap(({ renew }) => renew ?? []) };
  };
  return {
    async send(request) {
      const { reply, renewals } = await sendOnce(request);
      if (reply.httpStatus !== 401 || renewals.length === 0) return reply;
      for (const renew of renewals) renew();
      return (await sendOnce(request)).reply;
    },
  };
}

function makeFactor(
  rule: FactorRule,
  secrets: ApiSecrets,
  http: HttpClient,
  baseUrl: URL,
  now: () => number,
): Factor {
  switch (rule.kind) {
    case "api-key": {
      const headers = { [rule.header.toLowerCase()]: needed(secrets.apiKey, "API key") };
      return async () => ({ headers, renew: null });
    }
    case "oauth-client-credentials": {
      const tokens = makeTokenSource(http, {
        url: rule.tokenUrl.startsWith("/")
          ? new URL(baseUrl.pathname.replace(/\/+$/, "") + rule.tokenUrl, baseUrl)
          : parseBaseUrl(rule.tokenUrl, "tokenUrl in the contract"),
        clientId: needed(secrets.clientId, "client id"),
        clientSecret: needed(secrets.clientSecret, "client secret"),
        scope: rule.scope,
        authentication: rule.authentication,
        now,
      });
      return async () => {
        const token = await tokens.get();
        return { headers: { authorization: `Bearer ${token}` }, renew: () => tokens.forget(token) };
      };
    }
  }
}

function needed(secret: string | null, what: string): string {
  if (secret !== null && /^[\x20-\x7e]+$/.test(secret) && secret.trim() === secret) return secret;
  throw new UsageError({
    place: `the API's ${what}`,
    value:
      secret === null || secret === ""
        ? "nothing"
        : "a value with blanks or control characters around or in it",
    expected: "the value the carrier gave out",
    todo: "set it in the environment or the file that the configuration names",
  });
}
