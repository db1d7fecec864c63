import { describe, expect, it } from "vitest";
import { FACTOR_RULE, summariseFactors } from "../../src/sources/factor-rule.ts";

describe("FACTOR_RULE", () => {
  const OAUTH = { kind: "oauth-client-credentials", tokenUrl: "/token" };

  it.each([
    [
      { kind: "totp", header: "x-code" },
      { kind: "totp", header: "x-code", digits: 6, periodSeconds: 30, algorithm: "SHA1" },
    ],
    [
      { kind: "totp", header: "x-code", digits: "8", periodSeconds: "60", algorithm: "SHA512" },
      { kind: "totp", header: "x-code", digits: 8, periodSeconds: 60, algorithm: "SHA512" },
    ],
    [{ kind: "mutual-tls" }, { kind: "mutual-tls" }],
    [OAUTH, { ...OAUTH, scope: null, authentication: "basic" }],
    [
      { ...OAUTH, authentication: "private-key-jwt", audience: "https://a", algorithm: "PS256" },
      { ...OAUTH, scope: null, authentication: "private-key-jwt", audience: "https://a", algorithm: "PS256" },
    ],
  ])("reads %j", (written, rule) => {
    expect(FACTOR_RULE.parse(written)).toEqual(rule);
  });

  it.each([
    ["an unknown kind", { kind: "sms" }, "Expected 'api-key'"],
    ["four digits", { kind: "totp", header: "x", digits: "4" }, "one of 6, 7, 8"],
    ["a period of a second", { kind: "totp", header: "x", periodSeconds: "1" }, "one of 15, 30, 60, 90, 120"],
    ["MD5", { kind: "totp", header: "x", algorithm: "MD5" }, "SHA1"],
    ["a secret", { kind: "totp", header: "x", secret: "GEZDGNBVGY3TQOJQ" }, "secret"],
    ["a certificate", { kind: "mutual-tls", certificate: "a.pem" }, "certificate"],
    ["no signature", { ...OAUTH, authentication: "private-key-jwt", algorithm: "none" }, "RS256"],
  ])("refuses %s", (_what, written, told) => {
    expect(() => FACTOR_RULE.parse(written)).toThrow(told);
  });
});

describe("summariseFactors", () => {
  const key = { kind: "api-key", header: "a" } as const;

  it.each([
    [[key], ["api-key"], false],
    [[key, { ...key, header: "b" }], ["api-key"], false],
    [[key, { kind: "mutual-tls" }], ["api-key", "mutual-tls"], true],
    [[], [], false],
  ] as const)("of %j says %j", (rules, kinds, isMultiFactor) => {
    expect(summariseFactors(rules)).toEqual({ kinds, isMultiFactor });
  });
});
