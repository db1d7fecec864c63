import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import type { Observation } from "../../src/domain/observation.ts";
import type { Contract } from "../../src/sources/contract.ts";
import { parseContract, readContract } from "../../src/sources/contract.ts";
import { parseStatusReply } from "../../src/sources/status-api/parse-reply.ts";
import { parseDelivery } from "../../src/sources/webhook/parse-delivery.ts";
import { toWireCodes } from "../../src/sources/wire-codes.ts";
import { anArrival, bytesOf, fixtures, observationsOf } from "../support/payloads.ts";

const OTHER = `${fixtures}contracts/other.yml`;
const text = readFileSync(
  fileURLToPath(new URL("../../config/contracts/reference.yml", import.meta.url)),
  "utf8",
);
const STATUSES = readFileSync(fileURLToPath(new URL("../../mappings/statuses.csv", import.meta.url)), "utf8")
  .trim()
  .split(/\r?\n/)
  .slice(1)
  .map((line) => line.split(",")[0] ?? "");

/** The reference contract with one piece of its text replaced. */
function changed(piece: string, by: string): Contract {
  expect(text).toContain(piece);
  return parseContract(text.replace(piece, by), "changed.yml");
}

describe("readContract", () => {
  it("finds a contract by name, and one by path", async () => {
    expect((await readContract("reference")).webhook.verifiers).toEqual([
      { kind: "shared-key", header: "apikey", secret: "sharedKey" },
    ]);
    expect((await readContract(OTHER)).webhook.verifiers).toEqual([
      { kind: "shared-key", header: "X-Carrier-Key", secret: "sharedKey" },
    ]);
  });

  it("says how the reference API is asked", async () => {
    const { requests, factors } = (await readContract("reference")).statusApi;
    expect(requests).toEqual({
      barcode: { path: "/shipment/v4/status/barcode/{barcode}", query: {} },
      reference: {
        path: "/shipment/v4/status/reference/{reference}",
        query: { customerNumber: "customerNumber", customerCode: "customerCode" },
      },
      updated: {
        path: "/shipment/v4/status/updated",
        query: { customerNumber: "customerNumber", from: "from", until: "until", cursor: "cursor" },
      },
    });
    expect(factors).toEqual([
      { kind: "api-key", header: "apikey" },
      { kind: "oauth-client-credentials", tokenUrl: "/oauth2/token", authentication: "basic", scope: null },
    ]);
  });

  it.each(["no-such-contract", "/no/such/file.yml", "../reference"])(
    "says that %s is not there",
    async (name) => {
      await expect(readContract(name)).rejects.toThrow(
        `contract: ${name} → the name of a file in config/contracts, or a file's path → correct the name in the configuration`,
      );
    },
  );
});

describe("parseContract", () => {
  it.each([
    [
      "    barcode: item.barcode\n",
      "    barcod: item.barcode\n",
      "changed.yml: webhook.fields.barcod: a key that no contract has",
    ],
    ["webhook:\n", "extra: 1\nwebhook:\n", "changed.yml: extra: a key that no contract has"],
    [
      "        cursor: cursor",
      "        cursor: cursor\n        page: page",
      "changed.yml: statusApi.requests.updated.query.page: a key",
    ],
    [
      "    barcode: item.barcode\n",
      "",
      "changed.yml: webhook.fields.barcode: nothing → a path such as item.status.code",
    ],
    ["    code: code\n", "", "changed.yml: statusApi.status.code: nothing → a path"],
    ["items: items[]", "items: items", 'changed.yml: statusApi.items: "items" → a path that ends in []'],
    ["code: item.status.code", "code: item..code", 'changed.yml: webhook.fields.code: "item..code" → a path'],
    ["code: item.status.code", "code: []", "changed.yml: webhook.fields.code: [] → at least one path"],
    [
      "{barcode}",
      "",
      'changed.yml: statusApi.requests.barcode.path: "/shipment/v4/status/barcode/" → a path that holds {barcode}',
    ],
    [
      "path: /shipment/v4/status/updated",
      "path: updated",
      'changed.yml: statusApi.requests.updated.path: "updated" → a path that begins with /',
    ],
    [
      "        cursor: cursor",
      "",
      "changed.yml: statusApi.requests.updated.query.cursor: nothing → a name for the cursor",
    ],
    [
      "timestamp: item.status.timestamp",
      "timestamp: { date: item.date }",
      'changed.yml: webhook.fields.timestamp: {"date":"item.date"} → a path such as item.status.code, a list of paths, or {',
    ],
    ["kind: shared-key", "kind: none", 'changed.yml: webhook.verifiers.0.kind: "none" →'],
    [
      "      header: apikey\n  # The",
      "      header: api key\n  # The",
      'changed.yml: webhook.verifiers.0.header: "api key" → the name of a header',
    ],
    [
      "tokenUrl: /oauth2/token",
      "tokenUrl: http://example.org/token",
      'tokenUrl: "http://example.org/token" → a path that begins with /, or an https address',
    ],
    [
      "webhook:\n",
      "zone: Europe/Nowhere\nwebhook:\n",
      "changed.yml: zone: Europe/Nowhere → the name of a time zone",
    ],
    ["webhook:\n", "webhook: [\n", "changed.yml: "],
    ["    code: item.status.code\n", "    code: a\n    code: b\n", "changed.yml: Map keys must be unique"],
    [text, "", "changed.yml: the whole file: "],
  ])("refuses a contract where '%s' is '%s'", (piece, by, message) => {
    expect(() => changed(piece, by)).toThrow(UsageError);
    expect(() => changed(piece, by)).toThrow(message);
  });

  it("reads the other verifiers that its comments show", async () => {
    const shown = text.split("\n").flatMap((line) => /^# {3}( {2,}\S.*|- kind.*)$/.exec(line)?.[1] ?? []);
    const lines = shown
      .slice(shown.findIndex((line) => line.startsWith("- kind")))
      .map((line) => `    ${line}`);
    const { verifiers } = changed(
      "    - kind: shared-key\n      header: apikey\n",
      `${lines.join("\n")}\n`,
    ).webhook;
    expect(verifiers).toEqual([
      {
        kind: "hmac",
        header: "X-Hub-Signature-256",
        algorithm: "sha256",
        encoding: "hex",
        prefix: "sha256=",
        timestamp: { header: "X-Timestamp", signed: "{timestamp}.{body}", toleranceSeconds: 300 },
        secret: "hmac",
      },
      { kind: "standard-webhooks", prefix: "webhook", toleranceSeconds: 300, secret: "standardWebhooks" },
      {
        kind: "jwt",
        header: "authorization",
        issuer: "https://carrier.example",
        audience: "trackbridge",
        subject: null,
        type: null,
        leewaySeconds: 30,
        maxAgeSeconds: null,
      },
      { kind: "mutual-tls", allowed: [{ dns: "webhooks.carrier.example" }] },
    ]);
  });

  it.each([
    ["kind: hmac\n      header: x\n      encoding: hex", "verifiers.0.algorithm: nothing →"],
    ["kind: hmac\n      header: x\n      encoding: hex\n      algorithm: md5", 'algorithm: "md5" →'],
    ["kind: standard-webhooks\n      toleranceSeconds: 5m", 'toleranceSeconds: "5m" → seconds, 1 to 3600'],
    ["kind: standard-webhooks\n      key: whsec_x", "verifiers.0.key: a key that no contract has"],
    ["kind: jwt\n      leewaySeconds: 86400", 'leewaySeconds: "86400" → seconds, 0 to 300'],
    ["kind: mutual-tls\n      allowed: []", "allowed: [] → at least one certificate"],
    ["kind: mutual-tls\n      allowed: [{ sha256: AB }]", "a SHA-256 fingerprint"],
    ["kind: mutual-tls\n      allowed: [{ any: yes }]", "{ dns: NAME }"],
  ])("refuses a verifier such as %j", (verifier, message) => {
    expect(() => changed("kind: shared-key\n      header: apikey", verifier)).toThrow(message);
  });

  it("refuses an empty list of verifiers: anybody could report statuses", () => {
    const without = text.replace(/verifiers:\n.*\n.*\n/, "verifiers: []\n");
    expect(() => parseContract(without, "changed.yml")).toThrow(
      "changed.yml: webhook.verifiers: [] → at least one verifier",
    );
  });

  it("takes a table of codes for both services, or one for each", () => {
    const shared = parseContract(`codes: { A: sorted }\n${text}`, "x");
    expect([shared.webhook.codes, shared.statusApi.codes]).toEqual([{ A: "sorted" }, { A: "sorted" }]);
    const own = parseContract(
      `codes: { A: sorted }\n${text.replace("webhook:\n", "webhook:\n  codes: { B: held }\n")}`,
      "x",
    );
    expect([own.webhook.codes, own.statusApi.codes]).toEqual([{ B: "held" }, { A: "sorted" }]);
  });
});

describe("the places of a contract's fields", () => {
  it("are said from the root of a delivery, and of a reply", async () => {
    const { webhook, statusApi } = await readContract("example-nested");
    const of = (places: typeof webhook.places, field: string) =>
      places
        .filter((place) => place.field === field)
        .map(({ level, isRequired, paths }) => [level, isRequired, ...paths]);
    expect(of(webhook.places, "timestamp")).toEqual([
      ["delivery", true, "data.parcels[].events[].occurred.date", "data.parcels[].events[].occurred.time"],
    ]);
    expect(of(statusApi.places, "barcode")).toEqual([["item", true, "data.results[].parcel.trackingNumber"]]);
    expect(of(statusApi.places, "code")).toEqual([
      [
        "status",
        true,
        "data.results[].history.entries[].type.code",
        "data.results[].history.entries[].type",
        "data.results[].latest.type.code",
        "data.results[].latest.type",
      ],
    ]);
    expect(of(statusApi.places, "productCode")).toEqual([]);
  });
});

describe("toWireCodes", () => {
  it("takes the 25 status names for codes where the contract has no table", async () => {
    const codes = toWireCodes(await readContract("reference"), STATUSES);
    expect(STATUSES).toHaveLength(25);
    for (const channel of ["webhook", "status-api"] as const) {
      expect([...codes[channel]].sort()).toEqual(STATUSES.map((status) => [status, status]).sort());
    }
  });

  it("takes the contract's table, lower case, and no name that it lacks", async () => {
    const codes = toWireCodes(await readContract(OTHER), STATUSES);
    expect([...codes.webhook]).toEqual([
      ["announced", "announced"],
      ["hub_out", "sorted"],
      ["01", "delivered"],
    ]);
    expect(codes["status-api"].has("sorted")).toBe(false);
  });

  it("has a code of its own for each of the 25 statuses in the shipped example", async () => {
    const example = await readContract("example-nested");
    expect(example).toMatchObject({ name: "example-nested", isProvisional: true });
    const codes = toWireCodes(example, STATUSES);
    expect([...codes.webhook.values()].sort()).toEqual([...STATUSES].sort());
    expect(Object.keys(example.webhook.codes ?? {}).filter((code) => code !== code.toUpperCase())).toEqual(
      [],
    );
  });

  it("refuses a status that does not exist, and a code that stands twice", () => {
    expect(() => toWireCodes(parseContract(`codes: { HUB: sortd }\n${text}`, "x.yml"), STATUSES)).toThrow(
      "x.yml: codes of the webhook.HUB: status 'sortd' → a name from the status table",
    );
    expect(() =>
      toWireCodes(parseContract(`codes: { HUB: sorted, hub: held }\n${text}`, "x.yml"), STATUSES),
    ).toThrow("x.yml: codes of the webhook.hub: code 'hub' a second time → each code once, case not counted");
  });
});

/** What an observation says, without where it came from. */
function said({ intake: _intake, identity: _identity, ...rest }: Observation) {
  return rest;
}

describe("a contract of another shape", () => {
  it("gives the same observation of a delivery", async () => {
    const reference = parseDelivery(
      bytesOf({
        eventId: "6f0c",
        eventTime: "2026-03-07T23:23:01.120+01:00",
        customerNumber: "11223344",
        customerCode: "DEVC",
        item: {
          barcode: "3SDEVC123456789",
          mainBarcode: "3SDEVC123456780",
          shipmentReference: "ORDER-1001",
          status: { code: "HUB_OUT", description: "Sorted", timestamp: "2026-03-07T23:22:56+01:00" },
          details: { locationCode: "888888" },
        },
      }),
      anArrival("webhook"),
      "x",
      await readContract("reference"),
    );
    const other = parseDelivery(
      bytesOf({
        meta: { uuid: "6f0c", sentAt: 1772922181, account: { no: 11223344, code: "DEVC" } },
        message: {
          parcels: [
            {
              trackingCode: " 3sdevc123456789 ",
              masterTrackingCode: "3sdevc123456780",
              refs: { shipper: "ORDER-1001" },
              event: {
                type: { code: "hub_out", description: "Left the hub" },
                at: "2026-03-07T23:22:56",
                site: 888888,
              },
            },
          ],
        },
      }),
      anArrival("webhook"),
      "x",
      await readContract(OTHER),
    );
    expect(observationsOf(reference)).toHaveLength(1);
    expect(observationsOf(other).map(said)).toEqual(observationsOf(reference).map(said));
    expect(other.customerNumber).toBe("11223344");
    expect(observationsOf(other)[0]?.identity).toBe("e:6f0c");
    expect(observationsOf(reference)[0]?.identity).toBe("e:6f0c");
  });

  it("gives the same observations and listed parcels of a reply", async () => {
    const reference = parseStatusReply(
      bytesOf({
        items: [
          {
            barcode: "3SDEVC123456789",
            shipmentReference: "ORDER-1001",
            customerNumber: "11223344",
            customerCode: "DEVC",
            statuses: [
              {
                code: "hub_out",
                timestamp: "2026-03-07T23:22:56+01:00",
                details: { locationCode: "161102" },
              },
              {
                code: "announced",
                timestamp: "2026-03-07T09:00:00+01:00",
                details: { locationCode: "888888" },
              },
            ],
          },
          {
            barcode: "3SDEVC000000002",
            currentStatus: { code: "01", timestamp: "2026-03-07T12:00:00+01:00" },
          },
        ],
        nextCursor: null,
      }),
      anArrival("status-api", 200),
      "x",
      await readContract("reference"),
    );
    const other = parseStatusReply(
      bytesOf([
        {
          code: "3SDEVC123456789",
          refs: { shipper: "ORDER-1001" },
          account: { no: 11223344, code: "DEVC" },
          history: {
            events: [
              {
                type: { code: "HUB_OUT", description: "Left the hub" },
                at: "07-03-2026 23:22:56",
                site: "161102",
              },
              { type: "ANNOUNCED", at: "2026-03-07 09:00:00", site: 888888 },
            ],
          },
        },
        {
          trackingCode: "3SDEVC000000002",
          history: { last: { type: { code: "01" }, at: "2026-03-07T12:00:00" } },
        },
      ]),
      anArrival("status-api", 200),
      "x",
      await readContract(OTHER),
    );
    expect(observationsOf(reference)).toHaveLength(3);
    expect(observationsOf(other).map(said)).toEqual(observationsOf(reference).map(said));
    expect(observationsOf(other).map(({ identity }) => identity)).toEqual(
      observationsOf(reference).map(({ identity }) => identity),
    );
    expect(other.listed).toEqual(["3SDEVC123456789"]);
    expect(reference.listed).toEqual(["3SDEVC123456789"]);
  });
});
