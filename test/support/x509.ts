import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { systemClock } from "../../src/clock.ts";

/** A certificate and its private key, both PEM. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

/** An authority that signs certificates; its own certificate is `certificate`. */
export interface Authority extends Certified {
  readonly issue: (wish: CertificateWish) => Certified;
}

export interface CertificateWish {
  readonly commonName: string;
  /** UTC epoch milliseconds; by default from a day ago for a year. */
  readonly validFrom?: number;
  readonly validTo?: number;
  /** IPv4 addresses that it is good for. */
  readonly addresses?: readonly string[];
}

const DAY_MS = 86_400_000;

/** Makes an authority of its own, with keys that nobody else has. */
export function makeAuthority(commonName: string): Authority {
  const own = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return {
    certificate: toCertificate({ commonName }, own.publicKey, commonName, own.privateKey, true),
    key: toPem(own.privateKey),
    issue: (wish) => {
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
      return {
        certificate: toCertificate(wish, publicKey, commonName, own.privateKey, false),
        key: toPem(privateKey),
      };
    },
  };
}

function toPem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/**
 * X.509, version 3, in DER: Node signs and reads certificates, but makes none.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
function toCertificate(
  { commonName, validFrom, validTo, addresses = [] }: CertificateWish,
  publicKey: KeyObject,
  issuer: string,
  issuerKey: KeyObject,
  isAuthority: boolean,
): string {
  const now = systemClock();
  const ecdsaWithSha256 = der(0x30, oid([1, 2, 840, 10045, 4, 3, 2]));
  const extensions = [
    extension(
      [2, 5, 29, 19],
      der(0x30, isAuthority ? der(0x01, Buffer.from([0xff])) : Buffer.alloc(0)),
      true,
    ),
    ...(addresses.length === 0
      ? []
      : [
          extension(
            [2, 5, 29, 17],
            der(0x30, ...addresses.map((address) => der(0x87, Buffer.from(address.split(".").map(Number))))),
          ),
        ]),
  ];
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(12)])),
    ecdsaWithSha256,
    toName(issuer),
    der(0x30, toTime(validFrom ?? now - DAY_MS), toTime(validTo ?? now + 365 * DAY_MS)),
    toName(commonName),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, ...extensions)),
  );
  const signature = sign("sha256", body, issuerKey);
  const whole = der(0x30, body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function extension(id: readonly number[], value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [der(0x01, Buffer.from([0xff]))] : [];
  return der(0x30, oid(id), ...critical, der(0x04, value));
}

function toName(commonName: string): Buffer {
  return der(0x30, der(0x31, der(0x30, oid([2, 5, 4, 3]), der(0x0c, Buffer.from(commonName)))));
}

/** GeneralizedTime. */
function toTime(epochMs: number): Buffer {
  const text = Temporal.Instant.fromEpochMilliseconds(epochMs)
    .toString({ smallestUnit: "second" })
    .replace(/[-:T]/g, "");
  return der(0x18, Buffer.from(text));
}

function oid([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  const base128 = (number: number): number[] => {
    const digits = [number % 128];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) {
      digits.unshift(128 + (left % 128));
    }
    return digits;
  };
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, Math.floor(size / 256), size % 256];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
