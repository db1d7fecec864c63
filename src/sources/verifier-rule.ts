import { z } from "zod";
import { HEADER_NAME } from "./header-name.ts";

/** A contract's values are texts. */
const seconds = (least: number, most: number) =>
  z
    .string()
    .regex(/^[0-9]{1,6}$/, `seconds, ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `seconds, ${least} to ${most}`);

/** The name under which the settings say where the secret is found: `serve.secrets.NAME`. */
const secretName = z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,39}$/, "a short name of letters and digits");

const USUAL_TOLERANCE_SECONDS = 300;
const tolerance = seconds(1, 3600).default(USUAL_TOLERANCE_SECONDS);

const text = z.string().min(1);

/** A key that stands in a header as it is. */
const SHARED_KEY = z.strictObject({
  kind: z.literal("shared-key"),
  header: HEADER_NAME,
  secret: secretName.default("sharedKey"),
});

/** An HMAC over the body's bytes, and a timestamp where one is signed. */
const HMAC = z.strictObject({
  kind: z.literal("hmac"),
  header: HEADER_NAME,
  /** No default: SHA-1 has to be written down to be taken. */
  algorithm: z.enum(["sha256", "sha512", "sha1"]),
  encoding: z.enum(["hex", "base64"]),
  /** What stands before the signature in its header, such as `sha256=`. */
  prefix: z
    .string()
    .regex(/^[\x21-\x7e]{0,40}$/, "a short text without blanks")
    .default(""),
  timestamp: z
    .strictObject({
      header: HEADER_NAME,
      signed: z
        .string()
        .regex(
          /^[^{}]*(\{timestamp\}[^{}]*\{body\}|\{body\}[^{}]*\{timestamp\})[^{}]*$/,
          "a text with {timestamp} and {body}, such as {timestamp}.{body}",
        )
        .default("{timestamp}.{body}"),
      toleranceSeconds: tolerance,
    })
    .optional()
    .transform((timestamp) => timestamp ?? null),
  secret: secretName.default("hmac"),
});

/** @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const STANDARD_WEBHOOKS = z.strictObject({
  kind: z.literal("standard-webhooks"),
  /** The headers are `PREFIX-id`, `PREFIX-timestamp` and `PREFIX-signature`. */
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,40}$/, "the beginning of a header's name")
    .default("webhook"),
  toleranceSeconds: tolerance,
  secret: secretName.default("standardWebhooks"),
});

const optionalText = text.optional().transform((value) => value ?? null);

/** A JSON Web Token. It says who sends, not what: it does not cover the body. */
const JWT = z.strictObject({
  kind: z.literal("jwt"),
  /** Holds `Bearer TOKEN`. */
  header: HEADER_NAME.default("authorization"),
  issuer: optionalText,
  audience: optionalText,
  subject: optionalText,
  /** The token's `typ`. */
  type: optionalText,
  /** How far the two clocks may be apart. */
  leewaySeconds: seconds(0, 300).default(30),
  /** How old a token may be, by its `iat`, which it must have then. */
  maxAgeSeconds: seconds(1, 86_400)
    .optional()
    .transform((value) => value ?? null),
});

/** A client certificate. That its chain is trusted is checked by TLS; whose it is, by this. */
const MUTUAL_TLS = z.strictObject({
  kind: z.literal("mutual-tls"),
  /** Any of them lets pass. */
  allowed: z
    .array(
      z.union(
        [
          /** A DNS name among the certificate's alternative names. */
          z.strictObject({ dns: text.transform((name) => name.toLowerCase()) }),
          /** The whole subject, `C=NL,O=Carrier,CN=webhooks`, in the certificate's own order. */
          z.strictObject({ subject: text }),
          /** The certificate's fingerprint, hexadecimal, colons or not. */
          z.strictObject({
            sha256: z
              .string()
              .regex(/^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/, "a SHA-256 fingerprint")
              .transform((hex) => hex.replaceAll(":", "").toLowerCase()),
          }),
        ],
        { error: "{ dns: NAME }, { subject: C=NL,O=Carrier,CN=webhooks } or { sha256: FINGERPRINT }" },
      ),
    )
    .min(1, "at least one certificate: an authority signs more than the carrier's"),
});

/** What a webhook verifier checks, by the contract; its secrets come from the configuration. */
export const VERIFIER_RULE = z.discriminatedUnion("kind", [
  SHARED_KEY,
  HMAC,
  STANDARD_WEBHOOKS,
  JWT,
  MUTUAL_TLS,
]);

export type VerifierRule = Readonly<z.infer<typeof VERIFIER_RULE>>;
export type VerifierKind = VerifierRule["kind"];
export type SharedKeyRule = Readonly<z.infer<typeof SHARED_KEY>>;
export type HmacRule = Readonly<z.infer<typeof HMAC>>;
export type StandardWebhooksRule = Readonly<z.infer<typeof STANDARD_WEBHOOKS>>;
export type JwtRule = Readonly<z.infer<typeof JWT>>;
export type MutualTlsRule = Readonly<z.infer<typeof MUTUAL_TLS>>;

/** The headers by which a verifier decides, as the sender is told them. */
export function headersOf(rule: VerifierRule): readonly string[] {
  switch (rule.kind) {
    case "shared-key":
    case "jwt":
      return [rule.header];
    case "hmac":
      return rule.timestamp === null ? [rule.header] : [rule.header, rule.timestamp.header];
    case "standard-webhooks":
      return ["id", "timestamp", "signature"].map((name) => `${rule.prefix}-${name}`);
    case "mutual-tls":
      return [];
  }
}
