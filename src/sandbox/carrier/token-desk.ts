import { randomBytes } from "node:crypto";
import { type ApiReply, toJsonReply } from "./api-exchange.ts";
import { isSameSecret } from "./is-same-secret.ts";

export interface TokenDeskOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** How long a token holds, in seconds. */
  readonly expiresInSeconds: number;
  /** A clock that never jumps, in milliseconds: a token ages in real time, whatever day is simulated. */
  readonly monotonicMs: () => number;
  /** Takes the secret's place. */
  readonly acceptsAssertion?: ((assertion: string) => boolean) | undefined;
}

export interface TokenDesk {
  /**
   * Answers a token request: the `Authorization` header, if any, and the form in its body.
   *
   * @param fingerprint of the client's certificate; the token is good with it only (RFC 8705, section 3)
   */
  readonly issue: (
    authorization: string | undefined,
    form: URLSearchParams,
    fingerprint?: string | null,
  ) => ApiReply;
  /** Whether an `Authorization` header holds a token that is ours, was given to that certificate and has not expired. */
  readonly accepts: (authorization: string | undefined, fingerprint?: string | null) => boolean;
}

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * Makes the token end-point of OAuth 2, client credentials only; the client
 * names itself in the form or by HTTP Basic, or by a signed assertion.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
export function makeTokenDesk(options: TokenDeskOptions): TokenDesk {
  const { clientId, clientSecret, expiresInSeconds, monotonicMs, acceptsAssertion } = options;
  const given = new Map<string, { readonly expiry: number; readonly fingerprint: string | null }>();
  const dropExpired = (): void => {
    for (const [token, { expiry }] of given) if (expiry <= monotonicMs()) given.delete(token);
  };
  const isClient = (authorization: string | undefined, form: URLSearchParams): boolean => {
    if (acceptsAssertion !== undefined) {
      const isAssertion = form.get("client_assertion_type") === ASSERTION_TYPE;
      return isAssertion && acceptsAssertion(form.get("client_assertion") ?? "");
    }
    const { id, secret } = parseBasic(authorization) ?? {
      id: form.get("client_id") ?? "",
      secret: form.get("client_secret") ?? "",
    };
    return isSameSecret(id, clientId) && isSameSecret(secret, clientSecret);
  };
  return {
    issue: (authorization, form, fingerprint = null) => {
      if (form.get("grant_type") !== "client_credentials") {
        return toJsonReply(400, { error: "unsupported_grant_type" });
      }
      if (!isClient(authorization, form)) {
        return toJsonReply(401, { error: "invalid_client" }, { "www-authenticate": "Basic" });
      }
      dropExpired();
      const token = randomBytes(32).toString("base64url");
      given.set(token, { expiry: monotonicMs() + expiresInSeconds * 1000, fingerprint });
      return toJsonReply(
        200,
        { access_token: token, token_type: "Bearer", expires_in: expiresInSeconds },
        { "cache-control": "no-store" },
      );
    },
    accepts: (authorization, fingerprint = null) => {
      const token = given.get(/^Bearer (.+)$/i.exec(authorization ?? "")?.[1] ?? "");
      return token !== undefined && token.expiry > monotonicMs() && token.fingerprint === fingerprint;
    },
  };
}

/** Id and secret of an HTTP Basic header, form-encoded first as OAuth wants it; `undefined` where there is none. */
function parseBasic(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [, id = "", secret = ""] = /^([^:]*):(.*)$/.exec(Buffer.from(encoded, "base64").toString()) ?? [];
  try {
    const [plainId, plainSecret] = [id, secret].map((text) => decodeURIComponent(text.replaceAll("+", " ")));
    return { id: plainId ?? "", secret: plainSecret ?? "" };
  } catch {
    return { id, secret };
  }
}
