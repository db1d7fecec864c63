import type { JWTVerifyOptions } from "jose";
import { errors, jwtVerify } from "jose";
import { toDate } from "../../clock.ts";
import type { JwtRule } from "../verifier-rule.ts";
import type { KeySet } from "./key-set.ts";
import { JWT_ALGORITHMS } from "./key-set.ts";
import type { Verdict, Verifier } from "./verifier.ts";
import { findOnlyHeader, refuse } from "./verifier.ts";

const BEARER = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

/**
 * Makes the verifier of a bearer JSON Web Token. It must have an expiry, and
 * every claim that the rule names. The token says who sends, never what:
 * whoever gets hold of one can send anything until it expires, so it belongs
 * behind TLS, and beside a signature where there is one.
 *
 * @param keys the keys that count at the moment
 * @param now UTC epoch milliseconds
 * @see https://www.rfc-editor.org/rfc/rfc8725 the attacks that this withstands
 */
export function makeJwtVerifier(rule: JwtRule, keys: () => KeySet, now: () => number): Verifier {
  const wanted: JWTVerifyOptions = {
    algorithms: [...JWT_ALGORITHMS],
    requiredClaims: ["exp"],
    clockTolerance: rule.leewaySeconds,
    ...(rule.issuer === null ? {} : { issuer: rule.issuer }),
    ...(rule.audience === null ? {} : { audience: rule.audience }),
    ...(rule.subject === null ? {} : { subject: rule.subject }),
    ...(rule.type === null ? {} : { typ: rule.type }),
    ...(rule.maxAgeSeconds === null ? {} : { maxTokenAge: rule.maxAgeSeconds }),
  };
  return async (request) => {
    const given = findOnlyHeader(request, rule.header);
    if (given.kind === "refused") return given;
    const [, token] = BEARER.exec(given.value) ?? [];
    if (token === undefined) return refuse("malformed");
    const at = now();
    return verifyToken(token, keys(), { ...wanted, currentDate: toDate(at) }, at);
  };
}

/** Tries each key that the token's header may mean: without a `kid`, that may be several. */
async function verifyToken(
  token: string,
  keys: KeySet,
  wanted: JWTVerifyOptions,
  now: number,
): Promise<Verdict> {
  let refused = refuse("unknown-key");
  for (const [index, key] of keys.entries()) {
    try {
      const { payload } = await jwtVerify(token, key, wanted);
      const latest = Math.floor(now / 1000) + Number(wanted.clockTolerance);
      // The library looks at the time of issue only where it also limits the age.
      if (payload.iat !== undefined && payload.iat > latest) return refuse("untimely");
      return { kind: "accepted", keyNumber: index + 1, keyCount: keys.length };
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) continue;
      refused = toRefusal(error);
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) return refused;
    }
  }
  return refused;
}

const TIME_CLAIMS = ["exp", "nbf", "iat"];

function toRefusal(error: unknown): ReturnType<typeof refuse> {
  if (error instanceof errors.JWTExpired) return refuse("untimely");
  if (error instanceof errors.JWTClaimValidationFailed) {
    const isTime = error.reason === "check_failed" && TIME_CLAIMS.includes(error.claim);
    return refuse(isTime ? "untimely" : "wrong-claim");
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return refuse("mismatch");
  return refuse("malformed");
}
