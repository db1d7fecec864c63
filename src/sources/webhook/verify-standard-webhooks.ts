import type { KeyObject } from "node:crypto";
import { createHmac, createPublicKey, createSecretKey, timingSafeEqual, verify } from "node:crypto";
import type { StandardWebhooksRule } from "../verifier-rule.ts";
import type { Verifier } from "./verifier.ts";
import {
  assertActiveSecrets,
  checkTimestamp,
  decodeBase64,
  findOnlyHeader,
  refuse,
  toSecretError,
} from "./verifier.ts";

const ID = /^[A-Za-z0-9_-]{1,128}$/;
/** A version and its signature; versions that are not known here are passed over. */
const SIGNATURE = /^(v[0-9]{1,3}[a-z]?),([A-Za-z0-9+/]{1,200}={0,2})$/;
const MOST_SIGNATURES = 5;
const HMAC_BYTES = 32;
const ED25519_BYTES = 64;

/**
 * Makes the verifier of Standard Webhooks, `v1` (HMAC-SHA256) and `v1a`
 * (Ed25519), over the bytes as they came: the reference library signs them as
 * text, in which two bodies with other broken UTF-8 are the same.
 *
 * @param secrets one or two: `whsec_…`, or for `v1a` the public key `whpk_…`
 * @param now UTC epoch milliseconds
 * @throws UsageError for anything else
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function makeStandardWebhooksVerifier(
  { prefix, toleranceSeconds, secret }: StandardWebhooksRule,
  secrets: readonly string[],
  now: () => number,
): Verifier {
  assertActiveSecrets(secrets, secret);
  const keys = secrets.map((text) => parseKey(text, secret));
  return (request) => {
    const id = findOnlyHeader(request, `${prefix}-id`);
    if (id.kind === "refused") return id;
    const timestamp = findOnlyHeader(request, `${prefix}-timestamp`);
    if (timestamp.kind === "refused") return timestamp;
    const signature = findOnlyHeader(request, `${prefix}-signature`);
    if (signature.kind === "refused") return signature;
    if (!ID.test(id.value)) return refuse("malformed");
    const signatures = parseSignatures(signature.value);
    if (signatures === undefined) return refuse("malformed");
    const refused = checkTimestamp(timestamp.value, toleranceSeconds, now());
    if (refused !== undefined) return refused;
    const signed = Buffer.concat([Buffer.from(`${id.value}.${timestamp.value}.`), request.body]);
    const keyNumber = keys.map((key) => hasSigned(key, signed, signatures)).lastIndexOf(true) + 1;
    return keyNumber === 0 ? refuse("mismatch") : { kind: "accepted", keyNumber, keyCount: keys.length };
  };
}

interface Signature {
  readonly version: string;
  readonly encoded: string;
}

/** The signatures of a list; `undefined` when one is malformed or there are too many. */
function parseSignatures(list: string): readonly Signature[] | undefined {
  const entries = list.split(" ", MOST_SIGNATURES + 1);
  if (entries.length > MOST_SIGNATURES) return undefined;
  const signatures: Signature[] = [];
  for (const entry of entries) {
    const [, version, encoded] = SIGNATURE.exec(entry) ?? [];
    if (version === undefined || encoded === undefined) return undefined;
    signatures.push({ version, encoded });
  }
  return signatures;
}

/** Compares with all signatures, whichever it is. */
function hasSigned(key: KeyObject, signed: Uint8Array, signatures: readonly Signature[]): boolean {
  if (key.type === "public") {
    return decodeAll(signatures, "v1a", ED25519_BYTES)
      .map((signature) => verify(null, signed, key, signature))
      .includes(true);
  }
  const digest = createHmac("sha256", key).update(signed).digest();
  return decodeAll(signatures, "v1", HMAC_BYTES)
    .map((signature) => timingSafeEqual(digest, signature))
    .includes(true);
}

function decodeAll(signatures: readonly Signature[], wanted: string, sizeBytes: number): Uint8Array[] {
  return signatures
    .filter(({ version }) => version === wanted)
    .flatMap(({ encoded }) => decodeBase64(encoded, sizeBytes) ?? []);
}

const [LEAST_SECRET_BYTES, MOST_SECRET_BYTES] = [24, 64];
const PUBLIC_KEY_BYTES = 32;

function parseKey(text: string, secretName: string): KeyObject {
  const [, kind, encoded = ""] = /^(whsec|whpk)_(.*)$/.exec(text) ?? [];
  const size = Buffer.from(encoded, "base64").length;
  const bytes = decodeBase64(encoded, size);
  if (kind === "whsec" && bytes !== undefined && size >= LEAST_SECRET_BYTES && size <= MOST_SECRET_BYTES) {
    return createSecretKey(bytes);
  }
  if (kind === "whpk" && bytes !== undefined && size === PUBLIC_KEY_BYTES) {
    const x = Buffer.from(bytes).toString("base64url");
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  }
  throw toSecretError(
    secretName,
    kind === undefined ? "a secret of another form" : `${kind}_ and no key of the right length in Base64`,
    "whsec_ and 24 to 64 bytes in Base64, or whpk_ and the 32 bytes of a public key",
  );
}
