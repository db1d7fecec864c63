import type { KeyObject } from "node:crypto";
import { constants, createPrivateKey, randomUUID, sign } from "node:crypto";
import { UsageError } from "../../domain/errors.ts";

type Algorithm = "RS256" | "PS256" | "ES256" | "EdDSA";

/** A private key that signs assertions. */
export interface AssertionKey {
  readonly key: KeyObject;
  readonly algorithm: Algorithm;
  /** By which name the carrier knows it; `null`: there is only one. */
  readonly keyId: string | null;
}

/** An assertion is used at once; a clock that is somewhat off must not make it invalid. */
const LIFE_SECONDS = 60;
const SMALLEST_RSA_BITS = 2048;

/**
 * Reads a private key and how it signs: RSA by RS256 or PS256, P-256 by ES256, Ed25519 by EdDSA.
 *
 * @param pem without passphrase
 * @param rsaAlgorithm the contract's choice for an RSA key
 * @throws UsageError, which shows nothing of the key
 */
export function readAssertionKey(
  pem: string,
  keyId: string | null,
  rsaAlgorithm: "RS256" | "PS256" | undefined,
): AssertionKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw wrongKey("a text that is no private key, or one with a passphrase");
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const algorithm = toAlgorithm(type, details?.namedCurve, rsaAlgorithm);
  if (algorithm === null) throw wrongKey(`a key of type ${type} ${details?.namedCurve ?? ""}`.trim());
  if (details?.modulusLength !== undefined && details.modulusLength < SMALLEST_RSA_BITS) {
    throw wrongKey(`an RSA key of ${details.modulusLength} bits`);
  }
  return { key, algorithm, keyId };
}

/**
 * Makes an assertion that says who the client is, for one request of a token.
 *
 * @param now UTC epoch milliseconds
 * @see https://www.rfc-editor.org/rfc/rfc7523#section-3
 */
export function makeAssertion(
  key: AssertionKey,
  { clientId, audience, now }: { readonly clientId: string; readonly audience: string; readonly now: number },
): string {
  const seconds = Math.floor(now / 1000);
  const header = {
    alg: key.algorithm,
    typ: "JWT",
    ...(key.keyId === null ? {} : { kid: key.keyId }),
  };
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: audience,
    jti: randomUUID(),
    iat: seconds,
    exp: seconds + LIFE_SECONDS,
  };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  return [...signed, toSignature(key, signed.join(".")).toString("base64url")].join(".");
}

/**
 * Signs a text as JSON Web Signatures are.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7518#section-3
 */
export function toSignature(
  { key, algorithm }: Pick<AssertionKey, "key" | "algorithm">,
  text: string,
): Buffer {
  const bytes = Buffer.from(text);
  switch (algorithm) {
    case "RS256":
      return sign("sha256", bytes, key);
    case "PS256":
      return sign("sha256", bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
    case "ES256":
      return sign("sha256", bytes, { key, dsaEncoding: "ieee-p1363" });
    case "EdDSA":
      return sign(null, bytes, key);
  }
}

function toAlgorithm(
  type: string | undefined,
  curve: string | undefined,
  rsaAlgorithm: "RS256" | "PS256" | undefined,
): Algorithm | null {
  if (type === "rsa") return rsaAlgorithm ?? "RS256";
  if (type === "rsa-pss") return "PS256";
  if (type === "ec" && curve === "prime256v1") return "ES256";
  return type === "ed25519" ? "EdDSA" : null;
}

function wrongKey(value: string): UsageError {
  return new UsageError({
    place: "the API's private key",
    value,
    expected: "PEM: RSA of 2048 bits or more, P-256 or Ed25519, without passphrase",
    todo: "name the file or variable with the key whose public half the carrier has",
  });
}
