import type { KeyObject } from "node:crypto";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { UsageError } from "../../domain/errors.ts";

/** What can be said of a certificate without showing it. */
export interface CertificateFacts {
  /** As X.509 writes it, on one line. */
  readonly subject: string;
  /** UTC epoch milliseconds. */
  readonly validFrom: number;
  readonly validTo: number;
}

/**
 * Reads the first certificate of a PEM text: the client's own, where a chain follows.
 *
 * @param what such as `certificate`, for messages
 * @throws UsageError
 */
export function readCertificate(pem: string, what: string): CertificateFacts {
  const certificate = parseCertificate(pem, what);
  return {
    subject: certificate.subject.replaceAll("\n", ", "),
    validFrom: certificate.validFromDate.getTime(),
    validTo: certificate.validToDate.getTime(),
  };
}

/**
 * Makes sure that a certificate and a private key belong together, before a
 * handshake fails without a reason.
 *
 * @throws UsageError, which shows nothing of the key
 */
export function assertKeyPair(certificatePem: string, keyPem: string): void {
  const certificate = parseCertificate(certificatePem, "certificate");
  let key: KeyObject;
  try {
    key = createPrivateKey(keyPem);
  } catch {
    throw wrong("certificate key", "a text that is no private key, or one with a passphrase");
  }
  if (!certificate.checkPrivateKey(key)) {
    throw wrong("certificate key", "a key that does not belong to the certificate");
  }
}

function parseCertificate(pem: string, what: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw wrong(what, "a text that is no certificate");
  }
}

function wrong(what: string, value: string): UsageError {
  return new UsageError({
    place: `the API's ${what}`,
    value,
    expected: "PEM: the client's certificate, its chain behind it, and in another place its private key",
    todo: "name the file or variable with what the carrier signed",
  });
}
