import { z } from "zod";
import { HEADER_NAME } from "./header-name.ts";

/** A contract's values are texts. */
function numberOf(allowed: readonly string[], fallback: number) {
  return z
    .enum(allowed, { error: `one of ${allowed.join(", ")}` })
    .transform(Number)
    .default(fallback);
}

const text = z.string().min(1).optional();

/** What every request to an API carries, by the contract; keys and secrets come from the configuration. */
export const FACTOR_RULE = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("api-key"), header: HEADER_NAME }),
  z.strictObject({
    kind: z.literal("oauth-client-credentials"),
    /** A path on the API's host, or a whole https address. */
    tokenUrl: z.string().regex(/^(\/|https:\/\/)\S+$/, "a path that begins with /, or an https address"),
    scope: z
      .string()
      .optional()
      .transform((scope) => scope ?? null),
    /** Where id and secret go: the `Authorization` header, or the form; or a signed assertion in the secret's place. */
    authentication: z.enum(["basic", "post", "private-key-jwt"]).default("basic"),
    /** `aud` of the assertion; the token's address without it. */
    audience: text,
    /** How an RSA key signs; other keys allow one way only. */
    algorithm: z.enum(["RS256", "PS256"]).optional(),
  }),
  /** The client's certificate on the connection. */
  z.strictObject({ kind: z.literal("mutual-tls") }),
  z.strictObject({
    kind: z.literal("totp"),
    header: HEADER_NAME,
    digits: numberOf(["6", "7", "8"], 6),
    periodSeconds: numberOf(["15", "30", "60", "90", "120"], 30),
    algorithm: z.enum(["SHA1", "SHA256", "SHA512"]).default("SHA1"),
  }),
]);

export type FactorRule = Readonly<z.infer<typeof FACTOR_RULE>>;
type FactorKind = FactorRule["kind"];

/**
 * Which factors an API wants, and whether they are at least two of different
 * kinds: two keys are one factor.
 */
export function summariseFactors(rules: readonly FactorRule[]): {
  readonly kinds: readonly FactorKind[];
  readonly isMultiFactor: boolean;
} {
  const kinds = [...new Set(rules.map(({ kind }) => kind))];
  return { kinds, isMultiFactor: kinds.length >= 2 };
}
