/** As large as carriers' payloads commonly are. */
const BODY_BYTES = 1024;
const PARCELS = 50_000;

/** A delivery under the n-th event id; all have the same length. */
export function aBodyOf(n: number): string {
  const digits = String(n).padStart(10, "0");
  const barcode = `3SBNCH${String(n % PARCELS).padStart(9, "0")}`;
  const body = JSON.stringify({
    eventId: `event-${digits}`,
    customerNumber: "11223344",
    item: { barcode, status: { code: "sorted", timestamp: "2026-03-07T10:00:00Z" }, note: "" },
  });
  return body.replace('"note":""', `"note":"${"x".repeat(BODY_BYTES - body.length)}"`);
}
