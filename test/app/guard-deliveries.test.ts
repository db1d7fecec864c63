import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { listServerCertificateEnds } from "../../src/app/guard-deliveries.ts";
import { receiveDeliveries } from "../../src/app/receive-deliveries.ts";
import type { Config } from "../../src/config.ts";
import { readConfig } from "../../src/config.ts";
import { UsageError } from "../../src/domain/errors.ts";
import type { SigningScheme } from "../../src/sandbox/carrier/sign-delivery.ts";
import { signDelivery } from "../../src/sandbox/carrier/sign-delivery.ts";
import type { SendOptions } from "../../src/sandbox/carrier/webhook-sender.ts";
import { sendDeliveries } from "../../src/sandbox/carrier/webhook-sender.ts";
import type { VerifierRule } from "../../src/sources/verifier-rule.ts";
import { VERIFIER_RULE } from "../../src/sources/verifier-rule.ts";
import type { KeySet } from "../../src/sources/webhook/key-set.ts";
import { parseKeySet } from "../../src/sources/webhook/key-set.ts";
import { makeVerifiers } from "../../src/sources/webhook/make-verifiers.ts";
import { withMemoryApp } from "../support/apps.ts";
import { CAN_MAKE_CERTIFICATES, makeAuthority } from "../support/certificates.ts";
import { aRequest, toWord } from "../support/verifiers.ts";

const NOW = Temporal.Instant.from("2026-03-07T22:23:02Z").epochMilliseconds;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});
const write = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** A way to sign, with the old key and the new one, as both ends write it. */
interface Way {
  readonly rule: Readonly<Record<string, unknown>>;
  readonly schemes: readonly [old: SigningScheme, new_: SigningScheme];
  /** What the settings name: the file's text with so many of the keys. */
  readonly secretName?: string;
  readonly keyFile: (which: readonly (0 | 1)[]) => string;
}

const lines = (...secrets: readonly string[]) => ({
  keyFile: (which: readonly (0 | 1)[]) => which.map((one) => `${secrets[one]}\n`).join(""),
});

function aJwtWay(
  algorithm: (SigningScheme & { readonly kind: "jwt" })["algorithm"],
  keyIds = ["1", "2"],
): Way {
  const pairs = [0, 1].map(() =>
    algorithm === "EdDSA"
      ? generateKeyPairSync("ed25519")
      : algorithm === "ES256"
        ? generateKeyPairSync("ec", { namedCurve: "P-256" })
        : generateKeyPairSync("rsa", { modulusLength: 2048 }),
  );
  const scheme = (which: 0 | 1): SigningScheme => ({
    kind: "jwt",
    header: "authorization",
    algorithm,
    privateKey: pairs[which]!.privateKey,
    keyId: keyIds[which] ?? null,
    claims: { iss: "carrier", aud: "us" },
    type: null,
  });
  return {
    rule: { kind: "jwt", issuer: "carrier", audience: "us" },
    schemes: [scheme(0), scheme(1)],
    keyFile: (which) =>
      JSON.stringify({
        keys: which.map((one) => ({
          ...pairs[one]!.publicKey.export({ format: "jwk" }),
          ...(keyIds[one] === undefined ? {} : { kid: keyIds[one] }),
        })),
      }),
  };
}

function anHmacWay(overrides: Partial<SigningScheme & { readonly kind: "hmac" }>): Way {
  const scheme = (secret: string) =>
    ({
      kind: "hmac",
      header: "x-signature",
      algorithm: "sha256",
      encoding: "hex",
      prefix: "",
      timestamp: null,
      ...overrides,
      secret,
    }) as const;
  const { secret: _, timestamp, ...rule } = scheme("");
  return {
    rule: { ...rule, ...(timestamp === null ? {} : { timestamp }) },
    schemes: [scheme("old secret"), scheme("new secret")],
    secretName: "hmac",
    ...lines("old secret", "new secret"),
  };
}

/** A pair of Ed25519 keys as Standard Webhooks writes them. */
function aStandardPair(): { readonly private: string; readonly public: string } {
  const { d = "", x = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const [seed, point] = [d, x].map((part) => Buffer.from(part, "base64url").toString("base64"));
  return { private: `whsk_${seed}`, public: `whpk_${point}` };
}

function aStandardWay(
  prefix: string,
  secrets: readonly { readonly private: string; readonly public: string }[],
): Way {
  const scheme = (which: 0 | 1) =>
    ({ kind: "standard-webhooks", prefix, secrets: [secrets[which]!.private] }) as const;
  return {
    rule: { kind: "standard-webhooks", prefix },
    schemes: [scheme(0), scheme(1)],
    secretName: "standardWebhooks",
    ...lines(...secrets.map((one) => one.public)),
  };
}

const aSymmetric = () => {
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  return { private: secret, public: secret };
};

const WAYS: Readonly<Record<string, Way>> = {
  "a shared key": {
    rule: { kind: "shared-key", header: "X-Key" },
    schemes: [
      { kind: "shared-key", header: "x-key", key: "old key" },
      { kind: "shared-key", header: "x-key", key: "new key" },
    ],
    secretName: "sharedKey",
    ...lines("old key", "new key"),
  },
  "HMAC-SHA256": anHmacWay({ prefix: "sha256=" }),
  "HMAC-SHA512 in Base64": anHmacWay({ algorithm: "sha512", encoding: "base64" }),
  "HMAC-SHA1": anHmacWay({ algorithm: "sha1" }),
  "HMAC with a time": anHmacWay({ timestamp: { header: "x-time", signed: "v0:{timestamp}:{body}" } }),
  "HMAC with the time behind": anHmacWay({ timestamp: { header: "x-time", signed: "{body}.{timestamp}" } }),
  "Standard Webhooks": aStandardWay("webhook", [aSymmetric(), aSymmetric()]),
  "Standard Webhooks, asymmetric": aStandardWay("carrier", [aStandardPair(), aStandardPair()]),
  "a token, RS256": aJwtWay("RS256"),
  "a token, PS256": aJwtWay("PS256"),
  "a token, ES256": aJwtWay("ES256"),
  "a token, EdDSA": aJwtWay("EdDSA"),
  "a token, EdDSA, no key names": aJwtWay("EdDSA", []),
};

interface Told {
  readonly verdicts: string[];
  readonly reloads: { readonly setting: string; readonly problem: unknown }[];
}

type Serve = Partial<Config["serve"]>;

/** Lends a program that receives with other verifiers and settings. */
function withReceiving(
  rules: readonly Readonly<Record<string, unknown>>[],
  serve: Serve,
  use: (url: string, told: Told) => Promise<void>,
): Promise<void> {
  return withMemoryApp(async (app) => {
    const told: Told = { verdicts: [], reloads: [] };
    const verifiers = rules.map((rule): VerifierRule => VERIFIER_RULE.parse(rule));
    const receiving = await receiveDeliveries(
      {
        ...app,
        config: { ...app.config, serve: { ...app.config.serve, port: 0, ...serve } },
        contract: { ...app.contract, webhook: { ...app.contract.webhook, verifiers } },
      },
      {
        onAnswer: () => undefined,
        onFailure: (error) => {
          throw error;
        },
        onCheckpointFailure: (error) => {
          throw error;
        },
        onHandshakeFailure: () => undefined,
        onVerdict: (_, verdict) => told.verdicts.push(toWord(verdict)),
        onReload: (setting, problem) => told.reloads.push({ setting, problem }),
        lookEveryMs: 20,
      },
    );
    try {
      await use(receiving.url, told);
    } finally {
      await receiving.close();
    }
  }, NOW);
}

let next = 0;
/** The status that a signed delivery gets, sent by the simulated carrier. */
async function send(
  url: string,
  schemes: readonly SigningScheme[],
  options: Partial<SendOptions> = {},
): Promise<number | null> {
  next += 1;
  let last: number | null = null;
  await sendDeliveries({
    deliveries: [
      {
        receivedAt: Temporal.Instant.fromEpochMilliseconds(NOW).toString(),
        deliveryId: `d${next}`,
        body: { eventId: `e${next}`, text: "naïve € \ud83d\ude00" },
      },
    ],
    url,
    schemes,
    concurrency: 1,
    togetherMs: 0,
    retryDelaysMs: [],
    setClock: () => undefined,
    onSent: (_, status) => {
      last = status;
    },
    ...options,
  });
  return last;
}

/** The settings of a way with some of its keys active. */
function toServe({ secretName, keyFile }: Way, which: readonly (0 | 1)[]): Serve {
  const file = write(`keys-${which.join("")}`, keyFile(which));
  return secretName === undefined ? { jwks: file } : { secrets: { [secretName]: { file } } };
}

describe("receiveDeliveries", () => {
  it.each(Object.entries(WAYS))("loses no delivery while the key is being changed: %s", async (_, way) => {
    const [old, new_] = way.schemes;
    await withReceiving([way.rule], toServe(way, [0]), async (url) => {
      expect([await send(url, [old]), await send(url, [new_])]).toEqual([200, 401]);
    });
    await withReceiving([way.rule], toServe(way, [0, 1]), async (url, { verdicts }) => {
      expect([await send(url, [old]), await send(url, [new_])]).toEqual([200, 200]);
      expect(verdicts).toEqual(["1 of 2", "2 of 2"]);
    });
    await withReceiving([way.rule], toServe(way, [1]), async (url) => {
      expect([await send(url, [old]), await send(url, [new_])]).toEqual([401, 200]);
    });
  });

  it("takes a sender that signs with both keys at any time", async () => {
    const way = aStandardWay("webhook", [aSymmetric(), aSymmetric()]);
    const both = {
      kind: "standard-webhooks" as const,
      prefix: "webhook",
      secrets: way.schemes.flatMap((scheme) => (scheme.kind === "standard-webhooks" ? scheme.secrets : [])),
    };
    for (const which of [[0], [0, 1], [1]] as const) {
      await withReceiving([way.rule], toServe(way, which), async (url) => {
        expect(await send(url, [both])).toBe(200);
      });
    }
  });

  it("wants all verifiers to agree, several of a kind with secrets of their own among them", async () => {
    const rules = [
      { kind: "shared-key", header: "x-key" },
      { kind: "shared-key", header: "x-id", secret: "clientId" },
      WAYS["HMAC-SHA256"]!.rule,
    ];
    const secrets = {
      sharedKey: { file: write("key", "a key") },
      clientId: { file: write("id", "an id") },
      hmac: { file: write("hmac", "old secret") },
    };
    const key = { kind: "shared-key", header: "x-key", key: "a key" } as const;
    const id = { kind: "shared-key", header: "x-id", key: "an id" } as const;
    const [hmac] = WAYS["HMAC-SHA256"]!.schemes;
    await withReceiving(rules, { secrets }, async (url) => {
      expect(await send(url, [key, id, hmac])).toBe(200);
      expect(await send(url, [id, hmac])).toBe(401);
      expect(await send(url, [key, hmac])).toBe(401);
      expect(await send(url, [key, id])).toBe(401);
      expect(await send(url, [key, { ...id, key: "a key" }, hmac])).toBe(401);
    });
  });

  it("reads a key set again when it changes, and keeps the old one while the new is no good", async () => {
    const way = aJwtWay("ES256");
    const [old, new_] = way.schemes;
    const serve = toServe(way, [0]);
    const change = (content: string) => writeFileSync(serve.jwks!, content);
    await withReceiving([way.rule], serve, async (url, { reloads }) => {
      change("{ half");
      await reached(reloads, 1);
      rmSync(serve.jwks!);
      await reached(reloads, 2);
      expect(await send(url, [old])).toBe(200);
      change(way.keyFile([1]));
      await reached(reloads, 3);
      expect([await send(url, [old]), await send(url, [new_])]).toEqual([401, 200]);
      expect(reloads).toEqual([
        { setting: "serve.jwks", problem: expect.any(UsageError) },
        { setting: "serve.jwks", problem: expect.any(UsageError) },
        { setting: "serve.jwks", problem: null },
      ]);
    });
  });

  it.each([
    [
      "a secret",
      { kind: "hmac", header: "x", algorithm: "sha256", encoding: "hex" },
      /^serve\.secrets\.hmac: not set/,
    ],
    [
      "a secret named by nothing of its own",
      { kind: "shared-key", header: "x", secret: "constructor" },
      /constructor: not set/,
    ],
    ["public keys", { kind: "jwt" }, /^serve\.jwks: not set → a file with the public keys/],
    [
      "an authority of clients",
      { kind: "mutual-tls", allowed: [{ dns: "a.example" }] },
      /^serve\.tls\.clientCa: not set/,
    ],
  ])("cannot begin without %s that the contract's verifier needs", async (_, rule, told) => {
    await expect(withReceiving([rule], {}, async () => undefined)).rejects.toThrow(told);
  });

  it("cannot begin with a key set or certificate that is not there", async () => {
    const jwt = withReceiving([{ kind: "jwt" }], { jwks: "not-there" }, async () => undefined);
    await expect(jwt).rejects.toThrow(/^serve\.jwks: not-there \(ENOENT\) → a file that can be read/);
    const tls = { certificate: "not-there", privateKey: "not-there" };
    const https = withReceiving([WAYS["a shared key"]!.rule], { tls }, async () => undefined);
    await expect(https).rejects.toThrow(/^serve\.tls\.certificate: not-there \(ENOENT\)/);
  });

  if (CAN_MAKE_CERTIFICATES) {
    it("asks for a certificate, and goes on with new ones and without the old client's", async () => {
      const [ours, carriers] = [makeAuthority("ours"), makeAuthority("carriers")];
      for (const authority of [ours, carriers]) onTestFinished(authority.remove);
      const issueOurs = () =>
        ours.issue({ subject: "/CN=receiver", names: "IP:127.0.0.1", use: "serverAuth" });
      const [first, second] = [issueOurs(), issueOurs()];
      const wish = { subject: "/CN=x", names: "DNS:webhooks.carrier.example", use: "clientAuth" } as const;
      const carrier = carriers.issue(wish);
      const tls = {
        certificate: write("server.pem", first.cert),
        privateKey: write("server.key", first.key),
        clientCa: write("clients.pem", carriers.cert),
      };
      const key = { kind: "shared-key", header: "x-key", key: "a key" } as const;
      const serve = { tls, secrets: { sharedKey: { file: write("key", "a key") } } };
      const rules = [
        { kind: "mutual-tls", allowed: [{ dns: "webhooks.carrier.example" }] },
        { kind: "shared-key", header: "x-key" },
      ];
      expect(listServerCertificateEnds({ ...readConfig(undefined).serve, ...serve })).toMatchObject([
        { setting: "serve.tls.certificate", validTo: new X509Certificate(first.cert).validToDate.getTime() },
        { setting: "serve.tls.clientCa" },
      ]);
      await withReceiving(rules, serve, async (url, { reloads }) => {
        const as = (client: { cert?: string; key?: string }) => ({ tls: { ca: ours.cert, ...client } });
        expect(url).toMatch(/^https:/);
        expect(await send(url, [key], as(carrier))).toBe(200);
        expect(await send(url, [], as(carrier))).toBe(401);
        expect(await send(url, [key], as({}))).toBe(null);
        // Of two files that belong together one is always written first.
        writeFileSync(tls.certificate, second.cert);
        await reached(reloads, 1);
        expect(await send(url, [key], as(carrier))).toBe(200);
        writeFileSync(tls.privateKey, second.key);
        await reached(reloads, 2);
        expect(await send(url, [key], as(carrier))).toBe(200);
        const others = makeAuthority("others");
        onTestFinished(others.remove);
        writeFileSync(tls.clientCa, others.cert);
        await reached(reloads, 3);
        expect(await send(url, [key], as(carrier))).toBe(null);
        expect(await send(url, [key], as(others.issue(wish)))).toBe(200);
        expect(reloads).toEqual([
          { setting: "serve.tls", problem: expect.any(UsageError) },
          { setting: "serve.tls", problem: null },
          { setting: "serve.tls", problem: null },
        ]);
      });
    });
  }
});

describe("the simulated carrier's signatures", () => {
  it.each(Object.entries(WAYS))("are understood, and stand for one body only: %s", async (_, way) => {
    const keySet: KeySet =
      way.secretName === undefined ? await parseKeySet(Buffer.from(way.keyFile([0, 1])), "keys") : [];
    const [verify] = makeVerifiers(
      [VERIFIER_RULE.parse(way.rule)],
      {
        readSecrets: () => way.keyFile([0, 1]).split("\n").filter(Boolean),
        keySet: () => keySet,
        asksForCertificates: false,
        now: () => NOW,
      },
      () => undefined,
    );
    const coversBody = !["shared-key", "jwt"].includes(String(way.rule.kind));
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/),
        fc.integer({ min: -299, max: 299 }),
        fc.constantFrom(0, 1),
        fc.nat(),
        async (bytes, id, seconds, which, place) => {
          const body = Buffer.from(bytes);
          // A token lives for ten minutes from its time of issue, and none is from the future.
          const at = NOW + (way.rule.kind === "jwt" ? -Math.abs(seconds) : seconds) * 1000;
          const headers = signDelivery([way.schemes[which]!], { id, at, body });
          expect(await verify!(aRequest(headers, body))).toBe(true);
          const changed = Buffer.concat([body, Buffer.from([0])]);
          changed[place % changed.length]! ^= 1;
          expect(await verify!(aRequest(headers, changed))).toBe(!coversBody);
        },
      ),
      { numRuns: 50 },
    );
  });
});

/** Waits until a list is so long. */
async function reached(list: readonly unknown[], length: number): Promise<void> {
  while (list.length < length) await new Promise((resolve) => setTimeout(resolve, 5));
}
