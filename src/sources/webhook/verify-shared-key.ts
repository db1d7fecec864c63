import { hash, randomBytes } from "node:crypto";
import type { SharedKeyRule } from "../verifier-rule.ts";
import type { Verifier } from "./verifier.ts";
import { assertActiveSecrets, findOnlyHeader, matchDigest, toSecretError } from "./verifier.ts";

/** What a header carries unchanged, whoever reads it. */
const PLAIN = /^[\x20-\x7e]+$/;

/**
 * Makes the verifier of a shared key in a header. The time it takes tells
 * nothing about the key.
 *
 * @param secrets one or two
 * @throws UsageError for any other number, or a secret that no header can carry
 */
export function makeSharedKeyVerifier(
  { header, secret }: Pick<SharedKeyRule, "header" | "secret">,
  secrets: readonly string[],
): Verifier {
  assertActiveSecrets(secrets, secret);
  if (!secrets.every((one) => PLAIN.test(one))) {
    throw toSecretError(
      secret,
      "a secret with other characters",
      "a key of plain ASCII, as a header holds it",
    );
  }
  // Digests have one length, which timingSafeEqual wants; the random key keeps them from being prepared.
  const pepper = randomBytes(32).toString("hex");
  const digest = (text: string) => hash("sha256", pepper + text, "buffer");
  const expected = secrets.map(digest);
  return (request) => {
    const given = findOnlyHeader(request, header);
    return given.kind === "refused" ? given : matchDigest(expected, digest(given.value));
  };
}
