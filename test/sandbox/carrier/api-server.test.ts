import { afterEach, describe, expect, it } from "vitest";
import {
  type ApiServer,
  type ApiServerOptions,
  startApiServer,
} from "../../../src/sandbox/carrier/api-server.ts";
import type { RecordedLine } from "../../../src/sandbox/carrier/recorded-line.ts";

const KEY = "key-1";
const CLIENT = { id: "bridge", secret: "s3:cret &" };
let now = 0;
let age = 0;
let server: ApiServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function start(at: string, options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  now = ms(at);
  age = 0;
  server = await startApiServer({
    legacyApi: [],
    statusApi: [],
    clock: () => now,
    apiKey: KEY,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    tokenSeconds: 60,
    monotonicMs: () => age,
    pageSize: 2,
    ...options,
  });
  return server;
}

function ms(iso: string): number {
  return Temporal.Instant.from(iso).epochMilliseconds;
}

async function get(path: string, headers: Record<string, string> = { apikey: KEY }) {
  const response = await fetch(`${server?.baseUrl}${path}`, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

async function askToken(form: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(form);
  const response = await fetch(server?.tokenUrl ?? "", { method: "POST", body, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const BY_FORM = { grant_type: "client_credentials", client_id: CLIENT.id, client_secret: CLIENT.secret };

async function signIn(): Promise<Record<string, string>> {
  const { body } = await askToken(BY_FORM);
  return { apikey: KEY, authorization: `Bearer ${body.access_token}` };
}

/** A reply of v2 with one shipment. */
function legacyLine(
  receivedAt: string,
  barcode: string,
  code: string,
  customer: unknown = "11223344",
): RecordedLine {
  const Shipment = {
    Barcode: barcode,
    Customer: { CustomerCode: "DEVC", CustomerNumber: customer },
    Event: [
      { Code: code, TimeStamp: "07-03-2026 23:22:56.326" },
      { Code: "A01", TimeStamp: "06-03-2026 10:00:00" },
    ],
    Status: { TimeStamp: "07-03-2026 23:22:56.326", StatusCode: "5", PhaseCode: "2" },
  };
  return { receivedAt, httpStatus: 200, request: { barcode }, body: { CompleteStatus: { Shipment } } };
}

/** A reply of v4 with one parcel. */
function statusLine(receivedAt: string, barcode: string, code: string, more: object = {}): RecordedLine {
  const item = {
    barcode,
    shipmentReference: `REF-${barcode}`,
    customerNumber: "11223344",
    customerCode: "DEVC",
    currentStatus: { code },
    ...more,
  };
  return {
    receivedAt,
    httpStatus: 200,
    request: { barcode },
    body: { items: [item], warnings: [], nextCursor: null },
  };
}

describe("startApiServer, Shippingstatus v2", () => {
  const V2 = "/shipment/v2/status/barcode";

  it("wants the API key", async () => {
    await start("2026-03-08T00:00:00Z");
    for (const headers of [{}, { apikey: "key-2" }] as Record<string, string>[]) {
      const reply = await get(`${V2}/3SDEVC1?detail=true`, headers);
      expect(reply).toMatchObject({
        status: 401,
        body: { message: expect.any(String), http_status_code: 401 },
      });
    }
  });

  it("says of an unknown barcode, with HTTP 200, that it is not found", async () => {
    await start("2026-03-08T00:00:00Z");
    const { status, text } = await get(`${V2}/3SDEVC404`);
    expect(status).toBe(200);
    expect(text).toBe('{"CompleteStatus":{},"Warnings":[{"Message":"No shipment found","Code":"2"}]}');
    const current = await get(`${V2}/3SDEVC404?detail=false`);
    expect(current.text).toBe('{"CurrentStatus":{},"Warnings":[{"Message":"No shipment found","Code":"2"}]}');
  });

  it("gives the latest reply recorded by the simulated time, byte for byte", async () => {
    const first = legacyLine("2026-03-07T12:00:00Z", "3SDEVC1", "B01");
    const second = legacyLine("2026-03-07T18:00:00Z", "3SDEVC1", "J01");
    await start("2026-03-07T11:59:59Z", { legacyApi: [second, first] });
    expect((await get(`${V2}/3SDEVC1?detail=true`)).body.CompleteStatus).toEqual({});
    now = ms("2026-03-07T12:00:00Z");
    expect((await get(`${V2}/3SDEVC1?detail=true`)).text).toBe(JSON.stringify(first.body));
    now = ms("2026-03-09T00:00:00Z");
    expect((await get(`${V2}/3sdevc1?detail=true&language=NL&maxDays=90`)).text).toBe(
      JSON.stringify(second.body),
    );
  });

  it("tells the simulated time as its own", async () => {
    await start("1994-11-06T08:49:37Z");
    // The example of RFC 9110, section 5.6.7.
    expect((await get(`${V2}/3SDEVC1`)).headers.get("date")).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
  });

  it("leaves out the events without detail", async () => {
    await start("2026-03-08T00:00:00Z", {
      legacyApi: [legacyLine("2026-03-07T12:00:00Z", "3SDEVC1", "J01")],
    });
    const { body } = await get(`${V2}/3SDEVC1?detail=false`);
    expect(Object.keys(body)).toEqual(["CurrentStatus"]);
    expect(Object.keys(body.CurrentStatus.Shipment)).toEqual(["Barcode", "Customer", "Status"]);
  });

  it("answers 429 once where one was recorded, and then as ever", async () => {
    const tooMany = { message: "Too many requests. Rate limit exceeded!", http_status_code: 429 };
    const request = { barcode: "3SDEVC1" };
    const good = legacyLine("2026-03-07T12:00:00Z", "3SDEVC1", "J01");
    await start("2026-03-07T13:00:00Z", {
      legacyApi: [
        { receivedAt: "2026-03-07T11:58:00Z", httpStatus: 429, request, body: tooMany },
        { receivedAt: "2026-03-07T11:59:00Z", httpStatus: 429, request, body: tooMany },
        good,
        { receivedAt: "2026-03-07T14:00:00Z", httpStatus: 429, request, body: tooMany },
      ],
    });
    const refused = await get(`${V2}/3SDEVC1`);
    expect(refused).toMatchObject({ status: 429, body: tooMany });
    expect(refused.headers.get("retry-after")).toBe("1");
    for (let n = 0; n < 2; n += 1) expect((await get(`${V2}/3SDEVC1`)).text).toBe(JSON.stringify(good.body));
    now = ms("2026-03-07T14:00:00Z");
    expect((await get(`${V2}/3SDEVC1`)).status).toBe(429);
    expect((await get(`${V2}/3SDEVC1`)).status).toBe(200);
  });

  it("knows neither other paths nor other methods", async () => {
    const { baseUrl } = await start("2026-03-08T00:00:00Z");
    expect((await get("/shipment/v2/status/nothing")).status).toBe(404);
    expect((await get("/")).status).toBe(404);
    const headers = { apikey: KEY };
    expect((await fetch(`${baseUrl}${V2}/3SDEVC1`, { method: "DELETE", headers })).status).toBe(405);
    expect((await get(`${V2}/%E0%A4`)).status).toBe(400);
  });

  it("finds a parcel by reference and customer", async () => {
    const line = legacyLine("2026-03-07T12:00:00Z", "3SDEVC1", "J01");
    const { Shipment } = (line.body as { CompleteStatus: { Shipment: object } }).CompleteStatus;
    const body = { CompleteStatus: { Shipment: { ...Shipment, Reference: "ORDER-1" } } };
    await start("2026-03-08T00:00:00Z", { legacyApi: [{ ...line, body }] });
    const path = "/shipment/v2/status/reference/ORDER-1";
    const customer = "customerNumber=11223344&customerCode=DEVC";
    expect((await get(`${path}?${customer}&detail=true`)).body).toEqual(body);
    expect((await get(`${path}?${customer}&detail=false`)).body.CurrentStatus.Shipment).not.toHaveProperty(
      "Event",
    );
    expect((await get(`${path}?${customer.replace("DEVC", "QRST")}`)).body.CompleteStatus).toEqual({});
    expect((await get(`${path}?customerNumber=11223344`)).status).toBe(400);
  });

  it("tells all pieces of a consignment whichever is asked for", async () => {
    const shipments = ["3SDEVC2", "3SDEVC1"].map((Barcode) => ({ Barcode, Event: [] }));
    const line = {
      ...legacyLine("2026-03-07T12:00:00Z", "3SDEVC1", "J01"),
      body: { CompleteStatus: { Shipment: shipments } },
    };
    await start("2026-03-08T00:00:00Z", { legacyApi: [line] });
    for (const barcode of ["3SDEVC1", "3SDEVC2", "3sdevc2"]) {
      expect((await get(`${V2}/${barcode}`)).text).toBe(JSON.stringify(line.body));
    }
  });

  describe("updatedshipments", () => {
    const UPDATED = "/shipment/v2/status/11223344/updatedshipments";

    it("lists what changed in a period of Dutch wall clock, without event codes", async () => {
      const legacyApi = [
        legacyLine("2026-03-07T22:30:00Z", "3SDEVC1", "J01"),
        legacyLine("2026-03-07T22:40:00Z", "3SDEVC2", "J01", "99999999"),
        legacyLine("2026-03-07T22:45:00Z", "3SDEVC3", "J01", {}),
        legacyLine("2026-03-07T23:31:00Z", "3SDEVC4", "J01"),
      ];
      await start("2026-03-08T00:00:00Z", { legacyApi });
      // 22:30Z to 23:30Z in winter time.
      const { status, body } = await get(
        `${UPDATED}?period=2026-03-07T23:30:00.000&period=2026-03-08T00:30:00.000`,
      );
      expect(status).toBe(200);
      expect(body).toEqual(
        ["3SDEVC1", "3SDEVC3"].map((Barcode) => ({
          Barcode,
          CreationDate: "2026-03-06T00:00:00",
          CustomerNumber: "11223344",
          CustomerCode: "DEVC",
          Status: { Timestamp: "2026-03-07T23:22:56", StatusCode: "5", PhaseCode: "2" },
        })),
      );
    });

    it("lists every piece of a consignment, and what a recorded listing had", async () => {
      const [one, two] = ["3SDEVC1", "3SDEVC2"].map((barcode) =>
        legacyLine("2026-03-07T22:30:00Z", barcode, "J01"),
      );
      const shipments = [one!, two!].map(
        ({ body }) => (body as { CompleteStatus: { Shipment: object } }).CompleteStatus.Shipment,
      );
      const legacyApi = [
        { ...one!, body: { CompleteStatus: { Shipment: shipments } } },
        {
          receivedAt: "2026-03-07T22:31:00Z",
          httpStatus: 200,
          request: { updatedshipments: "11223344" },
          body: [{ Barcode: "3SDEVC9" }],
        },
      ];
      await start("2026-03-07T23:00:00Z", { legacyApi });
      const { body } = await get(UPDATED);
      expect(body.map(({ Barcode }: { Barcode: string }) => Barcode).sort()).toEqual([
        "3SDEVC1",
        "3SDEVC2",
        "3SDEVC9",
      ]);
    });

    it("gives an empty list when nothing changed, or it was longer ago than 48 hours", async () => {
      await start("2026-03-10T12:00:00Z", {
        legacyApi: [legacyLine("2026-03-07T12:00:00Z", "3SDEVC1", "J01")],
      });
      expect((await get(UPDATED)).text).toBe("[]");
      expect((await get(`${UPDATED}?period=2026-03-07T12:00:00&period=2026-03-07T14:00:00`)).text).toBe("[]");
    });

    it("refuses periods that the carrier refuses", async () => {
      await start("2026-03-08T00:00:00Z");
      for (const query of [
        "period=2026-03-07T12:00:00",
        "period=2026-03-07T12:00:00&period=2026-03-07T14:00:01",
        "period=2026-03-07T14:00:00&period=2026-03-07T12:00:00",
        "period=yesterday&period=today",
      ]) {
        expect(await get(`${UPDATED}?${query}`)).toMatchObject({
          status: 400,
          body: { fault: { faultstring: expect.stringContaining("period") } },
        });
      }
    });
  });
});

describe("startApiServer, tokens", () => {
  it("gives a bearer token for the client's id and secret, in the form or by Basic", async () => {
    await start("2026-03-08T00:00:00Z");
    expect(await askToken(BY_FORM)).toMatchObject({
      status: 200,
      body: { access_token: expect.stringMatching(/^[\w-]{43}$/), token_type: "Bearer", expires_in: 60 },
    });
    // The secret form-encoded, as RFC 6749 section 2.3.1 wants it, and as most clients send it.
    for (const pair of ["bridge:s3%3Acret+%26", "bridge:s3:cret &"]) {
      const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
      expect((await askToken({ grant_type: "client_credentials" }, { authorization })).status).toBe(200);
    }
  });

  it("refuses another client, another secret and another grant", async () => {
    await start("2026-03-08T00:00:00Z");
    for (const wrong of [{ client_secret: "s3:cret" }, { client_id: "other" }, { client_secret: "" }]) {
      expect(await askToken({ ...BY_FORM, ...wrong })).toEqual({
        status: 401,
        body: { error: "invalid_client" },
      });
    }
    expect(await askToken({ ...BY_FORM, grant_type: "password" })).toMatchObject({ status: 400 });
  });
});

describe("startApiServer, Shippingstatus v4", () => {
  const V4 = "/shipment/v4/status/barcode";
  const lines = [statusLine("2026-03-07T12:00:00Z", "3SDEVC1", "sorted")];

  it("refuses either factor alone with problem details", async () => {
    await start("2026-03-08T00:00:00Z", { statusApi: lines });
    const both = await signIn();
    expect((await get(`${V4}/3SDEVC1`, both)).status).toBe(200);
    const { authorization = "" } = both;
    const refused: Record<string, string>[] = [
      {},
      { apikey: KEY },
      { authorization },
      { apikey: "key-2", authorization },
      { apikey: KEY, authorization: "Bearer forged" },
      { apikey: KEY, authorization: authorization.replace("Bearer", "Basic") },
    ];
    for (const headers of refused) {
      const reply = await get(`${V4}/3SDEVC1`, headers);
      expect(reply).toMatchObject({ status: 401, body: { status: 401, title: "Unauthorized" } });
      expect(reply.headers.get("content-type")).toBe("application/problem+json");
      expect(reply.headers.get("www-authenticate")).toBe("Bearer");
    }
  });

  it("refuses a token that has expired, whatever day is simulated", async () => {
    await start("2026-03-08T00:00:00Z", { statusApi: lines });
    const both = await signIn();
    now = ms("2026-04-08T00:00:00Z");
    age = 59_999;
    expect((await get(`${V4}/3SDEVC1`, both)).status).toBe(200);
    age = 60_000;
    expect((await get(`${V4}/3SDEVC1`, both)).status).toBe(401);
  });

  it("gives the latest reply recorded by the simulated time, byte for byte, after a recorded 429", async () => {
    const request = { barcode: "3SDEVC1" };
    const busy = { type: "about:blank", title: "Too many requests", status: 429 };
    const statusApi = [
      { receivedAt: "2026-03-07T11:59:00Z", httpStatus: 429, request, body: busy },
      ...lines,
      statusLine("2026-03-07T18:00:00Z", "3SDEVC1", "delivered"),
    ];
    await start("2026-03-07T13:00:00Z", { statusApi });
    const both = await signIn();
    const refused = await get(`${V4}/3SDEVC1`, both);
    expect(refused).toMatchObject({ status: 429, body: busy });
    expect(refused.headers.get("retry-after")).toBe("1");
    expect((await get(`${V4}/3SDEVC1`, both)).text).toBe(JSON.stringify(lines[0]?.body));
    now = ms("2026-03-07T18:00:00Z");
    expect((await get(`${V4}/3SDEVC1`, both)).body.items[0].currentStatus).toEqual({ code: "delivered" });
  });

  it("says 404 of an unknown barcode, and gives a recorded 404 as it was", async () => {
    const body = { type: "about:blank", title: "Not found", status: 404, traceId: "7" };
    const recorded = {
      receivedAt: "2026-03-07T12:00:00Z",
      httpStatus: 404,
      request: { barcode: "3SDEVC2" },
      body,
    };
    await start("2026-03-08T00:00:00Z", { statusApi: [recorded] });
    const both = await signIn();
    const unknown = await get(`${V4}/3SDEVC404`, both);
    expect(unknown).toMatchObject({ status: 404, body: { status: 404, title: "Not Found" } });
    expect(unknown.headers.get("content-type")).toBe("application/problem+json");
    expect(await get(`${V4}/3SDEVC2`, both)).toMatchObject({ status: 404, body });
  });

  it("finds a parcel by reference and customer", async () => {
    const statusApi = [
      statusLine("2026-03-07T12:00:00Z", "3SDEVC1", "sorted"),
      statusLine("2026-03-07T13:00:00Z", "3SDEVC1", "delivered"),
      statusLine("2026-03-07T12:00:00Z", "3SDEVC2", "sorted"),
    ];
    await start("2026-03-08T00:00:00Z", { statusApi });
    const both = await signIn();
    const path = "/shipment/v4/status/reference/REF-3SDEVC1";
    const { body } = await get(`${path}?customerNumber=11223344&customerCode=DEVC`, both);
    expect(body.items).toMatchObject([{ barcode: "3SDEVC1", currentStatus: { code: "delivered" } }]);
    expect((await get(`${path}?customerNumber=11223344&customerCode=QRST`, both)).status).toBe(404);
    expect((await get(`${path}?customerNumber=11223344`, both)).status).toBe(400);
  });

  describe("updated", () => {
    const UPDATED = "/shipment/v4/status/updated";
    const WINDOW = "customerNumber=11223344&from=2026-03-07T10:00:00Z&until=2026-03-07T12:00:00Z";

    async function walk(query: string, both: Record<string, string>) {
      const pages: string[][] = [];
      let next: string | null = query;
      while (next !== null && pages.length < 10) {
        const { status, body } = await get(`${UPDATED}?${next}`, both);
        expect(status).toBe(200);
        pages.push(body.items.map((item: { barcode: string }) => item.barcode));
        next = body.nextCursor === null ? null : `cursor=${body.nextCursor}`;
      }
      return pages;
    }

    it("gives what changed in the window in pages, every parcel once", async () => {
      const statusApi = [
        ...[5, 3, 1, 2, 4].map((n) => statusLine(`2026-03-07T11:0${n}:00Z`, `3SDEVC${n}`, "sorted")),
        statusLine("2026-03-07T11:30:00Z", "3SDEVC2", "delivered"),
        statusLine("2026-03-07T09:59:59Z", "3SDEVC6", "sorted"),
        statusLine("2026-03-07T12:00:01Z", "3SDEVC7", "sorted"),
        statusLine("2026-03-07T11:00:00Z", "3SQRST8", "sorted", { customerNumber: "55667788" }),
      ];
      await start("2026-03-08T00:00:00Z", { statusApi });
      const pages = await walk(WINDOW, await signIn());
      expect(pages).toEqual([["3SDEVC1", "3SDEVC2"], ["3SDEVC3", "3SDEVC4"], ["3SDEVC5"]]);
    });

    it("goes on with the listing as it began when the world moves on between two pages", async () => {
      const statusApi = [1, 2, 3].map((n) => statusLine("2026-03-07T11:00:00Z", `3SDEVC${n}`, "sorted"));
      statusApi.push(statusLine("2026-03-07T11:45:00Z", "3SDEVC3", "delivered"));
      statusApi.push(statusLine("2026-03-07T11:45:00Z", "3SDEVC4", "sorted"));
      await start("2026-03-07T11:30:00Z", { statusApi });
      const both = await signIn();
      const first = await get(`${UPDATED}?${WINDOW}`, both);
      now = ms("2026-03-07T15:00:00Z");
      const second = await get(`${UPDATED}?cursor=${first.body.nextCursor}`, both);
      expect(first.body.items).toMatchObject([{ barcode: "3SDEVC1" }, { barcode: "3SDEVC2" }]);
      expect(second.body).toMatchObject({
        items: [{ barcode: "3SDEVC3", currentStatus: { code: "sorted" } }],
        nextCursor: null,
      });
    });

    it("gives an empty last page when nothing changed", async () => {
      await start("2026-03-08T00:00:00Z");
      expect((await get(`${UPDATED}?${WINDOW}`, await signIn())).body).toEqual({
        items: [],
        warnings: [],
        nextCursor: null,
      });
    });

    it("refuses a question it cannot read", async () => {
      await start("2026-03-08T00:00:00Z");
      const both = await signIn();
      for (const query of [
        "customerNumber=11223344",
        "from=2026-03-07T10:00:00Z",
        "customerNumber=11223344&from=2026-03-07T10:00:00",
        "customerNumber=11223344&from=2026-03-07T10:00:00Z&until=2026-03-07T09:00:00Z",
        "cursor=bm9uc2Vuc2U",
      ]) {
        expect(await get(`${UPDATED}?${query}`, both)).toMatchObject({ status: 400, body: { status: 400 } });
      }
    });
  });
});
