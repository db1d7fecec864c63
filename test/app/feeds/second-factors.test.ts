import { describe, expect, it, onTestFinished } from "vitest";
import type { SecondFactor } from "../../../src/sandbox/carrier/second-factor.ts";
import type { FactorRule } from "../../../src/sources/factor-rule.ts";
import {
  API_KEY,
  ask,
  authority,
  clientKey,
  ENVIRONMENT,
  LISTENER,
  makeKeyPair,
  OAUTH,
  START,
  TLS,
  TOTP,
  TOTP_SECRET,
  withStatusApi,
} from "../../support/api-account.ts";
import { makeFakeClock } from "../../support/fake-clock.ts";
import { makeAuthority } from "../../support/x509.ts";

const HOUR_MS = 3_600_000;

interface Kind {
  readonly name: string;
  readonly rules: readonly FactorRule[];
  readonly second: readonly SecondFactor[];
  readonly tls?: typeof TLS;
  /** Secrets that are not the carrier's. */
  readonly wrong: Partial<typeof ENVIRONMENT>;
  /** How a wrong second factor is met. */
  readonly refusal: object;
}

const stranger = makeAuthority("somebody else").issue({ commonName: "bridge" });
const KINDS: readonly Kind[] = [
  ...(["basic", "post"] as const).map((authentication) => ({
    name: `OAuth, ${authentication}`,
    rules: [{ ...OAUTH, authentication }],
    second: [{ kind: "bearer-token" as const }],
    wrong: { clientSecret: "other-word" },
    refusal: { code: "TOKEN_REFUSED" },
  })),
  {
    name: "OAuth, private-key-jwt",
    rules: [{ ...OAUTH, authentication: "private-key-jwt" }],
    second: [{ kind: "bearer-token", clientKeys: [{ keyId: "k1", publicKey: clientKey.publicKey }] }],
    wrong: { privateKey: makeKeyPair().privateKey },
    refusal: { code: "TOKEN_REFUSED" },
  },
  {
    name: "TOTP",
    rules: [{ kind: "totp", ...TOTP }],
    second: [{ kind: "one-time-code", ...TOTP, secret: TOTP_SECRET, uses: "any" }],
    wrong: { totpSecret: "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK" },
    refusal: { httpStatus: 401 },
  },
  {
    name: "mutual TLS",
    rules: [{ kind: "mutual-tls" }],
    second: [{ kind: "client-certificate" }],
    tls: TLS,
    wrong: { certificate: stranger.certificate, certificateKey: stranger.key },
    refusal: { httpStatus: 401 },
  },
  {
    name: "OAuth bound to a certificate",
    rules: [{ kind: "mutual-tls" }, { ...OAUTH, authentication: "basic" }],
    second: [{ kind: "client-certificate" }, { kind: "bearer-token" }],
    tls: TLS,
    wrong: { certificate: stranger.certificate, certificateKey: stranger.key },
    refusal: { code: "TOKEN_REFUSED" },
  },
];

describe.each(KINDS)("openStatusApi, with an API key and $name", ({ rules, second, tls, wrong, refusal }) => {
  const carrier = { secondFactors: second, ...(tls === undefined ? {} : { tls }) };

  it("gets in with both", () =>
    withStatusApi({ rules: [API_KEY, ...rules], carrier }, async (api) => {
      expect(await ask(api)).toMatchObject({ httpStatus: 200 });
      expect(await ask(api)).toMatchObject({ httpStatus: 200 });
    }));

  it("does not get in with the API key alone", () =>
    withStatusApi({ rules: [API_KEY], carrier }, async (api) => {
      expect(await ask(api)).toMatchObject({ httpStatus: 401 });
    }));

  it("does not get in with the second factor alone", () =>
    withStatusApi({ rules, carrier }, async (api) => {
      expect(await ask(api)).toMatchObject({ httpStatus: 401 });
    }));

  it("does not get in with another API key", () =>
    withStatusApi(
      { rules: [API_KEY, ...rules], carrier, environment: { apiKey: "other-word" } },
      async (api) => {
        expect(await ask(api)).toMatchObject({ httpStatus: 401 });
      },
    ));

  it("does not get in with another second factor", () =>
    withStatusApi({ rules: [API_KEY, ...rules], carrier, environment: wrong }, async (api) => {
      expect(await ask(api)).toMatchObject(refusal);
    }));
});

describe("openStatusApi", () => {
  const [basic, , signed, totp, mutual] = KINDS;

  it("fetches a new token when the carrier's has run out in the middle of a run", () => {
    const clock = makeFakeClock(START);
    let ageMs = 0;
    // The carrier lets tokens run out sooner than it says.
    const carrier = { monotonicMs: () => ageMs };
    return withStatusApi({ rules: [API_KEY, ...basic!.rules], carrier, clock }, async (api) => {
      expect(await ask(api)).toMatchObject({ httpStatus: 200 });
      ageMs = 300_000;
      expect(await ask(api)).toMatchObject({ httpStatus: 200 });
    });
  });

  it("goes on through a change of the client's key, with the old one no longer than the carrier", () => {
    const next = makeKeyPair();
    const clientKeys = [{ keyId: "k1", publicKey: clientKey.publicKey }];
    const carrier = { secondFactors: [{ kind: "bearer-token" as const, clientKeys }] };
    return withStatusApi({ rules: [API_KEY, ...signed!.rules], carrier }, async (api, open) => {
      expect(await ask(api)).toMatchObject({ httpStatus: 200 });
      clientKeys.push({ keyId: "k1", publicKey: next.publicKey });
      const environment = { ...ENVIRONMENT, privateKey: next.privateKey };
      for (const one of [await open(), await open({ environment })]) {
        expect(await ask(one)).toMatchObject({ httpStatus: 200 });
      }
      clientKeys.shift();
      expect(await ask(await open())).toMatchObject({ code: "TOKEN_REFUSED" });
      expect(await ask(await open({ environment }))).toMatchObject({ httpStatus: 200 });
    });
  });

  it("goes on through a change of the API key", () => {
    const apiKey = ["key-word"];
    return withStatusApi({ rules: [API_KEY, ...basic!.rules], carrier: { apiKey } }, async (api, open) => {
      apiKey.push("next-word");
      const next = await open({ environment: { ...ENVIRONMENT, apiKey: "next-word" } });
      expect([await ask(api), await ask(next)]).toMatchObject([{ httpStatus: 200 }, { httpStatus: 200 }]);
      apiKey.shift();
      expect([await ask(api), await ask(next)]).toMatchObject([{ httpStatus: 401 }, { httpStatus: 200 }]);
    });
  });

  it("waits for the next period where the carrier takes a code once, and then for each", () => {
    const clock = makeFakeClock(START);
    const code = { kind: "one-time-code", ...TOTP, secret: TOTP_SECRET, uses: "once" } as const;
    const carrier = { secondFactors: [code] };
    return withStatusApi({ rules: [API_KEY, ...totp!.rules], carrier, clock }, async (api) => {
      for (let n = 0; n < 4; n += 1) expect(await ask(api)).toMatchObject({ httpStatus: 200 });
      expect(clock.slept).toEqual([20_000, 30_000, 30_000]);
    });
  });

  it("waits for the next period where an earlier process has used the code", () => {
    const clock = makeFakeClock(START);
    const code = { kind: "one-time-code", ...TOTP, secret: TOTP_SECRET, uses: "once" } as const;
    const carrier = { secondFactors: [code] };
    return withStatusApi({ rules: [API_KEY, ...totp!.rules], carrier, clock }, async (api, open) => {
      expect(await ask(api)).toMatchObject({ httpStatus: 200 });
      expect(await ask(await open())).toMatchObject({ httpStatus: 200 });
      expect(clock.now() - START).toBe(20_000);
    });
  });

  it.each([
    [
      "has run out",
      authority.issue({
        commonName: "bridge",
        validFrom: START - 900 * 24 * HOUR_MS,
        validTo: START - HOUR_MS,
      }),
    ],
    ["was signed by nobody we know", stranger],
  ])("does not get in with a certificate that %s", (_what, { certificate, key }) =>
    withStatusApi(
      {
        rules: [API_KEY, ...mutual!.rules],
        carrier: { secondFactors: mutual!.second, tls: TLS },
        environment: { certificate, certificateKey: key },
      },
      async (api) => {
        expect(await ask(api)).toMatchObject({ httpStatus: 401 });
      },
    ),
  );

  it("fails at once where the carrier ends the handshake for want of a certificate", () =>
    withStatusApi(
      {
        rules: [API_KEY],
        carrier: { secondFactors: mutual!.second, tls: { ...TLS, refusesIn: "handshake" } },
      },
      async (api) => {
        expect(await ask(api)).toMatchObject({
          name: "HttpFailure",
          code: expect.stringMatching(/SSL|UND_ERR|ECONNRESET/),
        });
      },
    ));
});

describe("openStatusApi, the carrier's certificate", () => {
  const rules = [API_KEY];
  const carrier = (certified: { certificate: string; key: string }) => ({
    secondFactors: [],
    tls: { ...TLS, certificate: certified.certificate, key: certified.key },
  });

  it.each([
    [
      "of an authority that is not configured",
      makeAuthority("other").issue({ commonName: "carrier", addresses: ["127.0.0.1"] }),
    ],
    [
      "that has run out",
      authority.issue({
        commonName: "carrier",
        addresses: ["127.0.0.1"],
        validFrom: START - 900 * 24 * HOUR_MS,
        validTo: START - 500 * 24 * HOUR_MS,
      }),
    ],
    ["for another address", authority.issue({ commonName: "carrier", addresses: ["127.0.0.2"] })],
  ])("refuses one %s, also where the environment switches checking off", async (_what, certified) => {
    const { NODE_TLS_REJECT_UNAUTHORIZED: before } = process.env;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    onTestFinished(() => {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    });
    await withStatusApi({ rules, carrier: carrier(certified) }, async (api) => {
      expect(await ask(api)).toMatchObject({
        name: "HttpFailure",
        code: expect.stringMatching(/CERT|SIGNATURE/),
      });
    });
  });

  it("refuses one of an unknown authority where none is configured", () =>
    withStatusApi(
      { rules, carrier: carrier(LISTENER), settings: { ca: undefined as never } },
      async (api) => {
        expect(await ask(api)).toMatchObject({ code: expect.stringMatching(/CERT/) });
      },
    ));
});
