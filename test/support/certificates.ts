import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Whether tests that need certificates are to be run. In CI they always are:
 * there a missing openssl has to be noticed.
 */
export const CAN_MAKE_CERTIFICATES =
  Boolean(process.env.CI) || spawnSync("openssl", ["version"]).status === 0;

/** A certificate with its private key; PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWish {
  /** As openssl takes it: `/C=NL/O=Carrier/CN=webhooks`. */
  readonly subject: string;
  /** As openssl takes it: `DNS:a.example,IP:127.0.0.1`. */
  readonly names?: string;
  readonly use?: "serverAuth" | "clientAuth";
  /** -1: it has expired. */
  readonly days?: number;
}

/** An authority that lives as long as the folder of its files. */
export interface Authority {
  readonly cert: string;
  readonly issue: (wish: CertificateWish) => Certified;
  readonly remove: () => void;
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Makes a certificate authority with openssl. */
export function makeAuthority(name: string): Authority {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-ca-"));
  const openssl = (...args: readonly string[]) =>
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  const ca = ["-CA", "ca.pem", "-CAkey", "ca.key"];
  openssl(
    "req",
    "-x509",
    ...KEY,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-days",
    "40",
    "-subj",
    `/CN=${name}`,
  );
  return {
    cert: read("ca.pem"),
    issue({ subject, names, use, days = 20 }) {
      openssl(
        "req",
        "-new",
        ...KEY,
        "-keyout",
        "own.key",
        "-out",
        "own.csr",
        "-subj",
        subject,
        ...extend(names, use),
      );
      const request = ["-req", "-in", "own.csr", "-copy_extensions", "copy", "-out", "own.pem"];
      openssl("x509", ...request, ...ca, "-days", String(days));
      return { cert: read("own.pem"), key: read("own.key") };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function extend(names: string | undefined, use: string | undefined): readonly string[] {
  const extensions = [
    "basicConstraints=CA:false",
    ...(names === undefined ? [] : [`subjectAltName=${names}`]),
    ...(use === undefined ? [] : [`extendedKeyUsage=${use}`]),
  ];
  return extensions.flatMap((extension) => ["-addext", extension]);
}
