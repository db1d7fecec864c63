import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { HmacRule } from "../../../src/sources/verifier-rule.ts";
import { VERIFIER_RULE } from "../../../src/sources/verifier-rule.ts";
import { makeHmacVerifier } from "../../../src/sources/webhook/verify-hmac.ts";
import { aRequest, ask } from "../../support/verifiers.ts";

const NOW = 1_772_922_181_500;

/** A rule as a contract writes it. */
function aRule(overrides: Readonly<Record<string, unknown>> = {}): HmacRule {
  const rule = { kind: "hmac", header: "X-Signature", algorithm: "sha256", encoding: "hex", ...overrides };
  return VERIFIER_RULE.parse(rule) as HmacRule;
}

const verifierOf = (rule: HmacRule, secrets: readonly string[] = ["a secret"], now = NOW) =>
  makeHmacVerifier(rule, secrets, () => now);
const sign = (body: string | Buffer, { algorithm = "sha256", secret = "a secret" } = {}) =>
  createHmac(algorithm, secret).update(body).digest();

describe("makeHmacVerifier", () => {
  /** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
  it("agrees with GitHub's example", async () => {
    const rule = aRule({ header: "X-Hub-Signature-256", prefix: "sha256=" });
    const verify = verifierOf(rule, ["It's a Secret to Everybody"]);
    const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    const headers = { "x-hub-signature-256": signature };
    expect(await ask(verify, aRequest(headers, "Hello, World!"))).toBe("1 of 1");
    expect(await ask(verify, aRequest(headers, "Hello, World?"))).toBe("mismatch");
    expect(await ask(verify, aRequest(headers, "Hello, World!\n"))).toBe("mismatch");
  });

  /** https://docs.slack.dev/authentication/verifying-requests-from-slack */
  it("agrees with Slack's example, which signs a time and a version", async () => {
    const rule = aRule({
      header: "X-Slack-Signature",
      prefix: "v0=",
      timestamp: { header: "X-Slack-Request-Timestamp", signed: "v0:{timestamp}:{body}" },
    });
    const verify = verifierOf(rule, ["8f742231b10e8888abcd99yyyzzz85a5"], 1_531_420_618_000);
    const body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const headers = {
      "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
      "X-Slack-Request-Timestamp": "1531420618",
    };
    expect(await ask(verify, aRequest(headers, body))).toBe("1 of 1");
    const later = { ...headers, "X-Slack-Request-Timestamp": "1531420619" };
    expect(await ask(verify, aRequest(later, body))).toBe("mismatch");
  });

  it.each([
    ["sha256", "hex"],
    ["sha256", "base64"],
    ["sha512", "hex"],
    ["sha512", "base64"],
    ["sha1", "hex"],
    ["sha1", "base64"],
  ] as const)("takes %s in %s, and no other algorithm's signature", async (algorithm, encoding) => {
    const verify = verifierOf(aRule({ algorithm, encoding }));
    for (const other of ["sha256", "sha512", "sha1"]) {
      const signature = sign("{}", { algorithm: other }).toString(encoding);
      expect(await ask(verify, aRequest({ "x-signature": signature }, "{}"))).toBe(
        other === algorithm ? "1 of 1" : "malformed",
      );
    }
  });

  it("signs bytes, not text: two bodies with other broken UTF-8 have two signatures", async () => {
    const [one, two] = [Buffer.from([0x7b, 0xff, 0x7d]), Buffer.from([0x7b, 0xfe, 0x7d])];
    expect(one.toString()).toBe(two.toString());
    const verify = verifierOf(aRule());
    const headers = { "x-signature": sign(one).toString("hex") };
    expect(await ask(verify, aRequest(headers, one))).toBe("1 of 1");
    expect(await ask(verify, aRequest(headers, two))).toBe("mismatch");
  });

  it("lets either of two secrets pass while it is being changed, and says which", async () => {
    const verify = verifierOf(aRule(), ["old", "new"]);
    const said = ["old", "new", "other"].map((secret) =>
      ask(verify, aRequest({ "x-signature": sign("{}", { secret }).toString("hex") }, "{}")),
    );
    expect(await Promise.all(said)).toEqual(["1 of 2", "2 of 2", "mismatch"]);
  });

  const good = sign("{}").toString("hex");
  it.each([
    ["no header", undefined, "missing"],
    ["an empty one", "", "malformed"],
    ["two of them", [good, good], "repeated"],
    ["two in one", `${good},${good}`, "malformed"],
    ["a cut one", good.slice(0, -2), "malformed"],
    ["half a byte less", good.slice(0, -1), "malformed"],
    ["a longer one", `${good}00`, "malformed"],
    ["blanks around it", ` ${good}`, "malformed"],
    ["no hexadecimal", `${good.slice(0, -1)}g`, "malformed"],
    ["Base64", sign("{}").toString("base64"), "malformed"],
    ["a prefix", `sha256=${good}`, "malformed"],
    ["one bit changed", (good[0] === "0" ? "1" : "0") + good.slice(1), "mismatch"],
    ["that of the empty body", sign("").toString("hex"), "mismatch"],
    ["zeros", "0".repeat(64), "mismatch"],
    ["100,000 digits", "0".repeat(100_000), "malformed"],
  ])("refuses %s", async (_, signature, why) => {
    expect(await ask(verifierOf(aRule()), aRequest({ "x-signature": signature }, "{}"))).toBe(why);
  });

  it("takes capital hexadecimal digits", async () => {
    const request = aRequest({ "x-signature": good.toUpperCase() }, "{}");
    expect(await ask(verifierOf(aRule()), request)).toBe("1 of 1");
  });

  it.each(["", "=", "A", " "])("takes one spelling of Base64 only, not one with '%s' more", async (more) => {
    const verify = verifierOf(aRule({ encoding: "base64" }));
    const signature = sign("{}").toString("base64") + more;
    expect(await ask(verify, aRequest({ "x-signature": signature }, "{}"))).toBe(
      more === "" ? "1 of 1" : "malformed",
    );
  });

  it.each([
    [0, "1 of 1"],
    [299, "1 of 1"],
    [-299, "1 of 1"],
    [301, "untimely"],
    [-301, "untimely"],
    [86_400, "untimely"],
  ])("takes a signed time %i seconds away: %s", async (seconds, said) => {
    const verify = verifierOf(aRule({ timestamp: { header: "x-time" } }));
    const at = String(Math.floor(NOW / 1000) + seconds);
    const headers = { "x-time": at, "x-signature": sign(`${at}.{}`).toString("hex") };
    expect(await ask(verify, aRequest(headers, "{}"))).toBe(said);
  });

  it.each([
    undefined,
    "",
    "hello",
    " 1772922181",
    "+1772922181",
    "1772922181.0",
    "1772922181000",
    "0x69ac9dc5",
  ])("refuses the time '%s', though it is signed", async (at) => {
    const verify = verifierOf(aRule({ timestamp: { header: "x-time" } }));
    const headers = { "x-time": at, "x-signature": sign(`${at}.{}`).toString("hex") };
    expect(await ask(verify, aRequest(headers, "{}"))).toBe(at === undefined ? "missing" : "malformed");
  });

  it("refuses a time that is not the signed one, and a signature without its time", async () => {
    const verify = verifierOf(aRule({ timestamp: { header: "x-time" } }));
    const signature = sign("1772922181.{}").toString("hex");
    const said = [
      { "x-time": "1772922182", "x-signature": signature },
      { "x-time": "1772922181", "x-signature": good },
    ].map((headers) => ask(verify, aRequest(headers, "{}")));
    expect(await Promise.all(said)).toEqual(["mismatch", "mismatch"]);
  });

  it("can want the time behind the body", async () => {
    const verify = verifierOf(aRule({ timestamp: { header: "x-time", signed: "{body}|{timestamp}" } }));
    const headers = { "x-time": "1772922181", "x-signature": sign("{}|1772922181").toString("hex") };
    expect(await ask(verify, aRequest(headers, "{}"))).toBe("1 of 1");
  });

  it.each([
    ["no algorithm: SHA-1 is taken only where it is written down", { algorithm: undefined }],
    ["MD5", { algorithm: "md5" }],
    ["another encoding", { encoding: "base64url" }],
    ["a signed text without the body", { timestamp: { header: "t", signed: "{timestamp}" } }],
    ["a signed text with the body twice", { timestamp: { header: "t", signed: "{body}{timestamp}{body}" } }],
    ["a tolerance of a day", { timestamp: { header: "t", toleranceSeconds: "86400" } }],
    ["a tolerance that is no number", { timestamp: { header: "t", toleranceSeconds: "5m" } }],
    ["an unknown key", { secrets: "hmac" }],
  ])("has no rule with %s", (_, overrides) => {
    expect(() => aRule(overrides)).toThrow();
  });
});
