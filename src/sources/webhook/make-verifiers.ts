import { UsageError } from "../../domain/errors.ts";
import type { VerifierKind, VerifierRule } from "../verifier-rule.ts";
import type { KeySet } from "./key-set.ts";
import type { WebhookVerifier } from "./receiver.ts";
import type { Verdict, Verifier } from "./verifier.ts";
import { makeHmacVerifier } from "./verify-hmac.ts";
import { makeJwtVerifier } from "./verify-jwt.ts";
import { makeMutualTlsVerifier } from "./verify-mutual-tls.ts";
import { makeSharedKeyVerifier } from "./verify-shared-key.ts";
import { makeStandardWebhooksVerifier } from "./verify-standard-webhooks.ts";

/** What verifiers compare with. */
export interface VerifierMeans {
  /** The one or two secrets that are active under a name of `serve.secrets`; throws UsageError without any. */
  readonly readSecrets: (name: string) => readonly string[];
  /** The public keys of tokens that count at the moment; `undefined`: none are configured. */
  readonly keySet: (() => KeySet) | undefined;
  /** Whether clients are asked for certificates. */
  readonly asksForCertificates: boolean;
  /** UTC epoch milliseconds. */
  readonly now: () => number;
}

/** Told what each verifier says of each request. */
export type VerdictListener = (verifier: VerifierKind, verdict: Verdict) => void;

/**
 * Makes the verifiers that a contract names.
 *
 * @throws UsageError when the settings lack what one of them needs
 */
export function makeVerifiers(
  rules: readonly VerifierRule[],
  means: VerifierMeans,
  onVerdict: VerdictListener,
): readonly WebhookVerifier[] {
  return rules.map((rule) => {
    const verify = makeVerifier(rule, means);
    const tell = (verdict: Verdict): boolean => {
      onVerdict(rule.kind, verdict);
      return verdict.kind === "accepted";
    };
    return (request) => {
      const verdict = verify(request);
      return verdict instanceof Promise ? verdict.then(tell) : tell(verdict);
    };
  });
}

function makeVerifier(rule: VerifierRule, means: VerifierMeans): Verifier {
  const { readSecrets, keySet, asksForCertificates, now } = means;
  switch (rule.kind) {
    case "shared-key":
      return makeSharedKeyVerifier(rule, readSecrets(rule.secret));
    case "hmac":
      return makeHmacVerifier(rule, readSecrets(rule.secret), now);
    case "standard-webhooks":
      return makeStandardWebhooksVerifier(rule, readSecrets(rule.secret), now);
    case "jwt":
      if (keySet === undefined)
        throw toError("serve.jwks", "a file with the public keys of the carrier's tokens");
      return makeJwtVerifier(rule, keySet, now);
    case "mutual-tls":
      if (!asksForCertificates) {
        throw toError("serve.tls.clientCa", "a file with the authorities of the carrier's certificate");
      }
      return makeMutualTlsVerifier(rule);
  }
}

function toError(place: string, expected: string): UsageError {
  return new UsageError({
    place,
    value: "not set",
    expected,
    todo: "set it: the contract names a verifier that needs it",
  });
}
