import type { KeyObject } from "node:crypto";
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { StandardWebhooksRule } from "../../../src/sources/verifier-rule.ts";
import { VERIFIER_RULE } from "../../../src/sources/verifier-rule.ts";
import { makeStandardWebhooksVerifier } from "../../../src/sources/webhook/verify-standard-webhooks.ts";
import { aRequest, ask } from "../../support/verifiers.ts";

// The examples of the specification's own tests:
// https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/webhook.test.ts
// https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/go/webhook_asymmetric_test.go
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const AT = 1_614_265_330;
const BODY = '{"test": 2432232314}';
const SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const OTHER = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
const PUBLIC_SEED = "VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";
const PUBLIC_SIGNATURE =
  "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==";

const RULE = VERIFIER_RULE.parse({ kind: "standard-webhooks" }) as StandardWebhooksRule;
const verifierOf = (secrets: readonly string[] = [SECRET], now = AT * 1000, rule = RULE) =>
  makeStandardWebhooksVerifier(rule, secrets, () => now);

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;
const headers = (overrides: Headers = {}): Headers => ({
  "webhook-id": ID,
  "webhook-timestamp": String(AT),
  "webhook-signature": SIGNATURE,
  ...overrides,
});
const signFor = (id: string, at: string | number, body: string | Buffer = BODY, secret = SECRET) =>
  `v1,${createHmac("sha256", Buffer.from(secret.slice(6), "base64"))
    .update(`${id}.${at}.`)
    .update(body)
    .digest("base64")}`;

/** The seed of a public example as a private key, and its public part as the settings hold it. */
function publicKeyOf(seed: string): string {
  const pkcs8 = Buffer.concat([
    Buffer.from("302e020100300506032b657004220420", "hex"),
    Buffer.from(seed, "base64"),
  ]);
  return toPublicLine(createPublicKey(createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })));
}

function toPublicLine(key: KeyObject): string {
  return `whpk_${Buffer.from(key.export({ format: "jwk" }).x!, "base64url").toString("base64")}`;
}

describe("makeStandardWebhooksVerifier", () => {
  it("agrees with the public example", async () => {
    expect(await ask(verifierOf(), aRequest(headers(), BODY))).toBe("1 of 1");
  });

  it("agrees with the public example of an asymmetric signature", async () => {
    const verify = verifierOf([publicKeyOf(PUBLIC_SEED)]);
    const signed = headers({ "webhook-signature": PUBLIC_SIGNATURE });
    expect(await ask(verify, aRequest(signed, BODY))).toBe("1 of 1");
    expect(await ask(verify, aRequest(signed, `${BODY} `))).toBe("mismatch");
    expect(await ask(verify, aRequest(headers(), BODY))).toBe("mismatch");
    expect(await ask(verifierOf(), aRequest(signed, BODY))).toBe("mismatch");
  });

  it.each([
    ["no id", { "webhook-id": undefined }, "missing"],
    ["no time", { "webhook-timestamp": undefined }, "missing"],
    ["no signature", { "webhook-signature": undefined }, "missing"],
    ["an empty id", { "webhook-id": "" }, "malformed"],
    ["another id", { "webhook-id": `${ID}x` }, "mismatch"],
    ["an id with a dot, which would move what is signed", { "webhook-id": `${ID}.1` }, "malformed"],
    ["an id of 129 letters", { "webhook-id": "x".repeat(129) }, "malformed"],
    ["two ids", { "webhook-id": [ID, ID] }, "repeated"],
    ["two times", { "webhook-timestamp": [String(AT), String(AT)] }, "repeated"],
    ["two signature headers", { "webhook-signature": [SIGNATURE, SIGNATURE] }, "repeated"],
    ["an empty signature", { "webhook-signature": "" }, "malformed"],
    ["a version only", { "webhook-signature": "v1," }, "malformed"],
    ["no version", { "webhook-signature": SIGNATURE.slice(3) }, "malformed"],
    ["a signature that is too short", { "webhook-signature": "v1,dawfeoifkpqwoekfpqoekf" }, "mismatch"],
    ["a cut signature", { "webhook-signature": SIGNATURE.slice(0, 8) }, "mismatch"],
    ["a signature without its padding", { "webhook-signature": SIGNATURE.slice(0, -1) }, "mismatch"],
    ["another signature", { "webhook-signature": OTHER }, "mismatch"],
    ["the right one under another version", { "webhook-signature": `v2${SIGNATURE.slice(2)}` }, "mismatch"],
    ["the right one as an asymmetric one", { "webhook-signature": `v1a${SIGNATURE.slice(2)}` }, "mismatch"],
    ["two blanks", { "webhook-signature": `${OTHER}  ${SIGNATURE}` }, "malformed"],
    ["commas between", { "webhook-signature": `${OTHER},${SIGNATURE}` }, "malformed"],
    ["six signatures", { "webhook-signature": `${`${OTHER} `.repeat(5)}${SIGNATURE}` }, "malformed"],
    [
      "200,000 signatures",
      { "webhook-signature": `${`${OTHER} `.repeat(200_000)}${SIGNATURE}` },
      "malformed",
    ],
  ])("refuses %s", async (_, overrides, why) => {
    expect(await ask(verifierOf(), aRequest(headers(overrides), BODY))).toBe(why);
  });

  it("takes five signatures of which one is right, unknown versions among them", async () => {
    const list = [OTHER, `v2${OTHER.slice(2)}`, PUBLIC_SIGNATURE, SIGNATURE, OTHER].join(" ");
    expect(await ask(verifierOf(), aRequest(headers({ "webhook-signature": list }), BODY))).toBe("1 of 1");
  });

  it.each([
    ["1614265330abc"],
    [" 1614265330"],
    ["+1614265330"],
    ["1614265330.9"],
    ["1.61426533e9"],
    ["01614265330"],
    ["1614265330000"],
    ["161426533"],
    ["-1614265330"],
    ["hello"],
    [""],
    ["١٦١٤٢٦٥٣٣٠"],
  ])("refuses the time '%s', though it is signed", async (at) => {
    const signed = headers({ "webhook-timestamp": at, "webhook-signature": signFor(ID, at) });
    expect(await ask(verifierOf(), aRequest(signed, BODY))).toBe("malformed");
  });

  it.each([
    [300, "1 of 1"],
    [-300, "1 of 1"],
    [299, "1 of 1"],
    [-299, "1 of 1"],
    [301, "untimely"],
    [-301, "untimely"],
  ])("takes a time %i seconds away: %s", async (seconds, said) => {
    const at = AT + seconds;
    const signed = headers({ "webhook-timestamp": String(at), "webhook-signature": signFor(ID, at) });
    expect(await ask(verifierOf(), aRequest(signed, BODY))).toBe(said);
  });

  it("refuses another body, also an empty one", async () => {
    expect(await ask(verifierOf(), aRequest(headers(), ""))).toBe("mismatch");
    expect(await ask(verifierOf(), aRequest(headers(), '{"test":2432232314}'))).toBe("mismatch");
  });

  it("takes an empty body that was signed as such", async () => {
    const signed = headers({ "webhook-signature": signFor(ID, AT, "") });
    expect(await ask(verifierOf(), aRequest(signed, ""))).toBe("1 of 1");
  });

  it("signs bytes: two bodies with other broken UTF-8 do not share a signature", async () => {
    const [one, two] = [Buffer.from('{"a":"\xff"}', "latin1"), Buffer.from('{"a":"\xfe"}', "latin1")];
    expect(one.toString()).toBe(two.toString());
    const signed = headers({ "webhook-signature": signFor(ID, AT, one) });
    expect(await ask(verifierOf(), aRequest(signed, one))).toBe("1 of 1");
    expect(await ask(verifierOf(), aRequest(signed, two))).toBe("mismatch");
  });

  it("lets either of two secrets pass, of either sort, and says which", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const verify = verifierOf([SECRET, toPublicLine(publicKey)]);
    const bySecond = sign(null, Buffer.from(`${ID}.${AT}.${BODY}`), privateKey).toString("base64");
    expect(await ask(verify, aRequest(headers(), BODY))).toBe("1 of 2");
    const second = headers({ "webhook-signature": `v1a,${bySecond}` });
    expect(await ask(verify, aRequest(second, BODY))).toBe("2 of 2");
    const both = headers({ "webhook-signature": `${SIGNATURE} v1a,${bySecond}` });
    expect(await ask(verify, aRequest(both, BODY))).toBe("2 of 2");
  });

  it("takes the headers of another brand, and not its own then", async () => {
    const rule = VERIFIER_RULE.parse({ kind: "standard-webhooks", prefix: "Svix" }) as StandardWebhooksRule;
    const verify = verifierOf([SECRET], AT * 1000, rule);
    const branded = { "svix-id": ID, "svix-timestamp": String(AT), "svix-signature": SIGNATURE };
    expect(await ask(verify, aRequest(branded, BODY))).toBe("1 of 1");
    expect(await ask(verify, aRequest(headers(), BODY))).toBe("missing");
  });

  it.each([
    ["none", []],
    ["an empty one", [""]],
    ["three", [SECRET, SECRET, SECRET]],
    ["no prefix", [SECRET.slice(6)]],
    ["nothing but the prefix", ["whsec_"]],
    ["too few bytes", [`whsec_${Buffer.alloc(23, 1).toString("base64")}`]],
    ["too many bytes", [`whsec_${Buffer.alloc(65, 1).toString("base64")}`]],
    ["no Base64", [`${SECRET.slice(0, -1)}*`]],
    ["a private key", [`whsk_${PUBLIC_SEED}`]],
    ["a public key that is too short", ["whpk_AAAA"]],
  ])("cannot be made of %s, and shows no secret", (_, secrets) => {
    expect(() => verifierOf(secrets)).toThrow(/^serve\.secrets\.standardWebhooks: /);
    expect(() => verifierOf(secrets)).not.toThrow(/MfKQ|VEVT/);
  });
});
