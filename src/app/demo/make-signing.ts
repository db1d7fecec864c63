import type { KeyObject } from "node:crypto";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { SigningScheme } from "../../sandbox/carrier/sign-delivery.ts";
import type { VerifierRule } from "../../sources/verifier-rule.ts";
import type { KeySet } from "../../sources/webhook/key-set.ts";
import { parseKeySet } from "../../sources/webhook/key-set.ts";
import { makeVerifiers } from "../../sources/webhook/make-verifiers.ts";
import type { WebhookVerifier } from "../../sources/webhook/receiver.ts";

/** Both ends of a webhook that belong together. */
export interface Signing {
  /** For the simulated carrier. */
  readonly schemes: readonly SigningScheme[];
  /** For the receiver. */
  readonly verifiers: readonly WebhookVerifier[];
}

/**
 * Makes secrets for one run, for all that a contract's verifiers want. There
 * are no certificates in a demo: a shared key stands for a client's.
 *
 * @param now UTC epoch milliseconds
 */
export async function makeSigning(
  contractRules: readonly VerifierRule[],
  now: () => number,
): Promise<Signing> {
  const rules = contractRules.map((rule) =>
    rule.kind === "mutual-tls"
      ? { kind: "shared-key" as const, header: "client-certificate", secret: "certificate" }
      : rule,
  );
  const secrets = new Map<string, string>();
  const secretOf = (name: string): string =>
    secrets.getOrInsertComputed(name, () => `whsec_${randomBytes(32).toString("base64")}`);
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const keySet: KeySet = await parseKeySet(
    Buffer.from(JSON.stringify({ keys: [publicKey.export({ format: "jwk" })] })),
    "the demo's key set",
  );
  return {
    schemes: rules.map((rule) => toScheme(rule, secretOf, privateKey)),
    verifiers: makeVerifiers(
      rules,
      {
        readSecrets: (name) => [secretOf(name)],
        keySet: () => keySet,
        asksForCertificates: false,
        now,
      },
      () => undefined,
    ),
  };
}

function toScheme(
  rule: Exclude<VerifierRule, { readonly kind: "mutual-tls" }>,
  secretOf: (name: string) => string,
  privateKey: KeyObject,
): SigningScheme {
  switch (rule.kind) {
    case "shared-key":
      return { ...rule, key: secretOf(rule.secret) };
    case "hmac":
      return { ...rule, secret: secretOf(rule.secret) };
    case "standard-webhooks":
      return { ...rule, secrets: [secretOf(rule.secret)] };
    case "jwt": {
      const { kind, header, issuer, audience, subject, type } = rule;
      const claims = Object.entries({ iss: issuer, aud: audience, sub: subject }).flatMap(([name, value]) =>
        value === null ? [] : [[name, value] as const],
      );
      return {
        kind,
        header,
        algorithm: "EdDSA",
        privateKey,
        keyId: null,
        claims: Object.fromEntries(claims),
        type,
      };
    }
  }
}
