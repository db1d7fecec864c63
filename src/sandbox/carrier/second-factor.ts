import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { ClientKey } from "./check-assertion.ts";
import { makeCodeCheck, type OneTimeCodeRule } from "./check-code.ts";

/** What Shippingstatus v4 wants besides the API key. Keys may be changed while it runs. */
export type SecondFactor =
  /** A token for the client's id and secret, or, where there are keys, for an assertion signed by one of them. */
  | { readonly kind: "bearer-token"; readonly clientKeys?: readonly ClientKey[] }
  /** Signed by one of the authorities that the listener trusts; tokens are bound to it. */
  | { readonly kind: "client-certificate" }
  | ({ readonly kind: "one-time-code" } & OneTimeCodeRule);

/** The SHA-256 fingerprint of the client's certificate; `null` without one that holds. */
export function toFingerprint(request: IncomingMessage): string | null {
  const socket = request.socket as Partial<TLSSocket>;
  return socket.authorized === true ? (socket.getPeerCertificate?.().fingerprint256 ?? null) : null;
}

/**
 * Makes a check of a request against all second factors. A code counts as used
 * only when everything else was right.
 *
 * @param acceptsToken whether an `Authorization` header holds a token given to that certificate
 */
export function makeFactorCheck(
  factors: readonly SecondFactor[],
  acceptsToken: (authorization: string | undefined, fingerprint: string | null) => boolean,
  clock: () => number,
): (request: IncomingMessage) => boolean {
  const codeChecks = factors.flatMap((factor) =>
    factor.kind === "one-time-code" ? [{ header: factor.header, check: makeCodeCheck(factor, clock) }] : [],
  );
  return (request) => {
    const fingerprint = toFingerprint(request);
    for (const { kind } of factors) {
      if (kind === "client-certificate" && fingerprint === null) return false;
      if (kind === "bearer-token" && !acceptsToken(request.headers.authorization, fingerprint)) return false;
    }
    return codeChecks.every(({ header, check }) => {
      const code = request.headers[header.toLowerCase()];
      return typeof code === "string" && check(code);
    });
  };
}
