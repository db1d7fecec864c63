import type { X509Certificate } from "node:crypto";
import type { MutualTlsRule } from "../verifier-rule.ts";
import type { Verifier } from "./verifier.ts";
import { refuse } from "./verifier.ts";

type Allowed = MutualTlsRule["allowed"][number];

/**
 * Makes the verifier of a client certificate: that its chain is trusted and
 * its time has not passed was checked by TLS; this says whether it is the
 * carrier's.
 */
export function makeMutualTlsVerifier({ allowed }: MutualTlsRule): Verifier {
  return ({ certificate }) => {
    if (certificate === null) return refuse("missing");
    const keyNumber = allowed.findIndex((one) => isMeant(certificate, one)) + 1;
    return keyNumber === 0
      ? refuse("unknown-key")
      : { kind: "accepted", keyNumber, keyCount: allowed.length };
  };
}

function isMeant(certificate: X509Certificate, allowed: Allowed): boolean {
  if ("sha256" in allowed)
    return certificate.fingerprint256.replaceAll(":", "").toLowerCase() === allowed.sha256;
  // The subject's common name is no name of a host, and a wildcard stands for hosts that are not the carrier's sender.
  if ("dns" in allowed) {
    return certificate.checkHost(allowed.dns, { subject: "never", wildcards: false }) !== undefined;
  }
  // One line for each part; commas within a part are escaped.
  return certificate.subject.split("\n").join(",") === allowed.subject;
}
