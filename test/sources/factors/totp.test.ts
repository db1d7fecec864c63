import { describe, expect, it } from "vitest";
import { makeOneTimeCodes } from "../../../src/sources/factors/one-time-codes.ts";
import { parseBase32, toTotp } from "../../../src/sources/factors/totp.ts";
import { makeFakeClock } from "../../support/fake-clock.ts";

/** RFC 6238, appendix B: the secret is the digits repeated to the hash's length. */
const SECRETS = {
  SHA1: Buffer.from("12345678901234567890"),
  SHA256: Buffer.from("12345678901234567890123456789012"),
  SHA512: Buffer.from("1234567890123456789012345678901234567890123456789012345678901234"),
};
const RULE = { digits: 6, periodSeconds: 30, algorithm: "SHA1" } as const;

describe("toTotp", () => {
  it.each([
    [59, "94287082", "46119246", "90693936"],
    [1111111109, "07081804", "68084774", "25091201"],
    [1111111111, "14050471", "67062674", "99943326"],
    [1234567890, "89005924", "91819424", "93441116"],
    [2000000000, "69279037", "90698825", "38618901"],
    [20000000000, "65353130", "77737706", "47863826"],
  ])("makes the codes of RFC 6238, appendix B, for second %i", (seconds, sha1, sha256, sha512) => {
    for (const [algorithm, code] of Object.entries({ SHA1: sha1, SHA256: sha256, SHA512: sha512 })) {
      const rule = { digits: 8, periodSeconds: 30, algorithm: algorithm as "SHA1" };
      expect(toTotp(SECRETS[algorithm as "SHA1"], Math.floor(seconds / 30), rule)).toBe(code);
    }
  });

  it("keeps leading zeros, and takes the last digits where fewer are wanted", () => {
    const period = Math.floor(1111111109 / 30);
    expect(toTotp(SECRETS.SHA1, period, { ...RULE, digits: 8 })).toBe("07081804");
    expect(toTotp(SECRETS.SHA1, period, RULE)).toBe("081804");
    expect(toTotp(SECRETS.SHA1, period, { ...RULE, digits: 7 })).toBe("7081804");
  });
});

describe("parseBase32", () => {
  it.each([
    // RFC 4648, section 10.
    ["MY======", "f"],
    ["MZXQ====", "fo"],
    ["MZXW6===", "foo"],
    ["MZXW6YQ=", "foob"],
    ["MZXW6YTB", "fooba"],
    ["MZXW6YTBOI======", "foobar"],
    ["mzxw 6ytb-oi", "foobar"],
    ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "12345678901234567890"],
  ])("reads %s", (text, plain) => {
    expect(Buffer.from(parseBase32(text) ?? []).toString()).toBe(plain);
  });

  it.each(["", "=", "A", "MZXW0", "MZXW1===", "M=ZXW", "12345678901234567890"])("refuses '%s'", (text) => {
    expect(parseBase32(text)).toBeNull();
  });
});

describe("makeOneTimeCodes", () => {
  function open(startSeconds: number) {
    const clock = makeFakeClock(startSeconds * 1000);
    const codes = makeOneTimeCodes(SECRETS.SHA1, RULE, clock.now, clock.sleep);
    const codeAt = (seconds: number) => toTotp(SECRETS.SHA1, Math.floor(seconds / 30), RULE);
    return { clock, codes, codeAt };
  }

  it("sends a period's code as often as the service takes it", async () => {
    const { clock, codes, codeAt } = open(61);
    for (let n = 0; n < 3; n += 1) {
      const code = codes.begin();
      await code.prepare();
      expect(code.get()).toBe(codeAt(61));
    }
    expect(clock.slept).toEqual([]);
  });

  it("waits for the next period after a code that was new was refused, and goes on as before", async () => {
    const { clock, codes, codeAt } = open(61);
    const code = codes.begin();
    await code.prepare();
    code.get();
    await code.renew();
    expect(clock.slept).toEqual([29_000]);
    await code.prepare();
    expect(code.get()).toBe(codeAt(90));
    const next = codes.begin();
    await next.prepare();
    expect(next.get()).toBe(codeAt(90));
    expect(clock.slept).toEqual([29_000]);
  });

  it("sends every code once only after a code that was sent before was refused", async () => {
    const { clock, codes, codeAt } = open(61);
    const [first, second] = [codes.begin(), codes.begin()];
    for (const code of [first, second]) {
      await code.prepare();
      code.get();
    }
    await second.renew();
    const sent: string[] = [];
    for (const code of [second, codes.begin(), codes.begin()]) {
      await code.prepare();
      sent.push(code.get());
    }
    expect(sent).toEqual([90, 120, 150].map(codeAt));
    expect(clock.slept).toEqual([29_000, 30_000, 30_000]);
  });

  it("sends the code of the moment where other waits have outlasted the one that was kept", async () => {
    const { clock, codes, codeAt } = open(61);
    const code = codes.begin();
    await code.prepare();
    clock.advance(60_000);
    expect(code.get()).toBe(codeAt(121));
  });
});
