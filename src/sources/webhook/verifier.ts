import type { X509Certificate } from "node:crypto";
import { timingSafeEqual } from "node:crypto";
import { UsageError } from "../../domain/errors.ts";

/** A request as a verifier sees it: what came, and nothing that was made of it. */
export interface WebhookRequest {
  /** Names and values in turn, as they came: Node's `rawHeaders`, in which a repeated header is still two. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  /** The client's certificate; `null` without one whose chain TLS trusts. */
  readonly certificate: X509Certificate | null;
}

/** Why a request is refused: of the header, token or certificate that a verifier looks at. */
type RefusalReason =
  /** It is not there. */
  | "missing"
  /** A header is there more than once, so that two readers could see two values. */
  | "repeated"
  /** It is not of the form that it must have. */
  | "malformed"
  /** Its time is too long ago, or in the future. */
  | "untimely"
  /** It is of a key or certificate that is not among the configured ones. */
  | "unknown-key"
  /** The token is genuine, but from or for somebody else. */
  | "wrong-claim"
  /** The key or signature is not the expected one. */
  | "mismatch";

export type Verdict = Refused | Accepted;

interface Refused {
  readonly kind: "refused";
  readonly reason: RefusalReason;
}

interface Accepted {
  readonly kind: "accepted";
  /** Which of the active keys it was, by its place among them, from 1. */
  readonly keyNumber: number;
  readonly keyCount: number;
}

/** Says whether a request is the carrier's, and why not. Never throws for what a request holds. */
export type Verifier = (request: WebhookRequest) => Verdict | Promise<Verdict>;

export function refuse(reason: RefusalReason): Refused {
  return { kind: "refused", reason };
}

/** The value of a header that stands there exactly once. */
export function findOnlyHeader(
  { rawHeaders }: WebhookRequest,
  name: string,
): { readonly kind: "found"; readonly value: string } | Refused {
  const wanted = name.toLowerCase();
  let value: string | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== wanted) continue;
    if (value !== undefined) return refuse("repeated");
    value = rawHeaders[at + 1];
  }
  return value === undefined ? refuse("missing") : { kind: "found", value };
}

const UNIX_SECONDS = /^[0-9]{10}$/;

/**
 * Whether a time in Unix seconds may be taken. It has one spelling only: what
 * a lenient parser reads as the same number was not signed as such.
 *
 * @param now UTC epoch milliseconds
 */
export function checkTimestamp(text: string, toleranceSeconds: number, now: number): Refused | undefined {
  if (!UNIX_SECONDS.test(text)) return refuse("malformed");
  return Math.abs(now - Number(text) * 1000) > toleranceSeconds * 1000 ? refuse("untimely") : undefined;
}

/**
 * Decodes Base64 of exactly so many bytes, padded. There is one text for each
 * value: Node's own decoder also takes blanks, other alphabets and cut ends.
 */
export function decodeBase64(text: string, sizeBytes: number): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === sizeBytes && bytes.toString("base64") === text ? bytes : undefined;
}

/**
 * Whether one of the digests is the given one. All are compared, each in a
 * time that tells nothing about where they differ.
 *
 * @param expected one for each active key, all as long as `actual`
 */
export function matchDigest(expected: readonly Uint8Array[], actual: Uint8Array): Verdict {
  const keyNumber = expected.map((one) => timingSafeEqual(one, actual)).lastIndexOf(true) + 1;
  return keyNumber === 0 ? refuse("mismatch") : { kind: "accepted", keyNumber, keyCount: expected.length };
}

const MOST_SECRETS = 2;

/**
 * Two secrets may be active at once, so that one can be changed without losing
 * a delivery.
 *
 * @throws UsageError unless there are one or two, none of them empty; shows none
 */
export function assertActiveSecrets(secrets: readonly string[], secretName: string): void {
  if (secrets.length >= 1 && secrets.length <= MOST_SECRETS && secrets.every((one) => one.trim() !== ""))
    return;
  throw toSecretError(
    secretName,
    secrets.length === 0 ? "no secret" : `${secrets.length} secrets, or an empty one`,
    "one secret, or two, a line each, while it is being changed",
  );
}

/** What is wrong with a secret, which itself never appears. */
export function toSecretError(secretName: string, value: string, expected: string): UsageError {
  return new UsageError({
    place: `serve.secrets.${secretName}`,
    value,
    expected,
    todo: "correct it in the environment or the file that the configuration names",
  });
}
