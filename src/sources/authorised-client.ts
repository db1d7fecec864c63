import { UsageError } from "../domain/errors.ts";
import type { FactorRule } from "./factor-rule.ts";
import { readAssertionKey } from "./factors/client-assertion.ts";
import { assertKeyPair } from "./factors/client-certificate.ts";
import { makeOneTimeCodes } from "./factors/one-time-codes.ts";
import { parseBase32 } from "./factors/totp.ts";
import type { HttpClient, HttpRequest } from "./http-client.ts";
import { parseBaseUrl, sleepAtLeast } from "./http-client.ts";
import type { HttpReply } from "./http-reply.ts";
import type { ClientProof } from "./token-source.ts";
import { makeTokenSource } from "./token-source.ts";

/** What factors may need besides their rule. `keyId` and `clientId` are no secrets; the rest never appears in a message or an address. */
export type ApiSecretName =
  | "apiKey"
  | "clientId"
  | "clientSecret"
  | "privateKey"
  | "keyId"
  | "certificate"
  | "certificateKey"
  | "totpSecret";

/** By value; what is absent or `null` must not be needed. */
export type ApiSecrets = Readonly<Partial<Record<ApiSecretName, string | null>>>;

/** Sends requests with every factor that a service wants. */
export interface AuthorisedClient {
  /** @throws HttpFailure when no reply or no token could be had */
  readonly send: (request: HttpRequest) => Promise<HttpReply>;
}

/** One factor's part in one request. */
interface FactorPart {
  /** Before each attempt; may take its time. */
  readonly prepare: () => Promise<void>;
  /** As the attempt leaves. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** Has something else sent next time, after a 401; `null` where there is nothing else. */
  readonly renew: (() => Promise<void> | void) | null;
}

type Factor = () => FactorPart;

/** Less is what is left of a secret that was copied badly; RFC 4226 wants 128 bits, many services give 80. */
const SHORTEST_TOTP_BYTES = 10;

/** Which of the secrets a factor cannot do without. */
export function secretsOf(rule: FactorRule): readonly ApiSecretName[] {
  switch (rule.kind) {
    case "api-key":
      return ["apiKey"];
    case "oauth-client-credentials":
      return ["clientId", rule.authentication === "private-key-jwt" ? "privateKey" : "clientSecret"];
    case "mutual-tls":
      return ["certificate", "certificateKey"];
    case "totp":
      return ["totpSecret"];
  }
}

/**
 * Makes a client that sends every request with all the factors in `rules`.
 * After a reply of 401 it renews once what can be renewed (an OAuth token, a
 * one-time code); a second 401 is given back as it is.
 *
 * @param http for mutual TLS: made with the client's certificate and key
 * @param baseUrl the service's address, to which the token's path belongs
 * @param now UTC epoch milliseconds, by the same clock as the service's
 * @throws UsageError when a secret that a factor needs is absent, or cannot be one
 */
export function makeAuthorisedClient(
  http: HttpClient,
  rules: readonly FactorRule[],
  secrets: ApiSecrets,
  baseUrl: URL,
  now: () => number,
  sleep: (ms: number) => Promise<void> = sleepAtLeast,
): AuthorisedClient {
  const factors = rules.map((rule) => makeFactor(rule, secrets, http, baseUrl, now, sleep));
  return {
    async send(request) {
      const parts = factors.map((begin) => begin());
      const sendOnce = () =>
        http.send({
          ...request,
          prepare: async () => {
            await Promise.all(parts.map(({ prepare }) => prepare()));
          },
          sign: () => ({ headers: Object.assign({}, ...parts.map(({ headers }) => headers())) }),
        });
      const reply = await sendOnce();
      const renewals = parts.flatMap(({ renew }) => renew ?? []);
      if (reply.httpStatus !== 401 || renewals.length === 0) return reply;
      for (const renew of renewals) await renew();
      return sendOnce();
    },
  };
}

function makeFactor(
  rule: FactorRule,
  secrets: ApiSecrets,
  http: HttpClient,
  baseUrl: URL,
  now: () => number,
  sleep: (ms: number) => Promise<void>,
): Factor {
  switch (rule.kind) {
    case "api-key":
      return constant({ [rule.header.toLowerCase()]: needed(secrets.apiKey, "API key") });
    case "oauth-client-credentials": {
      const url = rule.tokenUrl.startsWith("/")
        ? new URL(baseUrl.pathname.replace(/\/+$/, "") + rule.tokenUrl, baseUrl)
        : parseBaseUrl(rule.tokenUrl, "tokenUrl in the contract");
      const clientId = needed(secrets.clientId, "client id");
      const proof = toProof(rule, secrets, url);
      const tokens = makeTokenSource(http, { url, clientId, proof, scope: rule.scope, now });
      return () => {
        let token = "";
        return {
          prepare: async () => {
            token = await tokens.get();
          },
          headers: () => ({ authorization: `Bearer ${token}` }),
          renew: () => tokens.forget(token),
        };
      };
    }
    case "mutual-tls": {
      // The connection carries it; here it is only made sure that it can.
      assertKeyPair(
        neededText(secrets.certificate, "certificate"),
        neededText(secrets.certificateKey, "certificate key"),
      );
      if (baseUrl.protocol !== "https:") throw noTls(baseUrl);
      return constant({});
    }
    case "totp": {
      const secret = parseBase32(needed(secrets.totpSecret, "TOTP secret"));
      if (secret === null || secret.length < SHORTEST_TOTP_BYTES) {
        throw unusable("TOTP secret", "a text that is not base32 of 80 bits or more");
      }
      const codes = makeOneTimeCodes(secret, rule, now, sleep);
      return () => {
        const code = codes.begin();
        return {
          prepare: code.prepare,
          headers: () => ({ [rule.header.toLowerCase()]: code.get() }),
          renew: code.renew,
        };
      };
    }
  }
}

function constant(headers: Readonly<Record<string, string>>): Factor {
  const part: FactorPart = { prepare: async () => {}, headers: () => headers, renew: null };
  return () => part;
}

function toProof(
  rule: Extract<FactorRule, { kind: "oauth-client-credentials" }>,
  secrets: ApiSecrets,
  url: URL,
): ClientProof {
  const { authentication: kind } = rule;
  if (kind !== "private-key-jwt") return { kind, secret: needed(secrets.clientSecret, "client secret") };
  const pem = neededText(secrets.privateKey, "private key");
  const key = readAssertionKey(pem, secrets.keyId ?? null, rule.algorithm);
  return { kind, key, audience: rule.audience ?? url.href };
}

/** A secret that goes into a header or a form. */
function needed(secret: string | null | undefined, what: string): string {
  const text = neededText(secret, what);
  if (/^[\x20-\x7e]+$/.test(text) && text.trim() === text) return text;
  throw unusable(what, "a value with blanks or control characters around or in it");
}

function neededText(secret: string | null | undefined, what: string): string {
  if (typeof secret === "string" && secret !== "") return secret;
  throw unusable(what, "nothing");
}

function unusable(what: string, value: string): UsageError {
  return new UsageError({
    place: `the API's ${what}`,
    value,
    expected: "the value the carrier gave out",
    todo: "set it in the environment or the file that the configuration names",
  });
}

function noTls(baseUrl: URL): UsageError {
  return new UsageError({
    place: "the API's address",
    value: baseUrl.origin,
    expected: "https, because the contract wants a client certificate",
    todo: "correct the url in the settings, or the contract's factors",
  });
}
