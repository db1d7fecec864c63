import type { KeyObject } from "node:crypto";
import { constants, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { JwtRule } from "../../../src/sources/verifier-rule.ts";
import { VERIFIER_RULE } from "../../../src/sources/verifier-rule.ts";
import { parseKeySet } from "../../../src/sources/webhook/key-set.ts";
import { makeJwtVerifier } from "../../../src/sources/webhook/verify-jwt.ts";
import { aRequest, ask } from "../../support/verifiers.ts";

const NOW = 1_772_922_181;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed = generateKeyPairSync("ed25519");

const toJwk = (key: KeyObject, more: Readonly<Record<string, unknown>> = {}) => ({
  ...key.export({ format: "jwk" }),
  ...more,
});
const RSA = toJwk(rsa.publicKey, { kid: "rsa" });
const EC = toJwk(ec.publicKey, { kid: "ec" });
const ED = toJwk(ed.publicKey, { kid: "ed" });

type Json = Readonly<Record<string, unknown>>;
const encode = (part: Json | string | Buffer) =>
  Buffer.from(part instanceof Buffer || typeof part === "string" ? part : JSON.stringify(part)).toString(
    "base64url",
  );

const SIGNERS: Readonly<Record<string, (signed: Buffer) => Buffer>> = {
  RS256: (signed) => sign("sha256", signed, rsa.privateKey),
  PS256: (signed) =>
    sign("sha256", signed, {
      key: rsa.privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 32,
    }),
  RS512: (signed) => sign("sha512", signed, rsa.privateKey),
  ES256: (signed) => sign("sha256", signed, { key: ec.privateKey, dsaEncoding: "ieee-p1363" }),
  EdDSA: (signed) => sign(null, signed, ed.privateKey),
};
const KIDS: Readonly<Record<string, string>> = { RS256: "rsa", PS256: "rsa", ES256: "ec", EdDSA: "ed" };

const CLAIMS: Json = { iss: "carrier", aud: "us", sub: "webhooks", iat: NOW - 10, exp: NOW + 60 };

/** A token that passes, and what is to be different about it. */
function aToken({
  by = "RS256",
  header = {},
  claims = {},
  payload,
}: {
  readonly by?: string;
  readonly header?: Json;
  readonly claims?: Json;
  readonly payload?: string;
} = {}): string {
  const head = encode({ alg: by, kid: KIDS[by], ...header });
  const signed = `${head}.${encode(payload ?? { ...CLAIMS, ...claims })}`;
  return `${signed}.${encode(SIGNERS[by]!(Buffer.from(signed)))}`;
}

const RULE = aRule();
function aRule(overrides: Json = {}): JwtRule {
  return VERIFIER_RULE.parse({
    kind: "jwt",
    issuer: "carrier",
    audience: "us",
    subject: "webhooks",
    ...overrides,
  }) as JwtRule;
}

async function askOf(
  token: string | readonly string[],
  {
    keys = [RSA, EC, ED] as readonly Json[],
    rule = RULE,
    now = NOW,
    scheme = "Bearer ",
    header = "Authorization",
  } = {},
): Promise<string> {
  const keySet = await parseKeySet(Buffer.from(JSON.stringify({ keys })), "keys.json");
  const verify = makeJwtVerifier(
    rule,
    () => keySet,
    () => now * 1000,
  );
  return ask(verify, aRequest({ [header]: [token].flat().map((one) => scheme + one) }));
}

describe("makeJwtVerifier", () => {
  it.each([
    ["RS256", "1 of 3"],
    ["PS256", "1 of 3"],
    ["ES256", "2 of 3"],
    ["EdDSA", "3 of 3"],
  ])("takes %s, and says by which key", async (by, said) => {
    expect(await askOf(aToken({ by }))).toBe(said);
  });

  const RFC_7515_PAYLOAD =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  /** https://www.rfc-editor.org/rfc/rfc7515#appendix-A.2 and A.3; https://www.rfc-editor.org/rfc/rfc8037#appendix-A.4 */
  it.each([
    [
      "RS256",
      "eyJhbGciOiJSUzI1NiJ9",
      RFC_7515_PAYLOAD,
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
      {
        kty: "RSA",
        n: "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        e: "AQAB",
      },
      "1 of 1",
    ],
    [
      "ES256",
      "eyJhbGciOiJFUzI1NiJ9",
      RFC_7515_PAYLOAD,
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
      {
        kty: "EC",
        crv: "P-256",
        x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
      },
      "1 of 1",
    ],
    // What it signs is a sentence, so that a right signature ends in malformed claims.
    [
      "EdDSA",
      "eyJhbGciOiJFZERTQSJ9",
      "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
      { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
      "malformed",
    ],
  ])("agrees with the RFC's example of %s", async (_, header, payload, signature, key, said) => {
    const rule = aRule({ issuer: undefined, audience: undefined, subject: undefined });
    const options = { keys: [key], rule, now: 1_300_819_370 };
    expect(await askOf(`${header}.${payload}.${signature}`, options)).toBe(said);
    const changed = (signature[0] === "A" ? "B" : "A") + signature.slice(1);
    expect(await askOf(`${header}.${payload}.${changed}`, options)).toBe("mismatch");
  });

  const [head = "", body = "", signature = ""] = aToken().split(".");
  const pem = rsa.publicKey.export({ format: "pem", type: "spki" });
  const macBy = (secret: string, alg = "HS256") => {
    const signed = `${encode({ alg, kid: "rsa" })}.${body}`;
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  };
  const stranger = generateKeyPairSync("ed25519");
  const byStranger = (header: Json) => {
    const signed = `${encode({ alg: "EdDSA", ...header })}.${body}`;
    return `${signed}.${encode(sign(null, Buffer.from(signed), stranger.privateKey))}`;
  };

  const inDer = () => {
    const signed = `${encode({ alg: "ES256", kid: "ec" })}.${body}`;
    return `${signed}.${encode(sign("sha256", Buffer.from(signed), ec.privateKey))}`;
  };

  /** https://www.rfc-editor.org/rfc/rfc8725#section-2 */
  it.each([
    ["no signature, `none`", `${encode({ alg: "none" })}.${body}.`, "malformed"],
    ["`none` with a signature", `${encode({ alg: "none", kid: "rsa" })}.${body}.${signature}`, "malformed"],
    ["`NonE`", `${encode({ alg: "NonE", kid: "rsa" })}.${body}.AAAA`, "malformed"],
    ["no algorithm", `${encode({ kid: "rsa" })}.${body}.${signature}`, "malformed"],
    ["the signature cut off", `${head}.${body}.`, "malformed"],
    ["two parts", `${head}.${body}`, "malformed"],
    ["five parts, an encrypted token", `${head}.${body}.${body}.${body}.${signature}`, "malformed"],
    ["an HMAC by the public key, PEM", macBy(String(pem)), "malformed"],
    ["an HMAC by the public key's modulus", macBy(String(RSA.n)), "malformed"],
    ["an HMAC by nothing", macBy(""), "malformed"],
    ["a key of its own in the header", byStranger({ jwk: toJwk(stranger.publicKey) }), "mismatch"],
    ["an address of a key", byStranger({ jku: "https://attacker.example/keys.json" }), "mismatch"],
    ["an address of a certificate", byStranger({ x5u: "https://attacker.example/c.pem" }), "mismatch"],
    ["an unknown key's name", byStranger({ kid: "other" }), "unknown-key"],
    ["a path for a key's name", byStranger({ kid: "../../dev/null" }), "unknown-key"],
    ["a number for a key's name", byStranger({ kid: 1 }), "unknown-key"],
    ["the name of another type's key", aToken({ header: { kid: "ec" } }), "unknown-key"],
    ["a longer hash", aToken({ by: "RS512", header: { kid: "rsa" } }), "malformed"],
    [
      "another padding than the header says",
      `${encode({ alg: "PS256", kid: "rsa" })}.${body}.${signature}`,
      "mismatch",
    ],
    ["other claims", `${head}.${encode({ ...CLAIMS, aud: "others" })}.${signature}`, "mismatch"],
    [
      "an ES256 signature of zeros",
      `${encode({ alg: "ES256", kid: "ec" })}.${body}.${encode(Buffer.alloc(64))}`,
      "mismatch",
    ],
    ["an ES256 signature in DER", inDer(), "mismatch"],
    ["an unknown critical header", aToken({ header: { crit: ["exp2"], exp2: 1 } }), "malformed"],
    ["an unencoded payload", aToken({ header: { crit: ["b64"], b64: false } }), "malformed"],
    ["claims that are a list", aToken({ payload: "[]" }), "malformed"],
    ["claims that are no JSON", aToken({ payload: "{" }), "malformed"],
    ["a header that is no JSON", `${encode("{")}.${body}.${signature}`, "malformed"],
    ["padded Base64", `${head}.${body}.${signature}=`, "malformed"],
    ["a line end behind it", `${head}.${body}.${signature}\n`, "malformed"],
    ["two tokens", `${aToken()} ${aToken()}`, "malformed"],
    ["nothing", "", "malformed"],
    ["a very long one", `${head}.${body}.${"A".repeat(100_000)}`, "mismatch"],
  ])("refuses %s", async (_, token, why) => {
    expect(await askOf(token)).toBe(why);
  });

  it.each([
    ["no expiry", { exp: undefined }, "wrong-claim"],
    ["an expiry that has passed", { exp: NOW - 31 }, "untimely"],
    ["an expiry that passed just now", { exp: NOW - 29 }, "1 of 3"],
    ["an expiry that is a text", { exp: String(NOW + 60) }, "wrong-claim"],
    ["a beginning ahead", { nbf: NOW + 31 }, "untimely"],
    ["a beginning just ahead", { nbf: NOW + 29 }, "1 of 3"],
    ["a time of issue ahead", { iat: NOW + 31 }, "untimely"],
    ["a time of issue just ahead", { iat: NOW + 29 }, "1 of 3"],
    ["no time of issue", { iat: undefined }, "1 of 3"],
    ["no issuer", { iss: undefined }, "wrong-claim"],
    ["another issuer", { iss: "Carrier" }, "wrong-claim"],
    ["issuers", { iss: ["carrier"] }, "wrong-claim"],
    ["no audience", { aud: undefined }, "wrong-claim"],
    ["another audience", { aud: "others" }, "wrong-claim"],
    ["several audiences, one of them ours", { aud: ["others", "us"] }, "1 of 3"],
    ["several audiences, none of them ours", { aud: ["others", "u"] }, "wrong-claim"],
    ["another subject", { sub: "people" }, "wrong-claim"],
    ["more claims than are asked for", { scope: "x", exp2: 1 }, "1 of 3"],
  ])("with %s: %#", async (_, claims, said) => {
    expect(await askOf(aToken({ claims }))).toBe(said);
  });

  it("limits the age, and wants a time of issue then", async () => {
    const rule = aRule({ maxAgeSeconds: "300" });
    const old = { iat: NOW - 331, exp: NOW + 60 };
    expect(await askOf(aToken(), { rule })).toBe("1 of 3");
    expect(await askOf(aToken({ claims: old }), { rule })).toBe("untimely");
    expect(await askOf(aToken({ claims: old }))).toBe("1 of 3");
    expect(await askOf(aToken({ claims: { iat: undefined } }), { rule })).toBe("wrong-claim");
  });

  it("wants the type where the rule names one, so that a token for something else is none", async () => {
    const rule = aRule({ type: "webhook+jwt" });
    expect(await askOf(aToken({ header: { typ: "webhook+jwt" } }), { rule })).toBe("1 of 3");
    expect(await askOf(aToken({ header: { typ: "JWT" } }), { rule })).toBe("wrong-claim");
    expect(await askOf(aToken(), { rule })).toBe("wrong-claim");
  });

  it("tries all keys that a token without a key's name may mean", async () => {
    const other = toJwk(generateKeyPairSync("ed25519").publicKey);
    const token = aToken({ by: "EdDSA", header: { kid: undefined } });
    expect(await askOf(token, { keys: [other, toJwk(ed.publicKey)] })).toBe("2 of 2");
    expect(await askOf(token, { keys: [other, other] })).toBe("mismatch");
    // What is wrong with a genuine token counts, not that other keys have not signed it.
    expect(await askOf(token, { keys: [toJwk(ed.publicKey), other], now: NOW + 3600 })).toBe("untimely");
  });

  it("looks at what a key is for", async () => {
    const only = (more: Json) => askOf(aToken(), { keys: [{ ...RSA, ...more }, ED] });
    expect(await only({ use: "sig", alg: "RS256", key_ops: ["verify"] })).toBe("1 of 2");
    expect(await only({ alg: "PS256" })).toBe("unknown-key");
    expect(await only({ use: "enc" })).toBe("unknown-key");
    expect(await only({ key_ops: ["encrypt"] })).toBe("unknown-key");
  });

  it.each([
    ["another scheme", { scheme: "Basic " }, "malformed"],
    ["no scheme", { scheme: "" }, "malformed"],
    ["the scheme in small letters", { scheme: "bearer " }, "1 of 3"],
    ["another header", { header: "X-Token" }, "missing"],
  ])("with %s", async (_, options, said) => {
    expect(await askOf(aToken(), options)).toBe(said);
  });

  it("refuses two headers, of which Node itself would show one", async () => {
    expect(await askOf([aToken(), aToken()])).toBe("repeated");
  });
});

describe("parseKeySet", () => {
  const parse = (text: string) => parseKeySet(Buffer.from(text), "serve.jwks keys.json");
  const setOf = (...keys: readonly unknown[]) => JSON.stringify({ keys });

  it("leaves out what no accepted algorithm uses", async () => {
    const small = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
    const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey;
    const x25519 = generateKeyPairSync("x25519").publicKey;
    const unused = [small, p384, x25519].map((key) => toJwk(key));
    expect(await parse(setOf(...unused, { ...EC, y: "AAAA" }, { kty: "new" }, RSA))).toHaveLength(1);
    await expect(parse(setOf(...unused))).rejects.toThrow(/no key that can be used/);
  });

  it.each([
    ["no JSON", "{", /another shape/],
    ["no set", JSON.stringify(RSA), /another shape/],
    ["no key", setOf(), /another shape/],
    ["33 keys", setOf(...Array.from({ length: 33 }, () => RSA)), /another shape/],
    ["a secret key", setOf(RSA, { kty: "oct", k: "c2VjcmV0" }), /a secret or private key/],
    ["a private key", setOf(toJwk(ed.privateKey)), /a secret or private key/],
  ])("refuses %s, and shows nothing of it", async (_, text, told) => {
    await expect(parse(text)).rejects.toThrow(told);
    await expect(parse(text)).rejects.not.toThrow(/c2Vj/);
  });
});
