import { getOwn, toText } from "./compile-path.ts";
import type { AssertionKey } from "./factors/client-assertion.ts";
import { makeAssertion } from "./factors/client-assertion.ts";
import type { HttpClient, HttpRequest, SignedParts } from "./http-client.ts";
import { HttpFailure } from "./http-failure.ts";
import type { HttpReply } from "./http-reply.ts";
import { parseJson } from "./parse-json.ts";

/** OAuth 2 access tokens by client credentials. */
export interface TokenSource {
  /**
   * The token in use, or a new one; many callers at once make one request.
   *
   * @throws HttpFailure `TOKEN_REFUSED`, `TOKEN_UNAVAILABLE`, or what kept the request from an answer
   */
  readonly get: () => Promise<string>;
  /** Drops a token that was refused; a newer one stays. */
  readonly forget: (token: string) => void;
}

interface Token {
  readonly value: string;
  /** UTC epoch milliseconds. */
  readonly usableUntil: number;
}

/** A token is used for this share of its life, so that none runs out on its way. */
const USED_SHARE = 0.8;
/** `expires_in` is recommended, not required; this is short enough for any service that leaves it out. */
const DEFAULT_LIFE_SECONDS = 300;
const LONGEST_LIFE_SECONDS = 24 * 3600;
const PLACE = "OAuth token";
/** @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const BEARER = /^[A-Za-z0-9\-._~+/]+=*$/;

/** How the client says who it is when it asks for a token. */
export type ClientProof =
  | { readonly kind: "basic" | "post"; readonly secret: string }
  | { readonly kind: "private-key-jwt"; readonly key: AssertionKey; readonly audience: string };

interface TokenSettings {
  readonly url: URL;
  readonly clientId: string;
  readonly proof: ClientProof;
  readonly scope: string | null;
  readonly now: () => number;
}

/**
 * Makes a source of access tokens: fetched when first needed, kept for 80 % of
 * their life.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
export function makeTokenSource(http: HttpClient, settings: TokenSettings): TokenSource {
  let kept: Token | null = null;
  let fetching: Promise<Token> | null = null;

  const fetchToken = async (): Promise<Token> => {
    const askedAt = settings.now();
    const reply = await http.send(toRequest(settings));
    return parseToken(reply, askedAt);
  };
  return {
    async get() {
      if (kept !== null && settings.now() < kept.usableUntil) return kept.value;
      fetching ??= fetchToken().finally(() => {
        fetching = null;
      });
      kept = await fetching;
      return kept.value;
    },
    forget(token) {
      if (kept?.value === token) kept = null;
    },
  };
}

function toRequest({ url, clientId, proof, scope, now }: TokenSettings): HttpRequest {
  const form = { grant_type: "client_credentials", ...(scope === null ? {} : { scope }) };
  const sign = (): SignedParts => {
    switch (proof.kind) {
      case "basic": {
        // Both are form-encoded before they are joined: RFC 6749, section 2.3.1.
        const pair = `${toFormText(clientId)}:${toFormText(proof.secret)}`;
        const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
        return { headers: { authorization }, body: toForm(form) };
      }
      case "post":
        return { body: toForm({ ...form, client_id: clientId, client_secret: proof.secret }) };
      case "private-key-jwt":
        // A new one each time: an assertion holds once.
        return {
          body: toForm({
            ...form,
            client_id: clientId,
            client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            client_assertion: makeAssertion(proof.key, { clientId, audience: proof.audience, now: now() }),
          }),
        };
    }
  };
  const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded" };
  return { place: PLACE, method: "POST", url, headers, body: null, sign };
}

function toForm(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}

function toFormText(text: string): string {
  return toForm({ x: text }).slice("x=".length);
}

function parseToken(reply: HttpReply, askedAt: number): Token {
  const { httpStatus } = reply;
  if (httpStatus === 429 || httpStatus >= 500) throw unavailable(`HTTP ${httpStatus}`);
  if (httpStatus !== 200) throw refused(`HTTP ${httpStatus}`);
  let body: unknown;
  try {
    body = parseJson(reply.bytes, PLACE);
  } catch {
    throw refused("a reply that is not JSON");
  }
  // A token may be longer than any other text we read, so it is taken as it is.
  const value = getOwn(body, "access_token");
  if (typeof value !== "string" || !BEARER.test(value)) throw refused("a reply without access_token");
  const type = toText(getOwn(body, "token_type")) ?? "Bearer";
  if (type.toLowerCase() !== "bearer") throw refused("a token that is no bearer token");
  const life = Number(toText(getOwn(body, "expires_in")) ?? DEFAULT_LIFE_SECONDS);
  const lifeSeconds =
    Number.isFinite(life) && life > 0 ? Math.min(life, LONGEST_LIFE_SECONDS) : DEFAULT_LIFE_SECONDS;
  return { value, usableUntil: askedAt + lifeSeconds * 1000 * USED_SHARE };
}

function refused(value: string): HttpFailure {
  return new HttpFailure("TOKEN_REFUSED", {
    place: PLACE,
    value,
    expected: "HTTP 200 with a bearer token in access_token",
    todo: "check the client id, its secret or private key, this machine's clock, and tokenUrl in the contract",
  });
}

function unavailable(value: string): HttpFailure {
  return new HttpFailure("TOKEN_UNAVAILABLE", {
    place: PLACE,
    value,
    expected: "HTTP 200 with a bearer token in access_token",
    todo: "check the service's state; the next run fetches what is missing",
  });
}
