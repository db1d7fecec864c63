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
}

export interface TokenDesk {
  /** Answers a token request: the `Authorization` header, if any, and the form in its body. */
  readonly issue: (authorization: string | undefined, form: URLSearchParams) => ApiReply;
  /** Whether an `Authorization` header holds a token that is ours and has not expired. */
  readonly accepts: (authorization: string | undefined) => boolean;
}

/**
 * Makes the token end-point of OAuth 2, client credentials only; the client
 * names itself in the form or by HTTP Basic.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
export function makeTokenDesk(options: TokenDeskOptions): TokenDesk {
  const { clientId, clientSecret, expiresInSeconds, monotonicMs } = options;
  const expiryByToken = new Map<string, number>();
  const dropExpired = (): void => {
    for (const [token, expiry] of expiryByToken) if (expiry <= monotonicMs()) expiryByToken.delete(token);
  };
  return {
    issue: (authorization, form) => {
      if (form.get("grant_type") !== "client_credentials") {
        return toJsonReply(400, { error: "unsupported_grant_type" });
      }
      const { id, secret } = parseBasic(authorization) ?? {
        id: form.get("client_id") ?? "",
        secret: form.get("client_secret") ?? "",
      };
      if (!(isSameSecret(id, clientId) && isSameSecret(secret, clientSecret))) {
        return toJsonReply(401, { error: "invalid_client" }, { "www-authenticate": "Basic" });
      }
      dropExpired();
      const token = randomBytes(32).toString("base64url");
      expiryByToken.set(token, monotonicMs() + expiresInSeconds * 1000);
      return toJsonReply(
        200,
        { access_token: token, token_type: "Bearer", expires_in: expiresInSeconds },
        { "cache-control": "no-store" },
      );
    },
    accepts: (authorization) => {
      const token = /^Bearer (.+)$/i.exec(authorization ?? "")?.[1];
      const expiry = token === undefined ? undefined : expiryByToken.get(token);
      return expiry !== undefined && expiry > monotonicMs();
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
