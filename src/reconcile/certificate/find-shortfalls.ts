import type { Expectation, Shortfall } from "../../domain/certificate.ts";
import type { Channel } from "../../domain/channel.ts";
import type { Finding } from "../../domain/finding.ts";
import { DAY_MS } from "../../domain/instant.ts";
import type { Sums } from "../facts/sums.ts";
import type { CertificateRules } from "./draft.ts";
import { joinShortfalls, LOOK_BACK_MS, toShortfall } from "./draft.ts";

/*
 * The shortfalls that show only when a run has evaluated what came in. Days
 * are counted from 1 January 1970, UTC.
 */

/** What the evaluations counted of the channels. */
export interface Told {
  /** By channel: status changes that it told of, by the day on which they happened; of the new side only. */

  readonly happened: ReadonlyMap<Channel, ReadonlyMap<number, number>>;
  /** By the day on which they were first received, of both sides. */
  readonly received: ReadonlyMap<Channel, ReadonlyMap<number, number>>;
  /** By customer number: the days on which something happened to his parcels, whoever told of it. */
  readonly customers: ReadonlyMap<string, ReadonlySet<number>>;
}

const HAPPENED_KEY = /^day\|(\d{4}-\d{2}-\d{2})\|channel\|([a-z-]+)\|[a-z]+$/;
const CUSTOMER_KEY = /^day\|(\d{4}-\d{2}-\d{2})\|customer\|(.+)\|[a-z]+$/s;
const RECEIVED_KEY = /^receiptday\|([a-z-]+)\|(\d{4}-\d{2}-\d{2})$/;

/** Reads what the evaluations counted; of customers only what a certificate looks back at. */
export function readTold(sums: Sums, now: number): Told {
  const happened = new Map<Channel, Map<number, number>>();
  const received = new Map<Channel, Map<number, number>>();
  const customers = new Map<string, Set<number>>();
  const add = (to: typeof happened, channel: string, day: string, count: number): void => {
    const days = to.get(channel as Channel) ?? new Map<number, number>();
    const number = toDayNumber(day);
    to.set(channel as Channel, days.set(number, (days.get(number) ?? 0) + count));
  };
  for (const [key, count] of sums) {
    const [, happenedDay, happenedOver] = HAPPENED_KEY.exec(key) ?? [];
    if (happenedDay !== undefined && happenedOver !== undefined)
      add(happened, happenedOver, happenedDay, count);
    const [, receivedOver, receivedDay] = RECEIVED_KEY.exec(key) ?? [];
    if (receivedDay !== undefined && receivedOver !== undefined)
      add(received, receivedOver, receivedDay, count);
    const [, customerDay, customer] = CUSTOMER_KEY.exec(key) ?? [];
    if (customerDay === undefined || customer === undefined) continue;
    const number = toDayNumber(customerDay);
    if (isRecent(number, now)) customers.set(customer, (customers.get(customer) ?? new Set()).add(number));
  }
  return { happened, received, customers };
}

function toDayNumber(day: string): number {
  return Temporal.PlainDate.from(day).toZonedDateTime("UTC").epochMilliseconds / DAY_MS;
}

/** Rows of a channel that were set aside, by the day of their receipt; `null`: it could not be read. */
export interface Quarantine {
  readonly day: number | null;
  readonly rows: number;
}

/**
 * Days on which more rows were set aside than may be, of them and the status
 * changes that were received then. There may be more rows than status changes,
 * so that the share is rather too large. Rows that nobody can date are held
 * against all rows.
 *
 * @param rows of the channel, in all
 * @param received status changes by the day of their receipt
 */
export function findQuarantined(
  quarantine: readonly Quarantine[],
  rows: number,
  received: ReadonlyMap<number, number> | undefined,
  { quarantinedShare }: Pick<CertificateRules, "quarantinedShare">,
  now: number,
): Shortfall[] {
  return quarantine
    .filter(({ day }) => day === null || isRecent(day, now))
    .map(({ day, rows: count }) => {
      const of = day === null ? Math.max(rows - count, 0) : (received?.get(day) ?? 0);
      return toShortfall("quarantined", { count, of, ...toSpan(day) });
    })
    .filter(({ count, of }) => count > quarantinedShare * (count + (of ?? 0)));
}

/** Deliveries that were acknowledged before the run began, and not read by its end. */
export function findNotUnpacked(
  spool: { readonly batches: number; readonly oldestAt: number | null },
  begunAt: number,
): Shortfall[] {
  const { batches, oldestAt } = spool;
  if (batches === 0 || oldestAt === null || oldestAt >= begunAt) return [];
  return [toShortfall("not_unpacked", { count: batches, from: oldestAt, until: begunAt })];
}

export interface PushFacts {
  readonly told: Pick<Told, "happened">;
  /** Open findings that say that something was not pushed, by the day on which it happened. */
  readonly missed: ReadonlyMap<number, number>;
  /** Those that a known difference explains. */
  readonly excused: ReadonlyMap<number, number>;
  /** Since when the webhook is in use for all of whom is told; `null`: it is not in use for all. */
  readonly inUseSince: number | null;
  readonly watermark: number | null;
}

/** What the status API told of and the webhook did not, and that it has fallen silent. */
export function comparePushed(
  { told: { happened }, missed, excused, inUseSince, watermark }: PushFacts,
  { notPushedShare, maxWaitMs, settleMs }: CertificateRules,
  now: number,
): { readonly shortfalls: readonly Shortfall[]; readonly expectation: Expectation } {
  const pushed = happened.get("webhook") ?? NONE;
  const listed = happened.get("status-api") ?? NONE;
  const shortfalls: Shortfall[] = [];
  let expected = 0;
  let notPushed = 0;
  let sinceWatermark = 0;
  for (const day of new Set([...listed.keys(), ...missed.keys()])) {
    if (!isRecent(day, now)) continue;
    const of = listed.get(day) ?? 0;
    const isSettled = (day + 1) * DAY_MS + settleMs.new <= now;
    const isComparable = isSettled && inUseSince !== null && day * DAY_MS >= inUseSince;
    // Fewer than were listed: so many at least are not among them, whichever they are.
    const fewer = isComparable ? of - (pushed.get(day) ?? 0) - (excused.get(day) ?? 0) : 0;
    const count = Math.max(missed.get(day) ?? 0, fewer);
    expected += Math.max(of, count);
    notPushed += count;
    if (watermark !== null && day * DAY_MS > watermark) sinceWatermark += of;
    if (count > notPushedShare * of) {
      shortfalls.push(toShortfall("not_pushed", { count, of: Math.max(of, count), ...toSpan(day) }));
    }
  }
  if (watermark !== null && watermark + maxWaitMs < now && sinceWatermark > 0) {
    shortfalls.push(toShortfall("silent", { count: sinceWatermark, from: watermark, until: now }));
  }
  return {
    shortfalls,
    expectation: { unit: "status_changes", expected, received: expected - notPushed },
  };
}

const NONE: ReadonlyMap<number, number> = new Map();

/**
 * What the webhook told of and the status API never listed: one that answers
 * and says too little vouches for nobody.
 *
 * @param isForAll whether the status API is asked for every customer of whom is told
 */
export function compareListed(
  { happened }: Pick<Told, "happened">,
  isForAll: boolean,
  { notPushedShare, settleMs }: Pick<CertificateRules, "notPushedShare" | "settleMs">,
  now: number,
): Shortfall[] {
  if (!isForAll) return [];
  const listed = happened.get("status-api") ?? NONE;
  return [...(happened.get("webhook") ?? NONE)].flatMap(([day, of]) => {
    const isSettled = (day + 1) * DAY_MS + settleMs.new <= now;
    const count = of - (listed.get(day) ?? 0);
    if (!(isRecent(day, now) && isSettled) || count <= notPushedShare * of) return [];
    return [toShortfall("not_listed", { count, of, ...toSpan(day) })];
  });
}

/** The webhook's deliveries for one customer. */
export interface Delivered {
  readonly customer: string;
  readonly lastAt: number;
}

/**
 * Where the webhook is not in use for all, only findings say what was not
 * pushed, and they look no further than each customer's last delivery: after
 * that nobody knows whether it is still in use. So far, and no further, can it
 * be vouched for; with a customer for whom nothing came on a later day,
 * although things happened, it has fallen silent.
 *
 * @param delivered of the customers for whom it is in use
 */
export function findClosed(
  delivered: readonly Delivered[],
  { customers }: Pick<Told, "customers">,
  { settleMs }: Pick<CertificateRules, "settleMs">,
  now: number,
): { readonly closedTo: number | null; readonly shortfalls: readonly Shortfall[] } {
  let closedTo: number | null = null;
  const shortfalls: Shortfall[] = [];
  for (const { customer, lastAt } of delivered) {
    const days = customers.get(customer);
    if (days === undefined) continue;
    closedTo = Math.min(closedTo ?? lastAt, lastAt);
    const later = [...days].filter(
      (day) => day * DAY_MS > lastAt && (day + 1) * DAY_MS + settleMs.new <= now,
    );
    if (later.length > 0) {
      shortfalls.push(
        toShortfall("not_delivered", { subject: customer, count: later.length, from: lastAt, until: now }),
      );
    }
  }
  return { closedTo, shortfalls };
}

/** What a finding says is overdue: when it happened, and whose it is. */
export type Overdue = Pick<Finding, "barcode" | "legacyAt" | "newAt" | "firstSeenAt">;

/**
 * Parcels of which the new side should have said something, and which the
 * status API was not asked for although there was time.
 *
 * @param isAsked whether it was asked for what happened at a moment
 */
export function findNotSwept(
  overdue: readonly Overdue[],
  isAsked: (barcode: Overdue["barcode"], at: number) => boolean,
  { settleMs }: Pick<CertificateRules, "settleMs">,
  now: number,
): Shortfall[] {
  const parcels = new Set<string>();
  const left = overdue.flatMap(({ barcode, legacyAt, newAt, firstSeenAt }) => {
    const at = legacyAt ?? newAt;
    if (at === null || at < now - LOOK_BACK_MS || parcels.has(barcode)) return [];
    const knownAt = Math.max(at + settleMs.new, firstSeenAt);
    if (knownAt + settleMs.new > now || isAsked(barcode, at)) return [];
    parcels.add(barcode);
    return [toShortfall("not_swept", { from: at, until: at })];
  });
  return joinShortfalls(left);
}

function toSpan(day: number | null): { readonly from: number | null; readonly until: number | null } {
  return day === null ? { from: null, until: null } : { from: day * DAY_MS, until: (day + 1) * DAY_MS - 1 };
}

function isRecent(day: number, now: number): boolean {
  return (day + 1) * DAY_MS > now - LOOK_BACK_MS;
}
