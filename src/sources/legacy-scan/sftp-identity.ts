import type { AnyAuthMethod } from "ssh2";
import ssh2 from "ssh2";
import { UsageError } from "../../domain/errors.ts";

/** Where the scan files are, and who we are there: with a password or with a private key. */
export type SftpConnection = {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /**
   * SHA-256 fingerprints of the host key as OpenSSH prints them (`SHA256:…`):
   * today's, and during a change of key the next one's as well.
   */
  readonly hostKeyFingerprints: readonly string[];
} & (
  | { readonly password: string }
  | { readonly privateKey: string; readonly passphrase: string | undefined }
);

const FINGERPRINT = /^SHA256:[0-9A-Za-z+/]{43}=?$/;

/** The pinned fingerprints in one spelling, without padding. @throws UsageError for one that is none */
export function parsePins(fingerprints: readonly string[], place: string): ReadonlySet<string> {
  return new Set(
    fingerprints.map((fingerprint) => {
      if (FINGERPRINT.test(fingerprint)) return fingerprint.replace(/=$/, "");
      throw new UsageError({
        place,
        value: `host key fingerprint '${fingerprint}'`,
        expected: "a SHA-256 fingerprint such as ssh-keygen -lf prints, SHA256:…",
        todo: "correct hostKeys",
      });
    }),
  );
}

/** As OpenSSH prints it. @param hex SHA-256 of the host key */
export function toFingerprint(hex: string): string {
  return `SHA256:${Buffer.from(hex, "hex").toString("base64").replace(/=+$/, "")}`;
}

/** The one way we sign in. @throws UsageError when the private key cannot be read */
export function toSignIn(connection: SftpConnection, place: string): AnyAuthMethod {
  const { username } = connection;
  if ("password" in connection) return { type: "password", username, password: connection.password };
  const key = ssh2.utils.parseKey(connection.privateKey, connection.passphrase);
  if (key instanceof Error || !key.isPrivateKey()) {
    throw new UsageError({
      place,
      value: "the private key cannot be read",
      expected: "a private key in OpenSSH or PEM form, with its passphrase where it has one",
      todo: "correct the key's file or its passphrase",
    });
  }
  return { type: "publickey", username, key };
}

export function makeHostKeyError(place: string, offered: string, pins: ReadonlySet<string>): UsageError {
  const pinned = [...pins].join(" or ");
  return new UsageError({
    place,
    value: `host key ${offered}`,
    expected: pins.size === 0 ? "a pinned host key, and none is pinned" : `the pinned host key ${pinned}`,
    todo: "ask the carrier by another way whether this is its key; only then put it in hostKeys",
  });
}

export function makeSignInError(place: string, kind: string): UsageError {
  return new UsageError({
    place,
    value: `sign-in by ${kind} was refused`,
    expected: "the user and the password or key that the carrier gave out",
    todo: "correct them; it is not tried again, so that the account is not locked",
  });
}
