import { createHmac, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { request } from "node:https";
import { describe, expect, it } from "vitest";
import type { ApiServerOptions } from "../../../src/sandbox/carrier/api-server.ts";
import { startApiServer } from "../../../src/sandbox/carrier/api-server.ts";
import { makeAssertionCheck } from "../../../src/sandbox/carrier/check-assertion.ts";
import { makeCodeCheck } from "../../../src/sandbox/carrier/check-code.ts";
import { type Certified, makeAuthority } from "../../support/x509.ts";

/** RFC 6238, appendix B: "12345678901234567890". */
const RULE = {
  header: "x-one-time-code",
  secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
  digits: 8,
  periodSeconds: 30,
  algorithm: "SHA1",
  uses: "any",
} as const;

describe("makeCodeCheck", () => {
  it.each([
    [59, "94287082"],
    [1111111109, "07081804"],
    [1234567890, "89005924"],
    [20000000000, "65353130"],
  ])("takes the code of RFC 6238 for second %i until the next period has passed", (seconds, code) => {
    let now = seconds;
    const check = makeCodeCheck(RULE, () => now * 1000);
    const begin = Math.floor(seconds / 30) * 30;
    for (const [at, isGood] of [
      [begin - 1, false],
      [begin, true],
      [begin + 59, true],
      [begin + 60, false],
    ] as const) {
      now = at;
      expect(check(code)).toBe(isGood);
    }
  });

  it.each(["", "0", "94287083", "4287082", "942870820", "９４２８７０８２"])("refuses '%s'", (code) => {
    expect(makeCodeCheck(RULE, () => 59_000)(code)).toBe(false);
  });

  it("takes a code once, and none before it, where that is wanted", () => {
    let now = 59;
    const check = makeCodeCheck({ ...RULE, uses: "once" }, () => now * 1000);
    expect([check("94287082"), check("94287082")]).toEqual([true, false]);
    now = 61;
    expect(check("94287082")).toBe(false);
    expect(check("37359152")).toBe(true);
    expect(check("94287082")).toBe(false);
  });
});

describe("makeAssertionCheck", () => {
  const PEM = {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  } as const;
  const own = generateKeyPairSync("rsa", { modulusLength: 2048, ...PEM });
  const other = generateKeyPairSync("rsa", { modulusLength: 2048, ...PEM });
  const NOW = 1_772_922_600;
  const CLAIMS = { iss: "bridge", sub: "bridge", aud: "https://a/token", jti: "1", exp: NOW + 60 };
  const base64 = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");

  function check(assertion: string): boolean {
    return makeAssertionCheck({
      clientId: "bridge",
      keys: [{ keyId: "k1", publicKey: own.publicKey }],
      audiences: () => ["https://a/token"],
      clock: () => NOW * 1000,
    })(assertion);
  }

  function make(claims: object = {}, header: object = {}, key: string = own.privateKey): string {
    const text = `${base64({ alg: "RS256", kid: "k1", ...header })}.${base64({ ...CLAIMS, ...claims })}`;
    return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
  }

  it("takes what is right", () => {
    expect(check(make())).toBe(true);
  });

  it.each([
    ["another key's signature", make({}, {}, other.privateKey)],
    ["an unknown key id", make({}, { kid: "k2" })],
    ["no key id", make({}, { kid: undefined })],
    ["another algorithm than the key's", make({}, { alg: "ES256" })],
    ["another client", make({ iss: "other", sub: "other" })],
    ["somebody else's subject", make({ sub: "other" })],
    ["another audience", make({ aud: "https://b/token" })],
    ["no audience", make({ aud: undefined })],
    ["an assertion that has run out", make({ exp: NOW })],
    ["one that never does", make({ exp: undefined })],
    ["one that is good for too long", make({ exp: NOW + 301 })],
    ["one without an id", make({ jti: undefined })],
    ["no signature", `${base64({ alg: "none", kid: "k1" })}.${base64(CLAIMS)}.`],
    ["two parts", make().split(".").slice(0, 2).join(".")],
    ["four parts", `${make()}.x`],
    ["claims that were changed", make().replace(/\.[^.]+\./, `.${base64({ ...CLAIMS, jti: "2" })}.`)],
    ["no JSON", "a.b.c"],
    ["nothing", ""],
  ])("refuses %s", (_what, assertion) => {
    expect(check(assertion)).toBe(false);
  });

  it("refuses the public key used as an HMAC secret", () => {
    const text = `${base64({ alg: "HS256", kid: "k1" })}.${base64(CLAIMS)}`;
    const mac = createHmac("sha256", own.publicKey).update(text).digest("base64url");
    expect(check(`${text}.${mac}`)).toBe(false);
  });

  it("takes an assertion once", () => {
    const keep = makeAssertionCheck({
      clientId: "bridge",
      keys: [{ keyId: "k1", publicKey: own.publicKey }],
      audiences: () => ["https://a/token"],
      clock: () => NOW * 1000,
    });
    expect([keep(make()), keep(make()), keep(make({ jti: randomUUID() }))]).toEqual([true, false, true]);
  });
});

describe("startApiServer, with a client certificate and tokens", () => {
  const authority = makeAuthority("carrier authority");
  const listener = authority.issue({ commonName: "carrier", addresses: ["127.0.0.1"] });
  const [client, another] = [authority.issue({ commonName: "one" }), authority.issue({ commonName: "two" })];
  const BARCODE = "3SDEVC123456789";

  async function withServer(
    use: (
      send: (path: string, from: Certified | null, headers: object, form?: string) => Promise<Reply>,
    ) => Promise<void>,
  ): Promise<void> {
    const options: ApiServerOptions = {
      legacyApi: [],
      statusApi: [
        {
          receivedAt: "2026-03-07T12:00:00Z",
          httpStatus: 200,
          request: { barcode: BARCODE },
          body: { items: [{ barcode: BARCODE }] },
        },
      ],
      clock: () => Temporal.Instant.from("2026-03-08T00:00:00Z").epochMilliseconds,
      apiKey: "key-word",
      clientId: "bridge",
      clientSecret: "secret-word",
      tokenSeconds: 60,
      monotonicMs: () => 0,
      pageSize: 10,
      secondFactors: [{ kind: "client-certificate" }, { kind: "bearer-token" }],
      tls: {
        certificate: listener.certificate,
        key: listener.key,
        clientAuthorities: authority.certificate,
        refusesIn: "reply",
      },
    };
    const server = await startApiServer(options);
    try {
      await use((path, from, headers, form) => send(server.baseUrl + path, authority, from, headers, form));
    } finally {
      await server.stop();
    }
  }

  const FORM = "grant_type=client_credentials&client_id=bridge&client_secret=secret-word";
  const STATUS = `/shipment/v4/status/barcode/${BARCODE}`;

  it("lets nobody use a token but with the certificate that it was given to", () =>
    withServer(async (ask) => {
      const { body } = await ask("/oauth2/token", client, {}, FORM);
      const headers = { apikey: "key-word", authorization: `Bearer ${JSON.parse(body).access_token}` };
      expect(await ask(STATUS, client, headers)).toMatchObject({ status: 200 });
      for (const from of [another, null]) {
        const reply = await ask(STATUS, from, headers);
        expect(reply.status).toBe(401);
        expect(reply.body).not.toContain(BARCODE);
      }
      expect(await ask(STATUS, client, { apikey: "key-word" })).toMatchObject({ status: 401 });
      expect(await ask(STATUS, client, { authorization: headers.authorization })).toMatchObject({
        status: 401,
      });
    }));

  it("gives no token without a certificate", () =>
    withServer(async (ask) => {
      expect(await ask("/oauth2/token", null, {}, FORM)).toMatchObject({ status: 401 });
    }));
});

interface Reply {
  readonly status: number;
  readonly body: string;
}

function send(
  url: string,
  authority: Certified,
  from: Certified | null,
  headers: object,
  form?: string,
): Promise<Reply> {
  const own = from === null ? {} : { cert: from.certificate, key: from.key };
  return new Promise((resolve, reject) => {
    const options = {
      method: form === undefined ? "GET" : "POST",
      headers: { ...headers },
      ca: authority.certificate,
    };
    request(url, { ...options, ...own, agent: false }, async (reply) => {
      const chunks: Buffer[] = [];
      for await (const chunk of reply) chunks.push(chunk as Buffer);
      resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
    })
      .on("error", reject)
      .end(form);
  });
}
