import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Carrier,
  makeCarrierCredentials,
  SERVED_LAYOUTS,
  startCarrier,
} from "../../../src/sandbox/carrier/start-carrier.ts";
import { fetchScanFiles, SFTP_DEADLINES, SFTP_LIMITS } from "../../../src/sources/legacy-scan/sftp.ts";

const HEADER =
  "Barcode;Waarneming;Tijdstip;Locatie;Klantnummer;Klantcode;Referentie;Productcode;Hoofdbarcode;ColloNummer;ColloAantal";

let spoolDirectory: string;
let carrier: Carrier | undefined;

beforeEach(async () => {
  spoolDirectory = await mkdtemp(join(tmpdir(), "trackbridge-carrier-"));
});

afterEach(async () => {
  await carrier?.stop();
  carrier = undefined;
  await rm(spoolDirectory, { recursive: true, force: true });
});

function scanFile(day: string, reference: string) {
  const row = `3SDEVC477977947;A71;01-03-2026 01:36:15;888888;11223344;DEVC;${reference};003085;3SDEVC477977947;1;1`;
  return { name: `TT_11223344_202603${day}_060000_002.csv`, bytes: Buffer.from(`${HEADER}\n${row}\n`) };
}

/** Names and contents by folder. */
async function fetchAll({ sftp }: Carrier): Promise<Record<string, Record<string, string>>> {
  const found: Record<string, Record<string, string>> = {};
  for (const { path } of sftp.folders) {
    const contents: Record<string, string> = {};
    await fetchScanFiles({
      connection: { ...sftp, hostKeyFingerprints: [sftp.hostKeyFingerprint] },
      folder: path,
      isScanFile: () => true,
      isKnown: () => false,
      spoolDirectory,
      deadlines: SFTP_DEADLINES,
      limits: SFTP_LIMITS,
      retryDelaysMs: [],
      onFile: async ({ remoteName, localPath }) => {
        contents[remoteName] = await readFile(localPath, "latin1");
        await rm(localPath);
      },
      signal: undefined,
    });
    found[path] = contents;
  }
  return found;
}

describe("startCarrier", () => {
  it("serves the scan files over SFTP from their time on, and both APIs", async () => {
    let now = Temporal.Instant.from("2026-03-02T00:00:00Z").epochMilliseconds;
    const credentials = makeCarrierCredentials();
    const request = { barcode: "3SDEVC477977947" };
    const body = { CompleteStatus: { Shipment: { Barcode: "3SDEVC477977947" } } };
    const items = [{ barcode: "3SDEVC477977947", customerNumber: "11223344" }];
    carrier = await startCarrier({
      world: {
        files: [scanFile("01", "ONE"), scanFile("02", "TWO")],
        legacyApi: [{ receivedAt: "2026-03-01T12:00:00Z", httpStatus: 200, request, body }],
        statusApi: [{ receivedAt: "2026-03-01T12:00:00Z", httpStatus: 200, request, body: { items } }],
      },
      clock: () => now,
      credentials,
      layouts: ["postnl-scan-csv"],
      tokenSeconds: 60,
    });
    const { sftp, api } = carrier;
    expect(sftp.folders).toEqual([{ path: "/scan/csv", layout: "postnl-scan-csv" }]);
    expect(Object.keys((await fetchAll(carrier))["/scan/csv"] ?? {})).toEqual([
      "TT_11223344_20260301_060000_002.csv",
    ]);
    now = Temporal.Instant.from("2026-03-02T06:00:00Z").epochMilliseconds;
    expect(Object.keys((await fetchAll(carrier))["/scan/csv"] ?? {})).toHaveLength(2);

    const headers = { apikey: api.apiKey };
    const legacy = await fetch(`${api.baseUrl}/shipment/v2/status/barcode/3SDEVC477977947?detail=true`, {
      headers,
    });
    expect(await legacy.json()).toEqual(body);
    const form = {
      grant_type: "client_credentials",
      client_id: api.clientId,
      client_secret: api.clientSecret,
    };
    const granted = await fetch(api.tokenUrl, { method: "POST", body: new URLSearchParams(form) });
    const { access_token } = (await granted.json()) as { access_token: string };
    const status = await fetch(`${api.baseUrl}/shipment/v4/status/barcode/3SDEVC477977947`, {
      headers: { ...headers, authorization: `Bearer ${access_token}` },
    });
    expect(await status.json()).toEqual({ items });
  });

  it("spreads the scan files over all layouts, every file in one, the same content in the same", async () => {
    const days = Array.from({ length: 24 }, (_, n) => String(n + 1).padStart(2, "0"));
    const files = days.map((day) => scanFile(day, `ORDER-${day}`));
    const again = { ...files[0]!, name: "TT_11223344_20260301_064500_009.csv" };
    const ragged = { name: "TT_11223344_20260328_060000_001.csv", bytes: Buffer.from(`${HEADER}\nx;y\n`) };
    carrier = await startCarrier({
      world: { files: [...files, again, ragged], legacyApi: [], statusApi: [] },
      clock: () => Number.MAX_SAFE_INTEGER,
      credentials: makeCarrierCredentials(),
      layouts: SERVED_LAYOUTS,
      tokenSeconds: 60,
    });
    const served = await fetchAll(carrier);
    expect(Object.keys(served)).toEqual(["/scan/csv", "/scan/fixed", "/scan/xml"]);
    const contents = Object.assign({}, ...Object.values(served)) as Record<string, string>;
    expect(Object.keys(contents)).toHaveLength(26);
    const references = Object.values(contents).flatMap((content) => content.match(/ORDER-\d\d/g) ?? []);
    expect(references.sort()).toEqual(["ORDER-01", ...days.map((day) => `ORDER-${day}`)].sort());
    expect(served["/scan/csv"]?.[ragged.name]).toBe(`${HEADER}\nx;y\n`);
    const [first, second] = Object.entries(contents).filter(([name]) =>
      name.startsWith("TT_11223344_20260301"),
    );
    expect(first?.[1]).toBe(second?.[1]);
    for (const folder of Object.values(served)) expect(Object.keys(folder).length).toBeGreaterThan(2);
  });

  it("leaves nobody listening when it is stopped", async () => {
    const stopped = await startCarrier({
      world: { files: [], legacyApi: [], statusApi: [] },
      clock: () => 0,
      credentials: makeCarrierCredentials(),
      layouts: ["postnl-scan-xml"],
      tokenSeconds: 60,
    });
    await stopped.stop();
    await expect(fetch(stopped.api.baseUrl)).rejects.toThrow();
    const { stoppedBy } = await fetchScanFiles({
      connection: { ...stopped.sftp, hostKeyFingerprints: [stopped.sftp.hostKeyFingerprint] },
      folder: "/scan/xml",
      isScanFile: () => true,
      isKnown: () => false,
      spoolDirectory,
      deadlines: SFTP_DEADLINES,
      limits: SFTP_LIMITS,
      retryDelaysMs: [],
      onFile: async () => {},
      signal: undefined,
    });
    expect(stoppedBy).toContain("ECONNREFUSED");
  });
});
