import { createHmac, generateKeyPairSync, sign, timingSafeEqual } from "node:crypto";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/sandbox/prng.ts";
import type { VerifierRule } from "../../../src/sources/verifier-rule.ts";
import { VERIFIER_RULE } from "../../../src/sources/verifier-rule.ts";
import { parseKeySet } from "../../../src/sources/webhook/key-set.ts";
import { makeVerifiers } from "../../../src/sources/webhook/make-verifiers.ts";
import type { WebhookVerifier } from "../../../src/sources/webhook/receiver.ts";
import { makeReceiver } from "../../../src/sources/webhook/receiver.ts";
import type { WebhookRequest } from "../../../src/sources/webhook/verifier.ts";

const PATH = "/webhooks/tracking";
const NOW = 1_772_922_181;
/** How many malformed requests are sent in all. */
const COUNT = Number(process.env.TRACKBRIDGE_MALFORMED_REQUESTS ?? 100_000);
const SEED = Number(process.env.TRACKBRIDGE_MALFORMED_SEED ?? 20_260_307);
const CONNECTIONS = 8;

type Header = readonly [name: string, value: string];

/** A way to sign, and its receiver's rule. */
interface Guarded {
  readonly rule: VerifierRule;
  /** Whether another body needs another signature. */
  readonly coversBody: boolean;
  readonly sign: (body: Buffer) => readonly Header[];
}

const SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const KEY = "the-carriers-key";
const { publicKey, privateKey } = generateKeyPairSync("ed25519");

const GUARDED: Readonly<Record<string, Guarded>> = {
  "shared-key": {
    rule: VERIFIER_RULE.parse({ kind: "shared-key", header: "apikey" }),
    coversBody: false,
    sign: () => [["apikey", KEY]],
  },
  hmac: {
    rule: VERIFIER_RULE.parse({
      kind: "hmac",
      header: "x-signature",
      algorithm: "sha256",
      encoding: "hex",
      prefix: "sha256=",
      timestamp: { header: "x-time" },
    }),
    coversBody: true,
    sign: (body) => [
      ["x-time", String(NOW)],
      ["x-signature", `sha256=${createHmac("sha256", KEY).update(`${NOW}.`).update(body).digest("hex")}`],
    ],
  },
  "standard-webhooks": {
    rule: VERIFIER_RULE.parse({ kind: "standard-webhooks" }),
    coversBody: true,
    sign: (body) => [
      ["webhook-id", "msg_1"],
      ["webhook-timestamp", String(NOW)],
      [
        "webhook-signature",
        `v1,${createHmac("sha256", Buffer.from(SECRET, "base64")).update(`msg_1.${NOW}.`).update(body).digest("base64")}`,
      ],
    ],
  },
  jwt: {
    rule: VERIFIER_RULE.parse({ kind: "jwt", issuer: "carrier" }),
    coversBody: false,
    sign: () => [["authorization", `Bearer ${TOKEN}`]],
  },
};

const TOKEN = (() => {
  const parts = [
    { alg: "EdDSA", kid: "1" },
    { iss: "carrier", exp: NOW + 600 },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
})();

/** Each leaves nothing of a signature valid. Blanks at the ends of a value do not count in HTTP, nor case in a name. */
const BREAKS: readonly ((value: string, prng: Prng) => readonly string[])[] = [
  () => [],
  (value) => [value, value],
  (value) => [value, "x"],
  () => [""],
  (value, prng) => [value.slice(0, prng.between(0, value.length - 3))],
  (value, prng) => [value.slice(prng.between(1, value.length))],
  (value) => [value + value],
  (value) => [`${value},${value}`],
  (value) => [`${value}; ${value}`],
  (value, prng) => [`${value}${prng.pick(["=", "A", "\u00e9", "\u00a0", ".", ",", "\t-", "\u0085"])}`],
  (value) => [`"${value}"`],
  (value, prng) => [
    replaceAt(value, prng.between(0, value.length - 3), prng.pick(["\u00ff", "*", "~", "%", "{"])),
  ],
  (value, prng) => [
    insertAt(value, prng.between(1, value.length - 1), prng.pick([" ", "\t", "  ", "\u00ff", "."])),
  ],
  (_, prng) => [toPrintable(prng, prng.between(1, 200))],
  (_, prng) => ["v1,AAAA ".repeat(prng.between(1, 100))],
  () => ["null"],
  () => ["__proto__"],
  () => ["Bearer "],
  () => ["Bearer eyJhbGciOiJub25lIn0.e30."],
  () => ["0000000000"],
  () => ["9999999999"],
  () => ["-1"],
  () => ["1e9"],
];

const replaceAt = (text: string, at: number, by: string) => text.slice(0, at) + by + text.slice(at + 1);
const insertAt = (text: string, at: number, more: string) => text.slice(0, at) + more + text.slice(at);
const toPrintable = (prng: Prng, length: number) =>
  Array.from({ length }, () => String.fromCharCode(prng.between(0x21, 0x7e))).join("");

const EXTRA_HEADERS: readonly Header[] = [
  ["content-type", "application/json"],
  ["content-type", ";;"],
  ["content-type", "application/json; charset=\u00ff"],
  ["__proto__", "x"],
  ["constructor", "x"],
  ["expect", "100-continue"],
  ["cookie", "a=b; __proto__=c"],
  ["x-forwarded-for", "127.0.0.1"],
  ["accept", "\u00ff"],
  ["host", ""],
  ["webhook-id", "\u00ff"],
  ["if-none-match", "*"],
  ["range", "bytes=0-"],
  ["accept-encoding", "gzip;q=nan"],
];

const BODIES: readonly ((prng: Prng) => Buffer)[] = [
  () => Buffer.alloc(0),
  (prng) => Buffer.from(Array.from({ length: prng.between(1, 60) }, () => prng.between(0, 255))),
  () => Buffer.from('{"item":{"barcode":"3SDEVC123456789"'),
  () => Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  () => Buffer.from("[".repeat(500)),
  () => Buffer.from('{"__proto__":{"a":1},"constructor":{"prototype":null}}'),
  () => Buffer.from("\u0000\u0000"),
  () => Buffer.from("9".repeat(400)),
];

/** What is no HTTP, or hardly; whatever comes after it on the connection counts no more. */
const NO_REQUESTS: readonly ((prng: Prng) => string)[] = [
  (prng) => String.fromCharCode(...Array.from({ length: prng.between(1, 80) }, () => prng.between(0, 255))),
  () => "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
  () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  () => `POST ${PATH} HTTP/9.9\r\nHost: x\r\n\r\n`,
  () => `POST ${PATH}\r\n\r\n`,
  () => `POST  ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`,
  () => `PO ST ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\nHost\r\n\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\n: x\r\n\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\nHost: x\r\nX: a\u0000b\r\n\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\nHost: x\r\n\u00e9: b\r\n\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1e1\r\n\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx`,
  () =>
    `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\nHost: x\r\n${"a:\r\n".repeat(2_500)}\r\n`,
  () => `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx`,
  () => `POST ${PATH}/${"%".repeat(5)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  () => `GET ${PATH}?${"\u00ff".repeat(5)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  () => `POST //@[::1/%00 HTTP/1.1\r\nHost: x\r\n\r\n`,
  () => `CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n`,
  () => `GET ${PATH} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
  () => `POST ${PATH} HTTP/1.0\r\n\r\n`,
];

interface Sent {
  readonly bytes: Buffer;
  /** What has to come back. */
  readonly status: 200 | 401;
}

function toRequest(headers: readonly Header[], body: Buffer): Buffer {
  const lines = [...headers, ["content-length", String(body.length)]].map(
    ([name, value]) => `${name}: ${value}`,
  );
  return Buffer.concat([
    Buffer.from([`POST ${PATH} HTTP/1.1`, "host: x", ...lines, "", ""].join("\r\n"), "latin1"),
    body,
  ]);
}

/** A request in proper HTTP that is not the carrier's. */
function makeMalformed({ sign: signed, coversBody }: Guarded, prng: Prng): Sent {
  const body = prng.pick(BODIES)(prng);
  const headers = [...signed(body)];
  const isBodyOther = coversBody && prng.chance(0.5);
  const broken = prng.between(0, headers.length - 1);
  const spoilt = headers.flatMap(([name, value], at): readonly Header[] => {
    const isSpoilt = at === broken ? !isBodyOther : prng.chance(0.2);
    const values = isSpoilt ? prng.pick(BREAKS)(value, prng) : [value];
    return values.map((one) => [name, one]);
  });
  const extra = prng.chance(0.3) ? [prng.pick(EXTRA_HEADERS)] : [];
  const sent = isBodyOther ? Buffer.concat([body, Buffer.from("x")]) : body;
  return { bytes: toRequest([...spoilt, ...extra], sent), status: 401 };
}

/** A request that is the carrier's, with a body that nobody can read. */
function makeGood({ sign: signed }: Guarded, prng: Prng, number: number): Sent & { readonly body: string } {
  const body = Buffer.concat([Buffer.from(`good ${number} `), prng.pick(BODIES)(prng)]);
  return { bytes: toRequest(signed(body), body), status: 200, body: body.toString("latin1") };
}

/**
 * Sends requests all at once and, when they are answered, something else (an
 * error ends a connection at once, also for what waits on it); gives the
 * statuses of the answers, in order.
 */
function exchange(port: number, requests: readonly Buffer[], last: Buffer): Promise<readonly number[]> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const statuses: number[] = [];
    let rest = "";
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      const before = statuses.length;
      rest += text;
      const lines = [...rest.matchAll(/HTTP\/1\.1 ([0-9]{3}) /g)];
      // 100 is no answer yet.
      statuses.push(...lines.map(([, status]) => Number(status)).filter((status) => status >= 200));
      const seen = lines.at(-1);
      if (seen !== undefined) rest = rest.slice(seen.index + seen[0].length);
      if (before < requests.length && statuses.length >= requests.length) socket.end(last);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(statuses));
    socket.write(Buffer.concat(requests));
  });
}

/** What came of an attack. */
interface Outcome {
  /** The bodies that were signed, and those that were kept. */
  readonly good: readonly string[];
  readonly kept: readonly string[];
  /** Answers that were not the expected ones, in words. */
  readonly surprises: readonly string[];
  /** How often the receiver gave which status. */
  readonly answered: ReadonlyMap<number, number>;
}

/** Attacks a receiver with so many requests, and a good one now and then. */
async function attack(
  guarded: Guarded,
  count: number,
  verifiers: readonly WebhookVerifier[],
): Promise<Outcome> {
  const kept: string[] = [];
  const good: string[] = [];
  const surprises: string[] = [];
  const answered = new Map<number, number>();
  const receiver = makeReceiver({
    path: PATH,
    verifiers,
    deliveryIdHeader: "webhook-id",
    save: async (deliveries) =>
      void kept.push(...deliveries.map(({ body }) => Buffer.from(body).toString("latin1"))),
    now: () => NOW * 1000,
    onAnswer: (status) => answered.set(status, (answered.get(status) ?? 0) + 1),
  });
  const port = Number(new URL(await receiver.listen(0)).port);
  let left = count;
  const work = async (seed: number): Promise<void> => {
    const prng = new Prng(SEED, guarded.rule.kind.length, seed);
    while (left > 0) {
      const size = Math.min(left, prng.between(20, 120));
      left -= size;
      const sent: Sent[] = Array.from({ length: size }, () => makeMalformed(guarded, prng));
      const ours = makeGood(guarded, prng, good.length);
      good.push(ours.body);
      sent.splice(prng.between(0, sent.length), 0, ours);
      const last = Buffer.from(prng.pick(NO_REQUESTS)(prng), "latin1");
      const bytes = sent.map((one) => one.bytes);
      const statuses = await exchange(port, bytes, last);
      for (const [i, one] of sent.entries()) {
        if (statuses[i] !== one.status)
          surprises.push(`${statuses[i]} to ${JSON.stringify(one.bytes.toString("latin1"))}`);
      }
      // Or the connection was ended without an answer.
      for (const status of statuses.slice(sent.length)) {
        if (status < 400 || status >= 500)
          surprises.push(`${status} to ${JSON.stringify(last.toString("latin1"))}`);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, (_, seed) => work(seed)));
  } finally {
    await receiver.close();
  }
  return { good, kept, surprises, answered };
}

const failuresOf = ({ answered }: Outcome) => [...answered.keys()].filter((status) => status >= 500);

describe("makeReceiver, with malformed deliveries", () => {
  it.each(Object.entries(GUARDED))(
    `keeps the carrier's and nothing else, and never fails, guarded by %s (${COUNT} in all, seed ${SEED})`,
    async (_, guarded) => {
      const keySet = await parseKeySet(
        Buffer.from(JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1" }] })),
        "keys",
      );
      const means = {
        readSecrets: (name: string) => [name === "standardWebhooks" ? `whsec_${SECRET}` : KEY],
        keySet: () => keySet,
        asksForCertificates: false,
        now: () => NOW * 1000,
      };
      const count = Math.ceil(COUNT / Object.keys(GUARDED).length);
      const outcome = await attack(
        guarded,
        count,
        makeVerifiers([guarded.rule], means, () => undefined),
      );
      expect(outcome.surprises.slice(0, 3)).toEqual([]);
      expect(failuresOf(outcome)).toEqual([]);
      expect(outcome.kept.toSorted()).toEqual(outcome.good.toSorted());
      expect(outcome.good.length).toBeGreaterThan(0);
      expect(outcome.answered.get(200)).toBe(outcome.good.length);
      expect(outcome.answered.get(401)).toBeGreaterThanOrEqual(count);
    },
  );

  const valuesOf = ({ rawHeaders }: WebhookRequest, wanted: string) =>
    rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1] === wanted);

  it("would notice a verifier that takes one of several values", async () => {
    const careless: WebhookVerifier = (request) => valuesOf(request, "apikey").includes(KEY);
    const { surprises, kept, good } = await attack(GUARDED["shared-key"]!, 2_000, [careless]);
    expect(surprises).not.toEqual([]);
    expect(kept.length).toBeGreaterThan(good.length);
  });

  it("would notice a verifier that throws for what it cannot compare", async () => {
    const careless: WebhookVerifier = (request) =>
      timingSafeEqual(Buffer.from(valuesOf(request, "apikey").join()), Buffer.from(KEY));
    expect(failuresOf(await attack(GUARDED["shared-key"]!, 2_000, [careless]))).toEqual([503]);
  });
});
