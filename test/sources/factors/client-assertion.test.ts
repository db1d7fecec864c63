import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import { isSignedBy, makeAssertionCheck } from "../../../src/sandbox/carrier/check-assertion.ts";
import {
  makeAssertion,
  readAssertionKey,
  toSignature,
} from "../../../src/sources/factors/client-assertion.ts";
import { timeOf } from "../../support/observations.ts";
import { RFC_SIGNATURES } from "../../support/rfc-keys.ts";

const NOW = timeOf("2026-03-07T22:30:00Z");
const TO = { clientId: "bridge", audience: "https://a.example.org/token", now: NOW };

type KeyMaker = () => { readonly privateKey: string; readonly publicKey: string };
const PEM = {
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
} as const;
const rsa: KeyMaker = () => generateKeyPairSync("rsa", { modulusLength: 2048, ...PEM });
const rsaPss: KeyMaker = () => generateKeyPairSync("rsa-pss", { modulusLength: 2048, ...PEM });
const p256: KeyMaker = () => generateKeyPairSync("ec", { namedCurve: "prime256v1", ...PEM });
const ed25519: KeyMaker = () => generateKeyPairSync("ed25519", PEM);

function parseParts(assertion: string) {
  const [header = "", claims = ""] = assertion.split(".");
  return [header, claims].map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
}

describe("toSignature", () => {
  it.each(RFC_SIGNATURES)("signs as the RFC's example for $algorithm", (example) => {
    const { algorithm, jwk, text, signature, isTheOnlyOne } = example;
    const key = createPrivateKey({ key: jwk, format: "jwk" });
    const ours = toSignature({ key, algorithm }, text);
    if (isTheOnlyOne) expect(ours.toString("base64url")).toBe(signature);
    // The carrier's own check, held to the RFC's signature, accepts ours, too.
    const publicKey = createPublicKey(key);
    for (const one of [ours, Buffer.from(signature, "base64url")]) {
      expect(isSignedBy(publicKey, algorithm, text, one)).toBe(true);
      expect(isSignedBy(publicKey, algorithm, `${text}x`, one)).toBe(false);
    }
  });
});

describe("makeAssertion", () => {
  it.each([
    ["RSA", rsa, undefined, "RS256"],
    ["RSA", rsa, "PS256", "PS256"],
    ["RSA-PSS", rsaPss, undefined, "PS256"],
    ["P-256", p256, undefined, "ES256"],
    ["Ed25519", ed25519, undefined, "EdDSA"],
  ] as const)(
    "signs with a key of %s, so that the carrier takes it once",
    (_type, make, wanted, algorithm) => {
      const { privateKey, publicKey } = make();
      const assertion = makeAssertion(readAssertionKey(privateKey, "k1", wanted), TO);
      expect(parseParts(assertion)[0]).toEqual({ alg: algorithm, typ: "JWT", kid: "k1" });
      const check = makeAssertionCheck({
        clientId: "bridge",
        keys: [{ keyId: "k1", publicKey }],
        audiences: () => [TO.audience],
        clock: () => NOW,
      });
      expect(check(assertion)).toBe(true);
      expect(check(assertion)).toBe(false);
    },
  );

  it("says who, for whom and for how long, never twice the same", () => {
    const key = readAssertionKey(ed25519().privateKey, null, undefined);
    const [first, second] = [makeAssertion(key, TO), makeAssertion(key, TO)].map(parseParts);
    expect(first).toEqual([
      { alg: "EdDSA", typ: "JWT" },
      {
        iss: "bridge",
        sub: "bridge",
        aud: TO.audience,
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
        iat: NOW / 1000,
        exp: NOW / 1000 + 60,
      },
    ]);
    expect(second?.[1].jti).not.toBe(first?.[1].jti);
  });
});

describe("readAssertionKey", () => {
  it.each([
    ["no key", "secret-word", "a text that is no private key"],
    ["a public key", p256().publicKey, "a text that is no private key"],
    [
      "a short RSA key",
      generateKeyPairSync("rsa", { modulusLength: 1024, ...PEM }).privateKey,
      "an RSA key of 1024 bits",
    ],
    [
      "another curve",
      generateKeyPairSync("ec", { namedCurve: "secp384r1", ...PEM }).privateKey,
      "a key of type ec secp384r1",
    ],
    ["a key that cannot sign", generateKeyPairSync("x25519", PEM).privateKey, "a key of type x25519"],
  ])("refuses %s, and shows nothing of it", (_what, pem, value) => {
    const read = () => readAssertionKey(pem, null, undefined);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(`the API's private key: ${value}`);
    expect(read).not.toThrow(/secret-word|BEGIN/);
  });
});
