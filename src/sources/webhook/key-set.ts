import type { LocalJWKSet } from "jose";
import { createLocalJWKSet } from "jose";
import { z } from "zod";
import { UsageError } from "../../domain/errors.ts";

/** What a token may be signed with, by the type of its key. Never `none`, and nothing that is not asymmetric. */
export const JWT_ALGORITHMS: readonly string[] = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];

/** The public keys of a sender of tokens; each finds itself by a token's header, or refuses. */
export type KeySet = readonly LocalJWKSet[];

const MOST_KEYS = 32;
const LEAST_RSA_BITS = 2048;

const KEY_SET = z.looseObject({
  keys: z
    .array(z.looseObject({ kty: z.string() }))
    .min(1)
    .max(MOST_KEYS),
});

/**
 * Reads a JSON Web Key Set. Keys that no accepted algorithm uses are left out,
 * because a published set may hold others.
 *
 * @param place the setting and the file, for messages
 * @throws UsageError when it is no key set, holds a secret or private key, or
 *   none that can be used
 * @see https://www.rfc-editor.org/rfc/rfc7517
 */
export async function parseKeySet(content: Uint8Array, place: string): Promise<KeySet> {
  const parsed = KEY_SET.safeParse(readJson(content));
  if (!parsed.success) {
    throw toError(place, "another shape", 'a JSON Web Key Set: {"keys": […]}, of 1 to 32 keys');
  }
  const { keys } = parsed.data;
  if (keys.some((key) => key.kty === "oct" || "d" in key || "k" in key)) {
    throw toError(
      place,
      "a secret or private key",
      "public keys only: the others belong to the sender alone",
    );
  }
  const usable: LocalJWKSet[] = [];
  for (const key of keys) {
    if (key.kty === "RSA" && bitsOf(key.n) < LEAST_RSA_BITS) continue;
    const own = createLocalJWKSet({ keys: [key] });
    if (await isUsable(own)) usable.push(own);
  }
  if (usable.length > 0) return usable;
  throw toError(place, "no key that can be used", `a key for signing by ${JWT_ALGORITHMS.join(", ")}`);
}

function readJson(content: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString("utf8"));
  } catch {
    return undefined;
  }
}

function bitsOf(modulus: unknown): number {
  return typeof modulus === "string" ? Buffer.from(modulus, "base64url").length * 8 : 0;
}

/** Whether any accepted algorithm takes the key; importing it also shows whether it is one. */
async function isUsable(key: LocalJWKSet): Promise<boolean> {
  const attempts = await Promise.allSettled(JWT_ALGORITHMS.map((alg) => key({ alg })));
  return attempts.some(({ status }) => status === "fulfilled");
}

function toError(place: string, value: string, expected: string): UsageError {
  return new UsageError({ place, value, expected, todo: "ask the carrier for its public keys" });
}
