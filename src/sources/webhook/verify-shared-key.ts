import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { UsageError } from "../../domain/errors.ts";

/** Says whether a request is the carrier's. All verifiers of a receiver must agree. */
export type WebhookVerifier = (headers: IncomingHttpHeaders, body: Uint8Array) => boolean;

const MOST_SECRETS = 2;

/**
 * Makes the verifier of a shared key in a header. Two secrets may be active at
 * once, so that the key can be changed without losing a delivery. The time it
 * takes tells nothing about the key, nor which of the two it was.
 *
 * @param header the header's name, from the contract
 * @throws UsageError unless there are one or two secrets, none of them empty
 */
export function makeSharedKeyVerifier(header: string, secrets: readonly string[]): WebhookVerifier {
  if (secrets.length < 1 || secrets.length > MOST_SECRETS || secrets.some((secret) => secret.trim() === "")) {
    throw new UsageError({
      place: `webhook key for header '${header}'`,
      value: secrets.length === 0 ? "no secret" : `${secrets.length} secrets, or an empty one`,
      expected: "one secret, or two while the key is being changed",
      todo: "set it in the environment or the file that the configuration names",
    });
  }
  const name = header.toLowerCase();
  // Digests have one length, which timingSafeEqual wants; the random key keeps them from being prepared.
  const pepper = randomBytes(32);
  const digest = (text: string) => createHmac("sha256", pepper).update(text).digest();
  const expected = secrets.map(digest);
  return (headers) => {
    const given = headers[name];
    if (typeof given !== "string") return false;
    const actual = digest(given);
    return expected.map((one) => timingSafeEqual(one, actual)).includes(true);
  };
}
