import type { DetailField, Observation } from "../domain/observation.ts";
import { DETAIL_FIELDS } from "../domain/observation.ts";
import type { Sighting, Specimen, Traffic, TrafficField } from "../domain/traffic.ts";
import { dayOf, earlierOf, TRAFFIC_FIELDS } from "../domain/traffic.ts";
import type { ParsedRow, PayloadIntake, PayloadLook, SeenPayload } from "./incoming.ts";

/** What a haul's payloads showed, by the contract that they were read by. */
export interface HauledTraffic {
  readonly contract: string;
  readonly traffic: Traffic;
}

const MOST_PATHS = 500;
const MOST_CODES = 100;
const LONGEST_CODE = 60;

/** How often payloads of a shape came, and when. */
interface ShapeSight {
  count: number;
  firstAt: number;
  lastAt: number;
}

/** A payload that lacked a field, by when it was received last. */
interface LateSpecimen {
  readonly at: number;
  readonly getSample: () => string;
}

/**
 * Gathers what payloads show beside their rows. Fields and codes of all rows
 * are counted, and shapes, which costs little: what stands in a shape is the
 * same in all its payloads. Payloads that are read with care are each looked
 * at. What comes of it does not depend on what they come together with.
 */
export class TrafficTally {
  #contract: string | null = null;
  readonly #shapes = new Map<SeenPayload, ShapeSight>();
  readonly #days = new Map<number, { rows: number; readonly filled: number[] }>();
  readonly #paths = new Map<string, { firstAt: number; count: number; sample: string | null }>();
  readonly #codes = new Map<string, { firstAt: number; count: number; sample: string | null }>();
  /** Skeletons are made in the end: each payload would make one for nothing. */
  readonly #lacking = new Map<TrafficField, LateSpecimen>();

  add({ seen, arrival: { receivedAt }, rows }: PayloadIntake): void {
    if (seen === undefined || receivedAt === null) return;
    this.#contract ??= seen.contract;
    for (const row of rows) this.#addRow(row, receivedAt);
    if (seen.isShape) this.#addShape(seen, receivedAt);
    else this.#addLook(seen.look(), { count: 1, firstAt: receivedAt, lastAt: receivedAt });
  }

  finish(): HauledTraffic | null {
    if (this.#contract === null) return null;
    for (const [seen, sight] of this.#shapes) this.#addLook(seen.look(), sight);
    this.#shapes.clear();
    const lacking = new Map<TrafficField, Specimen>();
    for (const [field, { at, getSample }] of this.#lacking) lacking.set(field, { at, sample: getSample() });
    return {
      contract: this.#contract,
      traffic: { days: this.#days, paths: this.#paths, codes: this.#codes, lacking },
    };
  }

  #addShape(seen: SeenPayload, receivedAt: number): void {
    const sight = this.#shapes.get(seen);
    if (sight === undefined) {
      this.#shapes.set(seen, { count: 1, firstAt: receivedAt, lastAt: receivedAt });
      return;
    }
    sight.count += 1;
    if (receivedAt < sight.firstAt) sight.firstAt = receivedAt;
    if (receivedAt > sight.lastAt) sight.lastAt = receivedAt;
  }

  #addRow(row: ParsedRow, receivedAt: number): void {
    const isRow = row.kind === "observation" || LACKS_SOMETHING.has(row.quarantined.code);
    if (!isRow) return;
    const counts = this.#countsOf(dayOf(receivedAt));
    counts.rows += 1;
    if (row.kind === "observation") {
      countObservation(row.observation, counts.filled);
      this.#addCode(row.observation, receivedAt);
    } else countExcerpt(row.quarantined.raw, counts.filled);
  }

  #countsOf(day: number): { rows: number; readonly filled: number[] } {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const counts = { rows: 0, filled: TRAFFIC_FIELDS.map(() => 0) };
    this.#days.set(day, counts);
    return counts;
  }

  #addCode({ code, barcode }: Observation, receivedAt: number): void {
    const known = this.#codes.get(code);
    const getSample = (): string => JSON.stringify({ barcode, code });
    if (known !== undefined) addSight(known, receivedAt, 1, getSample);
    else if (this.#codes.size < MOST_CODES && code.length <= LONGEST_CODE) {
      this.#codes.set(code, { firstAt: receivedAt, count: 1, sample: getSample() });
    }
  }

  #addLook({ paths, lacking, sample }: PayloadLook, { count, firstAt, lastAt }: ShapeSight): void {
    let made: string | undefined;
    const getSample = (): string => {
      made ??= sample();
      return made;
    };
    for (const path of paths) {
      const known = this.#paths.get(path);
      if (known !== undefined) addSight(known, firstAt, count, getSample);
      else if (this.#paths.size < MOST_PATHS) {
        this.#paths.set(path, { firstAt, count, sample: getSample() });
      }
    }
    for (const field of lacking) {
      const known = this.#lacking.get(field);
      const specimen = { at: lastAt, getSample };
      if (known === undefined || lastAt > known.at) this.#lacking.set(field, specimen);
      else if (lastAt === known.at && getSample() > known.getSample()) this.#lacking.set(field, specimen);
    }
  }
}

function addSight(
  known: { -readonly [name in keyof Sighting]: Sighting[name] },
  firstAt: number,
  count: number,
  getSample: () => string,
): void {
  known.count += count;
  if (firstAt > known.firstAt) return;
  Object.assign(known, earlierOf(known, { firstAt, sample: getSample() }));
}

/** Of rows set aside for these, something was read: what it was stands in their excerpt. */
const LACKS_SOMETHING: ReadonlySet<string> = new Set([
  "FIELD_MISSING",
  "SHAPE_INVALID",
  "BARCODE_INVALID",
  "TIME_INVALID",
]);

const DETAILS_START = TRAFFIC_FIELDS.length - DETAIL_FIELDS.length;
const EVENT_ID = TRAFFIC_FIELDS.indexOf("eventId");

function countObservation({ details, identity }: Observation, filled: number[]): void {
  for (let i = 0; i < EVENT_ID; i += 1) (filled[i] as number) += 1;
  if (identity.startsWith("e:")) (filled[EVENT_ID] as number) += 1;
  // Once for each row of a feed, so without an iterator.
  for (let i = 0; i < DETAIL_FIELDS.length; i += 1) {
    if (details[DETAIL_FIELDS[i] as DetailField] !== null) (filled[DETAILS_START + i] as number) += 1;
  }
}

function countExcerpt(raw: string, filled: number[]): void {
  const found: object = raw === "" ? {} : (JSON.parse(raw) as object);
  for (const [i, field] of TRAFFIC_FIELDS.entries()) {
    if (Object.hasOwn(found, field)) (filled[i] as number) += 1;
  }
}
