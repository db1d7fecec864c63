import { constants, createHmac, createPrivateKey, type KeyObject, sign } from "node:crypto";

/** How the carrier shows that a delivery is its own. */
export type SigningScheme =
  | { readonly kind: "shared-key"; readonly header: string; readonly key: string }
  | {
      readonly kind: "hmac";
      readonly header: string;
      readonly algorithm: "sha256" | "sha512" | "sha1";
      readonly encoding: "hex" | "base64";
      readonly prefix: string;
      readonly secret: string;
      /** `null`: no time is signed. */
      readonly timestamp: { readonly header: string; readonly signed: string } | null;
    }
  | {
      readonly kind: "standard-webhooks";
      readonly prefix: string;
      /** `whsec_…` or, for Ed25519, `whsk_…`; with several, each signs. */
      readonly secrets: readonly string[];
    }
  | {
      readonly kind: "jwt";
      readonly header: string;
      readonly algorithm: "RS256" | "PS256" | "ES256" | "EdDSA";
      readonly privateKey: KeyObject;
      readonly keyId: string | null;
      /** `iat` and `exp` are added. */
      readonly claims: Readonly<Record<string, string>>;
      readonly type: string | null;
    };

/** What is signed: one attempt to deliver. */
export interface Attempt {
  readonly id: string;
  /** UTC epoch milliseconds. */
  readonly at: number;
  readonly body: Buffer;
}

/** Makes the headers that all schemes together want. */
export function signDelivery(schemes: readonly SigningScheme[], attempt: Attempt): Record<string, string> {
  return Object.assign({}, ...schemes.map((scheme) => toHeaders(scheme, attempt)));
}

function toHeaders(scheme: SigningScheme, { id, at, body }: Attempt): Record<string, string> {
  const seconds = Math.floor(at / 1000);
  switch (scheme.kind) {
    case "shared-key":
      return { [scheme.header]: scheme.key };
    case "hmac": {
      const { header, algorithm, encoding, prefix, secret, timestamp } = scheme;
      const [before = "", after = ""] = (timestamp?.signed ?? "{body}")
        .replace("{timestamp}", String(seconds))
        .split("{body}");
      const signed = Buffer.concat([Buffer.from(before), body, Buffer.from(after)]);
      const signature = createHmac(algorithm, secret).update(signed).digest(encoding);
      return {
        [header]: prefix + signature,
        ...(timestamp === null ? {} : { [timestamp.header]: String(seconds) }),
      };
    }
    case "standard-webhooks": {
      const signed = Buffer.concat([Buffer.from(`${id}.${seconds}.`), body]);
      return {
        [`${scheme.prefix}-id`]: id,
        [`${scheme.prefix}-timestamp`]: String(seconds),
        [`${scheme.prefix}-signature`]: scheme.secrets
          .map((secret) => signStandard(secret, signed))
          .join(" "),
      };
    }
    case "jwt":
      return { [scheme.header]: `Bearer ${makeToken(scheme, seconds)}` };
  }
}

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8. */
const ED25519_PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

function signStandard(secret: string, signed: Buffer): string {
  const bytes = Buffer.from(secret.slice(secret.indexOf("_") + 1), "base64");
  if (secret.startsWith("whsec_")) return `v1,${createHmac("sha256", bytes).update(signed).digest("base64")}`;
  const key = createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8, bytes]),
    format: "der",
    type: "pkcs8",
  });
  return `v1a,${sign(null, signed, key).toString("base64")}`;
}

const TOKEN_SECONDS = 600;

function makeToken(
  { algorithm, privateKey, keyId, claims, type }: SigningScheme & { readonly kind: "jwt" },
  seconds: number,
): string {
  const header = {
    alg: algorithm,
    ...(keyId === null ? {} : { kid: keyId }),
    ...(type === null ? {} : { typ: type }),
  };
  const payload = { ...claims, iat: seconds, exp: seconds + TOKEN_SECONDS };
  const signed = [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${signed}.${signToken(algorithm, Buffer.from(signed), privateKey).toString("base64url")}`;
}

/** @see https://www.rfc-editor.org/rfc/rfc7518#section-3 */
function signToken(
  algorithm: (SigningScheme & { readonly kind: "jwt" })["algorithm"],
  signed: Buffer,
  key: KeyObject,
): Buffer {
  switch (algorithm) {
    case "RS256":
      return sign("sha256", signed, key);
    case "PS256":
      return sign("sha256", signed, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
    case "ES256":
      return sign("sha256", signed, { key, dsaEncoding: "ieee-p1363" });
    case "EdDSA":
      return sign(null, signed, key);
  }
}
