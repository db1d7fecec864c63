import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { ContractCheckOptions } from "../../src/app/check-contract.ts";
import { checkContract } from "../../src/app/check-contract.ts";
import { readConfig } from "../../src/config.ts";
import type { ContractCheckReport } from "../../src/report/contract-data.ts";
import { renderContractCheckText } from "../../src/report/render-contract-text.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { makePayloadChecker } from "../../src/sources/check-payloads.ts";
import { readContract } from "../../src/sources/contract.ts";
import { listSchemaErrors } from "../support/schemas.ts";
import { toNestedWorld } from "../support/to-nested.ts";
import { saveWorld, worldOptions } from "../support/worlds.ts";

const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SERVICES = ["webhook", "status-api"] as const;

async function check(
  content: string | Uint8Array,
  wish: Partial<ContractCheckOptions> = {},
): Promise<ContractCheckReport> {
  const path = join(folder, "payload.json");
  writeFileSync(path, content);
  const report = await checkContract(readConfig(undefined), {
    contract: "reference",
    paths: [path],
    service: undefined,
    ...wish,
  });
  expect(listSchemaErrors("contract-check", report)).toEqual([]);
  return report;
}

/** A delivery as the reference contract has it. */
function aDelivery(item: object = {}, root: object = {}) {
  return {
    eventId: "6f0c",
    customerNumber: 11223344,
    item: {
      barcode: "3SDEVC123456789",
      status: { code: "sorted", timestamp: "2026-03-07T23:22:56+01:00" },
      details: { locationCode: "888888" },
      receiver: { name: "A. Jansen", street: "Dorpsstraat 1" },
      ...item,
    },
    ...root,
  };
}

function aReply(status: object = {}, item: object = {}) {
  const statuses = [
    { code: "announced", timestamp: "2026-03-07T09:00:00Z" },
    { code: "sorted", timestamp: "2026-03-07T22:22:56Z", ...status },
  ];
  return { items: [{ barcode: "3SDEVC123456789", statuses, ...item }], nextCursor: null };
}

const fieldOf = ({ fields }: ContractCheckReport, name: string) => fields.find(({ field }) => field === name);

describe("checkContract", () => {
  it("says of each field where it looked, how often it was found, and shows one value", async () => {
    const report = await check(JSON.stringify(aDelivery(), null, 2));
    expect(report).toMatchObject({ service: "webhook", payloads: 1, rows: 1, isFine: true });
    expect(fieldOf(report, "barcode")).toEqual({
      field: "barcode",
      level: "delivery",
      required: true,
      paths: ["item.barcode"],
      of: 1,
      found: 1,
      sample: "3SDEVC123456789",
      problems: [],
    });
    expect(fieldOf(report, "customerNumber")).toMatchObject({ found: 1, sample: "11223344" });
    expect(fieldOf(report, "reference")).toMatchObject({ of: 1, found: 0, sample: null });
    expect(report.codes).toEqual([{ code: "sorted", status: "sorted", count: 1 }]);
  });

  it("names what no field reads, and shows nothing of it", async () => {
    const keyed = aDelivery({ "3SDEVC000000001": "x", byDay: { "2026-03-07": 1, "Jan Jansen": 2 } });
    const report = await check(JSON.stringify(keyed));
    expect(report.unused).toEqual([
      { path: "item.receiver.name", payloads: 1 },
      { path: "item.receiver.street", payloads: 1 },
      { path: "item.*", payloads: 1 },
      { path: "item.byDay.*", payloads: 1 },
    ]);
    for (const text of [JSON.stringify(report), renderContractCheckText(report, "en")]) {
      expect(text).not.toMatch(/Jansen|Dorpsstraat|3SDEVC000000001/);
    }
  });

  it.each([
    ["a needed field that is missing", aDelivery({ barcode: null }), "barcode", []],
    [
      "one that is something else",
      aDelivery({ barcode: {} }),
      "barcode",
      ["SHAPE_INVALID: barcode is an object"],
    ],
    ["a barcode that is none", aDelivery({ barcode: "3S?" }), "barcode", ["BARCODE_INVALID: barcode '3S?'"]],
    [
      "a time without offset",
      aDelivery({ status: { code: "sorted", timestamp: "2026-03-07T23:22:56" } }),
      "timestamp",
      ["TIME_INVALID: '2026-03-07T23:22:56'"],
    ],
  ])("is not content with %s", async (_what, body, field, problems) => {
    const lines = [aDelivery(), body, aDelivery()].map((one) => JSON.stringify(one));
    const report = await check(lines.join("\n"), { service: "webhook" });
    expect(report).toMatchObject({ payloads: 3, rows: 3, isFine: false });
    expect(fieldOf(report, field)).toMatchObject({ of: 3, found: 2 });
    expect(fieldOf(report, field)?.problems.map(({ problem }) => problem)).toEqual(problems);
  });

  it("is not content with a code that the contract does not know", async () => {
    const report = await check(JSON.stringify(aReply({ code: "HUB_OUT" })));
    expect(report).toMatchObject({ service: "status-api", rows: 2, isFine: false });
    expect(report.codes).toEqual([
      { code: "announced", status: "announced", count: 1 },
      { code: "hub_out", status: null, count: 1 },
    ]);
  });

  it("is not content with nothing", async () => {
    const empty = JSON.stringify({ items: [], nextCursor: null });
    expect(await check(empty)).toMatchObject({ payloads: 1, rows: 0, isFine: false });
    expect(await check("", { service: "webhook" })).toMatchObject({ unreadable: 1, isFine: false });
  });

  it("looks at a current status only where there is no list", async () => {
    const currentStatus = { code: "held", timestamp: "2026-03-07T22:22:56Z" };
    const both = await check(JSON.stringify(aReply({}, { currentStatus })));
    const alone = await check(JSON.stringify(aReply({}, { statuses: null, currentStatus })));
    expect([both.rows, alone.rows]).toEqual([2, 1]);
    expect(alone.codes).toEqual([{ code: "held", status: "held", count: 1 }]);
  });

  it("takes exported lines, and passes over error replies", async () => {
    const line = (httpStatus: number, body: unknown) =>
      JSON.stringify({ receivedAt: "2026-03-07T22:30:00Z", httpStatus, request: { barcode: "3S" }, body });
    const report = await check([line(429, { title: "Too many" }), line(200, aReply())].join("\n"));
    expect(report).toMatchObject({
      service: "status-api",
      payloads: 1,
      errorReplies: 1,
      unreadable: 0,
      isFine: true,
    });
  });

  it("says which lines cannot be read", async () => {
    const report = await check(["{", JSON.stringify(aDelivery()), '{"item":'].join("\n"));
    expect(report).toMatchObject({ payloads: 1, unreadable: 2, isFine: false });
    expect(report.unreadableFirst.map(({ place }) => place.split("/").at(-1))).toEqual([
      "payload.json line 1",
      "payload.json line 3",
    ]);
  });

  it("asks whose payloads they are where that is not clear", async () => {
    for (const body of [{}, [], { ...aDelivery(), ...aReply() }]) {
      await expect(check(JSON.stringify(body))).rejects.toThrow("say whose they are: --service webhook");
    }
    expect((await check("{}", { service: "status-api" })).isFine).toBe(false);
  });

  it.each(SERVICES)(
    "is content with no payload of the service %s that was cut at any byte",
    async (service) => {
      // On one line every byte; over many lines, where each could pass for a payload, some.
      for (const [indent, step] of [
        [0, 1],
        [1, 7],
      ] as const) {
        const whole = Buffer.from(
          JSON.stringify(service === "webhook" ? aDelivery() : aReply(), null, indent),
        );
        expect((await check(whole, { service })).isFine).toBe(true);
        for (let end = 0; end < whole.length; end += step) {
          const report = await check(whole.subarray(0, end), { service });
          expect([end, report.isFine, report.unreadable > 0 || report.payloads > 0]).toEqual([
            end,
            false,
            true,
          ]);
        }
      }
    },
  );

  it.each(SERVICES)("never throws for what a payload of the service %s holds", async (service) => {
    const contract = await readContract("reference");
    const anything = fc.jsonValue({ maxDepth: 5 });
    const body = fc.oneof(
      anything,
      anything.map((item) => aDelivery({ item, status: item, barcode: item })),
      anything.map((status) => aReply({ code: status }, { barcode: status })),
      fc.array(anything).map((items) => ({ items })),
      fc.array(anything).map((statuses) => ({ items: [{ statuses }] })),
    );
    fc.assert(
      fc.property(fc.array(body), (bodies) => {
        const checker = makePayloadChecker(service, contract, new Map([["sorted", "sorted"]]));
        for (const one of bodies) checker.add(one);
        const { payloads, fields } = checker.finish();
        expect(payloads).toBe(bodies.length);
        for (const { found, of } of fields) expect(found).toBeLessThanOrEqual(of);
      }),
    );
  });

  it("finds all of a whole world in its own contract, and next to nothing in the other", async () => {
    const world = generateWorld(worldOptions({ seed: 51, parcels: 60, noise: false, defects: {} }));
    const worlds = { reference: world, "example-nested": toNestedWorld(world) };
    for (const [name, one] of Object.entries(worlds)) {
      const { paths } = saveWorld(one, mkdtempSync(join(folder, "world-")));
      for (const service of SERVICES) {
        const run = (contract: string) =>
          checkContract(readConfig(undefined), { contract, paths: paths[service], service: undefined });
        const own = await run(name);
        expect(own).toMatchObject({ service, isFine: true, unreadable: 0 });
        expect(own.fields.filter(({ required, found, of }) => required && found < of)).toEqual([]);
        const other = await run(name === "reference" ? "example-nested" : "reference");
        expect(other.isFine).toBe(false);
        expect(other.fields.filter(({ required, found }) => required && found > 0)).toEqual([]);
      }
    }
  });
});

describe("renderContractCheckText", () => {
  it("says it field by field, marks what is wrong, and ends with what to do", async () => {
    const text = renderContractCheckText(
      await check(JSON.stringify(aDelivery({ barcode: "3S\u001b[31m", status: { code: "nope" } })), {
        service: "webhook",
      }),
      "en",
    );
    expect(text).toMatchInlineSnapshot(`
      "Tracking Webhook v1 by the contract ‘reference’: 1 payload, 1 status change
      The contract is a reconstruction or an example.

      Field                  Found            Sample                         Where the contract looks
      barcode                0 of 1           –                              item.barcode
        needed, and missing: 1  ✗
        1 × BARCODE_INVALID: barcode '3S\\u001b[31m'
      code                   1 of 1           nope                           item.status.code
      timestamp              0 of 1           –                              item.status.timestamp
        needed, and missing: 1  ✗
      eventId                1 of 1           6f0c                           eventId
      eventTime              0 of 1           –                              eventTime
      customerNumber         1 of 1           11223344                       customerNumber
      customerCode           0 of 1           –                              customerCode
      reference              0 of 1           –                              item.shipmentReference
      mainBarcode            0 of 1           –                              item.mainBarcode
      location               1 of 1           888888                         item.details.locationCode

      Wire code              Times            Status
      nope                   1                unknown to the contract  ✗

      No field reads
        item.receiver.name  (in 1 payload)
        item.receiver.street  (in 1 payload)

      Correct the contract where it looks in the wrong place, and ask the carrier about the rest.
      "
    `);
  });

  it.each([
    ["en", "Every status change has what it needs, and every code is known."],
    ["nl", "Elke statuswijziging heeft wat nodig is, en elke code is bekend."],
  ] as const)("is content in %s", async (lang, last) => {
    expect(renderContractCheckText(await check(JSON.stringify(aReply())), lang)).toContain(last);
  });
});
