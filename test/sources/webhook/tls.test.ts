import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Agent, ServerOptions } from "node:https";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { MutualTlsRule } from "../../../src/sources/verifier-rule.ts";
import { VERIFIER_RULE } from "../../../src/sources/verifier-rule.ts";
import type { ReceiverSettings } from "../../../src/sources/webhook/receiver.ts";
import { makeReceiver } from "../../../src/sources/webhook/receiver.ts";
import { listCertificateEnds, makeTlsOptions } from "../../../src/sources/webhook/tls.ts";
import { makeMutualTlsVerifier } from "../../../src/sources/webhook/verify-mutual-tls.ts";
import type { Authority, Certified } from "../../support/certificates.ts";
import { CAN_MAKE_CERTIFICATES, makeAuthority } from "../../support/certificates.ts";
import { toWord } from "../../support/verifiers.ts";

const PATH = "/webhooks/tracking";

if (CAN_MAKE_CERTIFICATES) {
  let ours: Authority;
  let carriers: Authority;
  let strangers: Authority;
  let server: Certified;
  let carrier: Certified;
  beforeAll(() => {
    [ours, carriers, strangers] = [
      makeAuthority("ours"),
      makeAuthority("carriers"),
      makeAuthority("strangers"),
    ];
    server = ours.issue({ subject: "/CN=receiver", names: "IP:127.0.0.1", use: "serverAuth" });
    carrier = carriers.issue(CARRIER);
  });
  afterAll(() => {
    for (const authority of [ours, carriers, strangers]) authority.remove();
  });

  const CARRIER = {
    subject: "/C=NL/O=Carrier, B.V./CN=webhooks",
    names: "DNS:webhooks.carrier.example",
    use: "clientAuth",
  } as const;

  const toTls = ({ cert, key }: Certified, clientCa?: string) =>
    makeTlsOptions(
      {
        certificate: Buffer.from(cert),
        privateKey: Buffer.from(key),
        clientCa: clientCa === undefined ? undefined : Buffer.from(clientCa),
      },
      undefined,
      "serve.tls",
    );

  const aRule = (...allowed: readonly Readonly<Record<string, string>>[]) =>
    VERIFIER_RULE.parse({ kind: "mutual-tls", allowed }) as MutualTlsRule;

  /** Starts a receiver that is closed with the test, and keeps what verifiers say. */
  async function start(
    settings: Partial<ReceiverSettings> = {},
    rule = aRule({ dns: "webhooks.carrier.example" }),
  ) {
    const said: string[] = [];
    let saved = 0;
    let failures = 0;
    const verify = makeMutualTlsVerifier(rule);
    const receiver = makeReceiver({
      path: PATH,
      verifiers: [
        async (delivery) => {
          const verdict = await verify(delivery);
          said.push(toWord(verdict));
          return verdict.kind === "accepted";
        },
      ],
      deliveryIdHeader: null,
      save: async (deliveries) => {
        saved += deliveries.length;
      },
      now: () => 0,
      tls: toTls(server, carriers.cert),
      onHandshakeFailure: () => {
        failures += 1;
      },
      ...settings,
    });
    const url = await receiver.listen(0);
    onTestFinished(receiver.close);
    return {
      receiver,
      url,
      port: Number(new URL(url).port),
      said,
      saved: () => saved,
      failures: () => failures,
    };
  }

  /** The status of a delivery; the error's code where there is none. */
  function post(
    url: string,
    options: Partial<Certified> & { readonly agent?: Agent } = {},
  ): Promise<number | string> {
    return new Promise((resolve) => {
      const attempt = request(url + PATH, { method: "POST", ca: ours.cert, agent: false, ...options });
      attempt.on("error", (error) => resolve("code" in error ? String(error.code) : error.message));
      attempt.on("response", (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode ?? 0));
      });
      attempt.end("{}");
    });
  }

  describe("a receiver with TLS", () => {
    it("takes deliveries over HTTPS, and nothing over plain HTTP", async () => {
      const { url, port, saved, failures } = await start({ tls: toTls(server), verifiers: [() => true] });
      expect(url).toMatch(/^https:\/\/127\.0\.0\.1:/);
      expect(await post(url)).toBe(200);
      const plain = connectPlain(port, "127.0.0.1");
      plain.on("error", () => undefined);
      plain.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}`);
      plain.resume();
      await once(plain, "close");
      expect([saved(), failures()]).toEqual([1, 1]);
    });

    it.each([
      ["TLSv1", /./],
      ["TLSv1.1", /./],
      ["TLSv1.2", "TLSv1.2"],
      ["TLSv1.3", "TLSv1.3"],
    ] as const)("agrees on %s or not, as a server does that takes anything", async (version, agreed) => {
      const client: ConnectionOptions = {
        minVersion: version,
        maxVersion: version,
        ca: ours.cert,
        ciphers: "DEFAULT@SECLEVEL=0",
      };
      const lax = { ...server, minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
      expect(await protocolOf(await listen(lax), client)).toBe(version);
      // The machine's OpenSSL may refuse the old versions by itself: so do we where it would not.
      const { port } = await start({ tls: toTls(server) });
      for (const own of [port, await listen({ ...lax, ...toTls(server) })]) {
        const outcome = await protocolOf(own, client);
        if (typeof agreed === "string") expect(outcome).toBe(agreed);
        else expect(outcome).toMatch(/^ERR_SSL|ALERT|ECONNRESET/);
      }
    });

    it("cuts whoever never ends the handshake, and answers others meanwhile", async () => {
      const { url, port, failures } = await start({ limits: { headersMs: 300 } });
      const silent = connectPlain(port, "127.0.0.1");
      silent.on("error", () => undefined);
      silent.resume();
      expect(await post(url, carrier)).toBe(200);
      await once(silent, "close");
      expect(failures()).toBe(1);
    });

    it("goes on with new certificates without being restarted", async () => {
      const { receiver, url, port } = await start();
      const before = await serialOf(port);
      const next = ours.issue({ subject: "/CN=receiver", names: "IP:127.0.0.1", use: "serverAuth" });
      receiver.renewTls(toTls(next, strangers.cert));
      expect(await serialOf(port)).not.toBe(before);
      expect(await serialOf(port)).toBe(new X509Certificate(next.cert).serialNumber);
      // The authority of clients has changed, too.
      expect(await post(url, carrier)).not.toBe(200);
      expect(await post(url, strangers.issue(CARRIER))).toBe(200);
      // And it still wants a certificate, and none of the old versions.
      expect(await post(url)).toMatch(/^ERR_SSL|ECONNRESET/);
    });
  });

  it("ends a busy connection with its next answer when the certificates have changed", async () => {
    const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const save = async () => {
      begun.resolve();
      await held.promise;
    };
    const { receiver, port } = await start({ save });
    const socket = connect({ ...carrier, ca: ours.cert, port, host: "127.0.0.1" });
    let received = "";
    socket.on("data", (bytes: Buffer) => {
      received += bytes.toString("latin1");
    });
    const delivery = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}`;
    socket.write(delivery);
    await begun.promise;
    receiver.renewTls(toTls(server, strangers.cert));
    held.resolve();
    await once(socket, "close");
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
    expect(received).toMatch(/\r\nconnection: close\r\n/i);
  });

  describe("makeMutualTlsVerifier", () => {
    it.each([
      ["its name", { dns: "Webhooks.Carrier.example" }],
      ["its subject", { subject: "C=NL,O=Carrier\\, B.V.,CN=webhooks" }],
      ["its subject as the README has openssl print it", undefined],
    ])("lets the carrier's certificate pass by %s", async (_, allowed) => {
      const { url, said, saved } = await start({}, aRule(allowed ?? { subject: subjectOf(carrier) }));
      expect(await post(url, carrier)).toBe(200);
      expect([said, saved()]).toEqual([["1 of 1"], 1]);
    });

    it("lets the certificates of a list pass, and says which", async () => {
      const next = carriers.issue(CARRIER);
      const sha256 = ({ cert }: Certified) => ({ sha256: new X509Certificate(cert).fingerprint256 });
      const { url, said } = await start({}, aRule(sha256(carrier), sha256(next)));
      expect([await post(url, carrier), await post(url, next)]).toEqual([200, 200]);
      expect(await post(url, carriers.issue(CARRIER))).toBe(401);
      expect(said).toEqual(["1 of 2", "2 of 2", "unknown-key"]);
    });

    it.each([
      ["another name", { subject: "/CN=x", names: "DNS:other.carrier.example" }],
      ["a wildcard", { subject: "/CN=x", names: "DNS:*.carrier.example" }],
      [
        "a name that begins like it",
        { subject: "/CN=x", names: "DNS:webhooks.carrier.example.attacker.example" },
      ],
      ["the name as the subject's common name only", { subject: "/CN=webhooks.carrier.example" }],
      ["the name as an address of mail", { subject: "/CN=x", names: "email:webhooks@carrier.example" }],
    ])("says 401 to a certificate of the same authority with %s", async (_, wish) => {
      const { url, said, saved } = await start();
      expect(await post(url, carriers.issue(wish))).toBe(401);
      expect([said, saved()]).toEqual([["unknown-key"], 0]);
    });

    it.each([
      ["more in it", { subject: "/C=NL/O=Carrier, B.V./CN=webhooks/CN=webhooks" }],
      ["its end in one value", { subject: "/C=NL/CN=Carrier, B.V.,CN=webhooks" }],
      ["another order", { subject: "/CN=webhooks/O=Carrier, B.V./C=NL" }],
    ])("says 401 to a subject with %s", async (_, wish) => {
      const { url } = await start({}, aRule({ subject: "C=NL,O=Carrier\\, B.V.,CN=webhooks" }));
      expect(await post(url, carriers.issue(wish))).toBe(401);
      expect(await post(url, carrier)).toBe(200);
    });

    it.each([
      ["none", () => ({})],
      ["one of another authority", () => strangers.issue(CARRIER)],
      ["one that has expired", () => carriers.issue({ ...CARRIER, days: -1 })],
      ["one for servers only", () => carriers.issue({ ...CARRIER, use: "serverAuth" })],
    ])("lets nobody connect with %s", async (_, issue) => {
      const { url, said, saved, failures } = await start();
      expect(await post(url, issue())).toMatch(/^ERR_(SSL|OSSL)|ECONNRESET|EPIPE/);
      expect(await post(url, carrier)).toBe(200);
      expect([said, saved()]).toEqual([["1 of 1"], 1]);
      expect(failures()).toBeLessThanOrEqual(1);
    });

    it.each(["TLSv1.2", "TLSv1.3"] as const)(
      "never resumes a session of %s, as other servers do: each connection shows its certificate",
      async (version) => {
        expect(
          await isResumed(await listen({ ...server, ca: carriers.cert, requestCert: true }), version),
        ).toBe(true);
        expect(await isResumed((await start()).port, version)).toBe(false);
      },
    );
  });

  describe("makeTlsOptions", () => {
    it.each([
      ["a key of another certificate", () => toTls({ cert: server.cert, key: carrier.key })],
      ["no certificate", () => toTls({ cert: "no", key: server.key })],
      ["no key", () => toTls({ cert: server.cert, key: "" })],
      ["authorities that are none", () => toTls(server, "no")],
    ])("refuses %s, and shows nothing of a key", (_, make) => {
      expect(make).toThrow(/^serve\.tls: .* → a certificate, its own private key/);
      expect(make).not.toThrow(/BEGIN/);
    });
  });

  describe("listCertificateEnds", () => {
    it("says when each certificate ends, the earliest first", () => {
      const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const [chain, ca] = [join(folder, "chain.pem"), join(folder, "ca.pem")];
      const soon = ours.issue({ subject: "/CN=soon", days: 3 });
      writeFileSync(chain, `${server.cert}\n${soon.cert}`);
      writeFileSync(ca, carriers.cert);
      const factsOf = (pem: string) => {
        const { subject, fingerprint256, validToDate } = new X509Certificate(pem);
        return { subject, fingerprint: fingerprint256, validTo: validToDate.getTime() };
      };
      expect(
        listCertificateEnds([
          { setting: "serve.tls.certificate", path: chain },
          { setting: "serve.tls.clientCa", path: ca },
        ]),
      ).toEqual([
        { setting: "serve.tls.certificate", path: chain, ...factsOf(soon.cert) },
        { setting: "serve.tls.certificate", path: chain, ...factsOf(server.cert) },
        { setting: "serve.tls.clientCa", path: ca, ...factsOf(carriers.cert) },
      ]);
      expect(() => listCertificateEnds([{ setting: "serve.tls.certificate", path: folder }])).toThrow(
        /^serve\.tls\.certificate: .*EISDIR/,
      );
    });
  });

  /** Starts another server, and gives its port. */
  async function listen(options: ServerOptions): Promise<number> {
    const other = createServer(options, (_, response) => response.end());
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(async () => void other.close());
    return (other.address() as AddressInfo).port;
  }

  /** A certificate's subject, by the command that the README names. */
  function subjectOf({ cert }: Certified): string {
    const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
    const [, command = ""] = /`openssl (x509 -noout -subject [^`]+)`/.exec(readme) ?? [];
    const printed = execFileSync("openssl", command.split(" "), { input: cert, encoding: "utf8" });
    return printed.trim().replace(/^subject=/, "");
  }

  /** What a client agrees on with a server; the error's code where they do not agree. */
  function protocolOf(port: number, options: ConnectionOptions): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect({ port, host: "127.0.0.1", ...options });
      socket.on("secureConnect", () => {
        resolve(socket.getProtocol() ?? "nothing");
        socket.destroy();
      });
      socket.on("error", (error) => resolve("code" in error ? String(error.code) : error.message));
    });
  }

  /** Whether a second connection goes on with the session of the first. */
  async function isResumed(port: number, maxVersion: "TLSv1.2" | "TLSv1.3"): Promise<boolean> {
    const options = { ...carrier, ca: ours.cert, port, host: "127.0.0.1", maxVersion };
    const first = connect(options);
    let session: Buffer | undefined;
    first.on("session", (latest) => {
      session = latest;
    });
    first.on("error", () => undefined);
    first.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    first.resume();
    await once(first, "close");
    const second = connect({ ...options, ...(session === undefined ? {} : { session }) });
    await once(second, "secureConnect");
    const isReused = second.isSessionReused();
    second.destroy();
    return isReused;
  }

  /** The number of the certificate that a server shows. */
  async function serialOf(port: number): Promise<string> {
    const socket = connect({ port, host: "127.0.0.1", ca: ours.cert, ...carrier });
    socket.on("error", () => undefined);
    await once(socket, "secureConnect");
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  }
}
