import { constants, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { UsageError } from "../../domain/errors.ts";
import type { NamedFile } from "../watch-files.ts";
import { readNamed } from "../watch-files.ts";

/** What a server with TLS is made of; given to Node as it is. */
export interface TlsOptions {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly passphrase: string | undefined;
  /** Who signs client certificates; with it, nobody gets in without one. */
  readonly ca: Buffer | undefined;
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: "TLSv1.2";
  readonly secureOptions: number;
}

/**
 * Makes a server's TLS of the contents of its files, PEM.
 *
 * @param clientCa `undefined`: clients need no certificate
 * @param place the settings, for messages
 * @throws UsageError when certificate and key cannot be read or do not belong together
 */
export function makeTlsOptions(
  {
    certificate,
    privateKey,
    clientCa,
  }: Readonly<Record<"certificate" | "privateKey", Buffer>> & {
    readonly clientCa: Buffer | undefined;
  },
  passphrase: string | undefined,
  place: string,
): TlsOptions {
  const options: TlsOptions = {
    cert: certificate,
    key: privateKey,
    passphrase,
    ca: clientCa,
    requestCert: clientCa !== undefined,
    rejectUnauthorized: clientCa !== undefined,
    minVersion: "TLSv1.2",
    // A resumed session would skip the look at the client's certificate.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  };
  try {
    createSecureContext({ ...options, passphrase, ca: clientCa });
    splitPem(certificate).map((pem) => new X509Certificate(pem));
    if (clientCa !== undefined && splitPem(clientCa).map((pem) => new X509Certificate(pem)).length === 0) {
      throw new Error("no certificate");
    }
  } catch (cause) {
    throw new UsageError(
      {
        place,
        // OpenSSL's messages name what is wrong and quote nothing.
        value: cause instanceof Error ? cause.message : "unreadable",
        expected: "a certificate, its own private key, and certificates of authorities, all PEM",
        todo: "correct the files; they are read again by themselves",
      },
      { cause },
    );
  }
  return options;
}

/** A certificate in one of the configured files, and when it ends. */
export interface CertificateEnd {
  readonly setting: string;
  readonly path: string;
  /** As X.509 writes it, on one line. */
  readonly subject: string;
  /** SHA-256, hexadecimal with colons. */
  readonly fingerprint: string;
  /** UTC epoch milliseconds. */
  readonly validTo: number;
}

/**
 * Says when the certificates of files end, the earliest first: each of a chain
 * or bundle counts.
 *
 * @throws UsageError when a file cannot be read, or holds no certificate
 */
export function listCertificateEnds(files: readonly NamedFile[]): readonly CertificateEnd[] {
  return files
    .flatMap((file) => splitPem(readNamed(file)).map((pem) => ({ ...file, ...readEnd(pem, file) })))
    .toSorted((a, b) => a.validTo - b.validTo);
}

function readEnd(pem: string, { setting, path }: NamedFile): Omit<CertificateEnd, keyof NamedFile> {
  try {
    const { subject, fingerprint256, validToDate } = new X509Certificate(pem);
    return {
      subject: subject.replaceAll("\n", ", "),
      fingerprint: fingerprint256,
      validTo: validToDate.getTime(),
    };
  } catch (cause) {
    throw new UsageError(
      { place: setting, value: path, expected: "certificates, PEM", todo: "correct the file" },
      { cause },
    );
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates of a chain or bundle: Node's own reader sees the first one only. */
function splitPem(content: Buffer): readonly string[] {
  return content.toString("latin1").match(PEM) ?? [];
}
