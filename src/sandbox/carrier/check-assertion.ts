import { constants, createPublicKey, type KeyObject, verify } from "node:crypto";

/** The public half of a client's key. */
export interface ClientKey {
  readonly keyId: string | null;
  /** PEM. */
  readonly publicKey: string;
}

export interface AssertionRule {
  readonly clientId: string;
  /** Two while one is being changed; looked up at every request. */
  readonly keys: readonly ClientKey[];
  /** Any of these may be `aud`. */
  readonly audiences: () => readonly string[];
  /** UTC epoch milliseconds. */
  readonly clock: () => number;
}

/** No assertion may be good for longer. */
const MOST_SECONDS = 300;

/**
 * Makes a check of the assertions by which a client says who it is: signed by
 * one of its keys, made for us, not expired, and never seen before.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7523#section-3
 */
export function makeAssertionCheck(rule: AssertionRule): (assertion: string) => boolean {
  const seen = new Set<string>();
  return (assertion) => {
    const [header, claims, signature, ...more] = assertion.split(".");
    if (header === undefined || claims === undefined || signature === undefined || more.length > 0)
      return false;
    const { alg, kid = null } = parsePart(header);
    const isSigned = rule.keys
      .filter(({ keyId }) => keyId === kid)
      .some(({ publicKey }) =>
        isSignedBy(
          createPublicKey(publicKey),
          alg,
          `${header}.${claims}`,
          Buffer.from(signature, "base64url"),
        ),
      );
    if (!isSigned) return false;
    const { iss, sub, aud, jti, exp } = parsePart(claims);
    const seconds = rule.clock() / 1000;
    if (iss !== rule.clientId || sub !== rule.clientId || !rule.audiences().includes(String(aud)))
      return false;
    if (typeof exp !== "number" || exp <= seconds || exp > seconds + MOST_SECONDS) return false;
    if (typeof jti !== "string" || seen.has(jti)) return false;
    seen.add(jti);
    return true;
  };
}

function parsePart(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** By the key's type, never by the header alone: `none` and algorithms of another type prove nothing. */
export function isSignedBy(key: KeyObject, algorithm: unknown, text: string, signature: Buffer): boolean {
  const data = Buffer.from(text);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  switch (`${key.asymmetricKeyType} ${algorithm}`) {
    case "rsa RS256":
      return verify("sha256", data, key, signature);
    case "rsa PS256":
    case "rsa-pss PS256":
      return verify("sha256", data, { key, padding, saltLength: 32 }, signature);
    case "ec ES256":
      return verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature);
    case "ed25519 EdDSA":
      return verify(null, data, key, signature);
    default:
      return false;
  }
}
