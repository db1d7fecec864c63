import { MINUTE_MS } from "../durations.ts";
import type { Prng } from "../prng.ts";
import { NO_DEPOT, type Story } from "../story.ts";
import type { RowCounts } from "../truth.ts";
import type { WorldPlan } from "../world-plan.ts";
import type { WorldSink } from "../world-sink.ts";
import { toCodeForm, toScanTime } from "./legacy-scan.ts";

/** A reply tells what was scanned this long before. */
const DELAY_MS = MINUTE_MS;

/** Status and phase of API v2 for each of ours; source: the carrier's status table (1-9, 11-23, 99). */
const V2_STATUSES: Readonly<Record<string, readonly [status: string, text: string, phase: string]>> = {
  announced: ["1", "Zending voorgemeld", "1"],
  handover_failed: ["4", "Zending niet afgehaald", "1"],
  collected: ["3", "Zending afgehaald", "1"],
  accepted: ["2", "Zending in ontvangst genomen", "1"],
  rejected_at_intake: ["19", "Zending afgekeurd", "1"],
  held: ["21", "Zending in voorraad", "2"],
  at_customs: ["9", "Zending bij douane", "3"],
  action_required: ["20", "Zending in inklaringsproces", "3"],
  delayed: ["6", "Zending niet gesorteerd", "2"],
  out_for_delivery: ["7", "Zending in distributieproces", "3"],
  delivery_failed: ["8", "Zending niet afgeleverd", "3"],
  refused: ["8", "Zending niet afgeleverd", "3"],
  ready_for_pickup: ["12", "Zending beschikbaar op afhaallocatie", "4"],
  delivered: ["11", "Zending afgeleverd", "4"],
  delivered_to_neighbour: ["11", "Zending afgeleverd", "4"],
  delivered_to_safe_place: ["11", "Zending afgeleverd", "4"],
  picked_up: ["22", "Zending afgehaald van Postkantoor", "4"],
  returning: ["8", "Zending niet afgeleverd", "3"],
  returned: ["11", "Zending afgeleverd", "4"],
  lost: ["18", "Definitief manco", "1"],
};
const IN_SORTING = ["5", "Zending gesorteerd", "2"] as const;
const NOT_APPLICABLE = ["99", "Niet van toepassing", "99"] as const;
const PHASES: Readonly<Record<string, string>> = {
  "1": "Collectie",
  "2": "Sortering",
  "3": "Distributie",
  "4": "Afgeleverd",
  "99": "Niet van toepassing",
};

/** A scan as API v2 tells it; `status` is absent for a code that means none. */
interface Event {
  readonly code: string;
  readonly at: number;
  readonly location: string;
  readonly status: string | undefined;
}

/**
 * Says what API v2 answers about the pieces of one consignment, asked for by
 * the first one's barcode. Notices are hidden, as the real API hides them.
 */
export function emitLegacyReplies(
  stories: readonly Story[],
  plan: WorldPlan,
  prng: Prng,
  sink: WorldSink,
  counts: RowCounts,
): void {
  const [main] = stories;
  if (!main) return;
  const { noise, utc } = plan;
  const told = new Set<string>();
  const weight = String(prng.between(100, 9999));
  const request = { barcode: main.parcel.barcode };
  const send = (at: number, httpStatus: number, body: unknown, asked: unknown = request) =>
    sink.addLine(
      "legacy-api",
      at,
      JSON.stringify({ receivedAt: utc.toIso(at), httpStatus, request: asked, body }),
    );

  const polls = [...new Set(main.legacyPolls)].sort((a, b) => a - b);
  for (const [index, at] of polls.entries()) {
    if (noise.api_errors && prng.chance(0.06)) {
      send(at - MINUTE_MS, 429, {
        message: "Too many requests. Rate limit exceeded!",
        http_status_code: 429,
      });
    }
    const isBroken = noise.malformed && index === polls.length - 1 && !main.plain && prng.chance(0.01);
    const shipments: unknown[] = [];
    for (const story of [...stories].reverse()) {
      const events = listEvents(story, at - DELAY_MS, plan);
      if (events.length === 0) continue;
      const written = events.map((event) => writeEvent(event, story, told, plan, prng, counts));
      if (isBroken && story === main) {
        written.push({ ...written[0], TimeStamp: "31-02-2026 25:61:00" });
        counts["legacy-api"].seen += 1;
        counts["legacy-api"].quarantined += 1;
      }
      shipments.push(toShipment(story, events, written, weight, plan, prng));
    }
    if (shipments.length > 0) send(at, 200, { CompleteStatus: { Shipment: oneOrMany(shipments) } });
    else send(at, 200, notFound("CompleteStatus"));
  }

  if (noise.updated_shipments && main.legacyPolls.length > 0 && prng.chance(0.15)) {
    const at = Math.min(...main.legacyPolls);
    const entries = stories.flatMap((story) => toUpdatedShipment(story, at, plan));
    send(at, 200, prng.chance(0.2) ? [] : entries, { updatedshipments: main.parcel.customer.number });
  }
}

/** Says that API v2 does not know a barcode, in one of its two wrappers. */
export function emitLegacyNotFound(
  barcode: string,
  at: number,
  plan: WorldPlan,
  prng: Prng,
  sink: WorldSink,
): void {
  const body = notFound(prng.chance(0.7) ? "CompleteStatus" : "CurrentStatus");
  const line = { receivedAt: plan.utc.toIso(at), httpStatus: 200, request: { barcode }, body };
  sink.addLine("legacy-api", at, JSON.stringify(line));
}

function notFound(wrapper: string): unknown {
  return { [wrapper]: {}, Warnings: [{ Message: "No shipment found", Code: "2" }] };
}

/** Newest first; notices are left out. */
function listEvents(story: Story, until: number, plan: WorldPlan): Event[] {
  const events: Event[] = [];
  for (const { status, scans, location, wrong } of story.legacy) {
    for (const { code, at } of scans)
      events.push({ code, at, location: wrong?.location ?? location, status });
  }
  for (const { code, at } of story.strays) {
    if (!plan.noticeCodes.includes(code)) events.push({ code, at, location: NO_DEPOT, status: undefined });
  }
  return events.filter((event) => event.at <= until).sort((a, b) => b.at - a.at);
}

function writeEvent(
  event: Event,
  { parcel }: Story,
  told: Set<string>,
  plan: WorldPlan,
  prng: Prng,
  counts: RowCounts,
): Record<string, unknown> {
  const time = toScanTime(event.at, plan);
  const identity = `${parcel.barcode} ${event.code} ${time}`;
  counts["legacy-api"].seen += 1;
  if (told.has(identity)) counts["legacy-api"].duplicates += 1;
  else {
    told.add(identity);
    counts["legacy-api"].accepted += 1;
  }
  const route = event.status === "out_for_delivery" ? String(100 + ((event.at / 1000) % 900)) : undefined;
  return {
    Code: toCodeForm(event.code, plan, prng),
    Description: describe(event, plan),
    DestinationLocationCode: {},
    LocationCode: event.location,
    RouteCode: route ?? {},
    RouteName: route === undefined ? {} : `${route} Wijk`,
    TimeStamp: time,
  };
}

function describe({ status }: Event, { statuses }: WorldPlan): string {
  return (status !== undefined && statuses.get(status)?.nameNl) || "Melding";
}

function toShipment(
  { parcel, plain }: Story,
  events: readonly Event[],
  written: readonly unknown[],
  weight: string,
  plan: WorldPlan,
  prng: Prng,
): unknown {
  const isEmpty = () => plan.noise.sparse_details && !plain && prng.chance(0.05);
  const statuses = events.map((event) => toV2Status(event, plan));
  const sender = toAddress("02", "Amsterdam");
  const receiver = toAddress("01", "Nijmegen");
  return {
    MainBarcode: parcel.mainBarcode,
    Barcode: parcel.barcode,
    ShipmentAmount: String(parcel.pieces),
    ShipmentCounter: String(parcel.piece),
    Customer: {
      CustomerCode: parcel.customer.code,
      CustomerNumber: isEmpty() ? {} : parcel.customer.number,
      Name: "Bedrijf B.V.",
    },
    ProductCode: parcel.productCode,
    ProductDescription: "Pakket",
    Reference: isEmpty() ? {} : parcel.reference,
    Dimension: { Height: "110", Length: "255", Volume: "5330", Weight: weight, Width: "190" },
    Address: prng.chance(0.3) ? receiver : [receiver, sender],
    Event: oneOrMany(written),
    Status: statuses[0],
    OldStatus: oneOrMany(statuses),
  };
}

function toAddress(type: string, city: string): unknown {
  return {
    AddressType: type,
    Building: {},
    City: city,
    CompanyName: {},
    CountryCode: "NL",
    FirstName: {},
    HouseNumber: "1",
    HouseNumberSuffix: {},
    LastName: {},
    Street: "Straat",
    Zipcode: "1234AB",
  };
}

interface V2Status {
  readonly TimeStamp: string;
  readonly StatusCode: string;
  readonly StatusDescription: string;
  readonly PhaseCode: string;
  readonly PhaseDescription: string;
}

function toV2Status({ status, at }: Event, plan: WorldPlan): V2Status {
  const [code, text, phase] = status === undefined ? NOT_APPLICABLE : (V2_STATUSES[status] ?? IN_SORTING);
  return {
    TimeStamp: toScanTime(at, plan),
    StatusCode: code,
    StatusDescription: text,
    PhaseCode: phase,
    PhaseDescription: PHASES[phase] ?? "",
  };
}

function toUpdatedShipment(story: Story, at: number, plan: WorldPlan): unknown[] {
  const [event] = listEvents(story, at - DELAY_MS, plan);
  const first = story.legacy[0]?.scans[0];
  if (!(event && first)) return [];
  const { StatusCode, StatusDescription, PhaseCode, PhaseDescription } = toV2Status(event, plan);
  const { parcel } = story;
  const Timestamp = plan.dutch.toLocalIso(event.at);
  return [
    {
      Barcode: parcel.barcode,
      CreationDate: `${plan.dutch.toLocalIso(first.at).slice(0, 10)}T00:00:00`,
      CustomerNumber: parcel.customer.number,
      CustomerCode: parcel.customer.code,
      Status: { Timestamp, StatusCode, StatusDescription, PhaseCode, PhaseDescription },
    },
  ];
}

/** The API's habit: one element stands alone, several in a list. */
function oneOrMany(elements: readonly unknown[]): unknown {
  return elements.length === 1 ? elements[0] : elements;
}
