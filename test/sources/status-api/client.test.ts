import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/domain/errors.ts";
import type { ApiReply } from "../../../src/sources/api-reply.ts";
import { toRequestName } from "../../../src/sources/api-reply.ts";
import { makeAuthorisedClient } from "../../../src/sources/authorised-client.ts";
import { readContract } from "../../../src/sources/contract.ts";
import { makeHttpClient } from "../../../src/sources/http-client.ts";
import type { StatusApiClient } from "../../../src/sources/status-api/client.ts";
import { makeStatusApiClient, parseNextCursor } from "../../../src/sources/status-api/client.ts";
import { makeFakeClock } from "../../support/fake-clock.ts";
import { timeOf } from "../../support/observations.ts";
import { bytesOf, fixtures } from "../../support/payloads.ts";
import type { SeenRequest, TinyAnswer } from "../../support/tiny-server.ts";
import { replyJson, withTinyServer } from "../../support/tiny-server.ts";

const REFERENCE = await readContract("reference");
const OTHER = await readContract(`${fixtures}contracts/other.yml`);
const SECRETS = { apiKey: "key", clientId: "id", clientSecret: "secret" };

/** Lends a client of a service that gives tokens and otherwise answers as told; token requests are not counted. */
function withService(
  contract: typeof REFERENCE,
  answer: TinyAnswer,
  use: (client: StatusApiClient, asked: () => SeenRequest[]) => Promise<void>,
): Promise<void> {
  const isToken = ({ url }: SeenRequest) => url === "/gate/oauth2/token" || url === "/gate/token";
  let index = 0;
  return withTinyServer(
    (request, reply) => {
      if (isToken(request)) replyJson(reply, 200, { access_token: "t1", expires_in: 300 });
      else answer(request, reply, index++);
    },
    async (url, seen) => {
      const baseUrl = new URL("/gate", url);
      const clock = makeFakeClock(timeOf("2026-03-07T22:30:00Z"));
      const http = makeHttpClient(clock);
      try {
        const authorised = makeAuthorisedClient(
          http,
          contract.statusApi.factors,
          SECRETS,
          baseUrl,
          clock.now,
        );
        await use(makeStatusApiClient(authorised, contract, baseUrl), () =>
          seen.filter((request) => !isToken(request)),
        );
      } finally {
        await http.close();
      }
    },
  );
}

const FROM = timeOf("2026-03-07T20:00:00Z");
const UNTIL = timeOf("2026-03-07T22:00:00.500Z");

describe("makeStatusApiClient", () => {
  it("asks by the reference contract's paths and names, with both factors", () =>
    withService(
      REFERENCE,
      (_request, reply) => replyJson(reply, 200, { items: [] }),
      async (client, asked) => {
        await client.fetchByBarcode("3SDEVC123456789");
        await client.fetchByReference("ORDER/1 001", "11223344", "DEVC");
        await client.fetchUpdated("11223344", FROM, UNTIL, null);
        await client.fetchUpdated("11223344", FROM, UNTIL, "page+2");
        expect(asked().map(({ method, url }) => `${method} ${url}`)).toEqual([
          "GET /gate/shipment/v4/status/barcode/3SDEVC123456789",
          "GET /gate/shipment/v4/status/reference/ORDER%2F1%20001?customerNumber=11223344&customerCode=DEVC",
          "GET /gate/shipment/v4/status/updated?customerNumber=11223344&from=2026-03-07T20%3A00%3A00Z&until=2026-03-07T22%3A00%3A00.5Z",
          "GET /gate/shipment/v4/status/updated?customerNumber=11223344&from=2026-03-07T20%3A00%3A00Z&until=2026-03-07T22%3A00%3A00.5Z&cursor=page%2B2",
        ]);
        for (const { headers } of asked()) {
          expect([headers.apikey, headers.authorization, headers.accept]).toEqual([
            "key",
            "Bearer t1",
            "application/json",
          ]);
        }
      },
    ));

  it("asks by another contract's paths and names", () =>
    withService(
      OTHER,
      (_request, reply) => replyJson(reply, 200, []),
      async (client, asked) => {
        await client.fetchByBarcode("3SDEVC123456789");
        await client.fetchByReference("ORDER-1", "11223344", "DEVC");
        await client.fetchUpdated("11223344", FROM, UNTIL, "2");
        expect(asked().map(({ url }) => url)).toEqual([
          "/gate/track/3SDEVC123456789",
          "/gate/track/by-reference/ORDER-1?account=11223344",
          "/gate/changes?account=11223344&since=2026-03-07T20%3A00%3A00Z&before=2026-03-07T22%3A00%3A00.5Z&page=2",
        ]);
        expect(asked()[0]?.headers["x-api-key"]).toBe("key");
      },
    ));

  it("gives back what came, bytes and all, and what was asked", () =>
    withService(
      REFERENCE,
      (_request, reply) => reply.writeHead(200).end('\ufeff{ "items" : [] }'),
      async (client) => {
        const reply = await client.fetchByBarcode("3SDEVC123456789");
        expect(reply.httpStatus).toBe(200);
        expect(Buffer.from(reply.bytes).toString()).toBe('\ufeff{ "items" : [] }');
        expect(toRequestName(reply.request)).toBe("barcode=3SDEVC123456789");
        const page = await client.fetchUpdated("11223344", FROM, UNTIL, "2");
        expect(toRequestName(page.request)).toBe(
          "cursor=2&customerNumber=11223344&from=2026-03-07T20:00:00Z&until=2026-03-07T22:00:00.5Z",
        );
      },
    ));

  it("gives back an error reply like any other", () =>
    withService(
      REFERENCE,
      (_request, reply) => replyJson(reply, 404, { title: "not found" }),
      async (client) => {
        expect(await client.fetchByBarcode("3SDEVC123456789")).toMatchObject({ httpStatus: 404 });
      },
    ));
});

describe("parseNextCursor", () => {
  const cursorOf = (body: unknown, contract = REFERENCE) =>
    parseNextCursor(
      { httpStatus: 200, bytes: bytesOf(body), request: {}, date: null, retryAfter: null } satisfies ApiReply,
      contract,
    );

  it("finds the cursor where the contract says", () => {
    expect(cursorOf({ items: [], nextCursor: "abc==" })).toBe("abc==");
    expect(cursorOf({ items: [], nextCursor: 2 })).toBe("2");
    expect(cursorOf({ paging: { next: "p2" } }, OTHER)).toBe("p2");
  });

  it.each([{ items: [], nextCursor: null }, { items: [] }, { items: [], nextCursor: "" }])(
    "ends at %j",
    (body) => {
      expect(cursorOf(body)).toBeNull();
    },
  );

  it.each(["<html>", { items: [], nextCursor: { token: "x" } }])("takes %j for no last page", (body) => {
    expect(() => cursorOf(body)).toThrow(InputError);
  });
});
