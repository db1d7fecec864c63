import { createHmac, createSecretKey } from "node:crypto";
import type { HmacRule } from "../verifier-rule.ts";
import type { Verifier } from "./verifier.ts";
import {
  assertActiveSecrets,
  checkTimestamp,
  decodeBase64,
  findOnlyHeader,
  matchDigest,
  refuse,
} from "./verifier.ts";

const DIGEST_BYTES: Readonly<Record<HmacRule["algorithm"], number>> = { sha256: 32, sha512: 64, sha1: 20 };

/**
 * Makes the verifier of an HMAC over the body's bytes as they came. With a
 * timestamp in the rule, that is part of what is signed and must be near `now`;
 * without one, a delivery that was overheard can be sent again for ever, which
 * changes nothing, because the same delivery counts once.
 *
 * @param secrets one or two, each the key's text in UTF-8
 * @param now UTC epoch milliseconds
 * @throws UsageError for any other number of secrets
 */
export function makeHmacVerifier(rule: HmacRule, secrets: readonly string[], now: () => number): Verifier {
  assertActiveSecrets(secrets, rule.secret);
  const { header, algorithm, timestamp } = rule;
  const keys = secrets.map((secret) => createSecretKey(secret, "utf8"));
  const signedParts = timestamp?.signed.split(/(\{timestamp\}|\{body\})/) ?? ["{body}"];
  return (request) => {
    const given = findOnlyHeader(request, header);
    if (given.kind === "refused") return given;
    const signature = decodeSignature(given.value, rule);
    if (signature === undefined) return refuse("malformed");
    let signedAt = "";
    if (timestamp !== null) {
      const found = findOnlyHeader(request, timestamp.header);
      if (found.kind === "refused") return found;
      const refused = checkTimestamp(found.value, timestamp.toleranceSeconds, now());
      if (refused !== undefined) return refused;
      signedAt = found.value;
    }
    const digests = keys.map((key) => {
      const hmac = createHmac(algorithm, key);
      for (const part of signedParts) {
        if (part === "{body}") hmac.update(request.body);
        else hmac.update(part === "{timestamp}" ? signedAt : part);
      }
      return hmac.digest();
    });
    return matchDigest(digests, signature);
  };
}

/** The signature's bytes, exactly as many as the algorithm makes. */
function decodeSignature(text: string, { prefix, encoding, algorithm }: HmacRule): Uint8Array | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const encoded = text.slice(prefix.length);
  const sizeBytes = DIGEST_BYTES[algorithm];
  if (encoding === "base64") return decodeBase64(encoded, sizeBytes);
  return encoded.length === 2 * sizeBytes && /^[0-9A-Fa-f]+$/.test(encoded)
    ? Buffer.from(encoded, "hex")
    : undefined;
}
