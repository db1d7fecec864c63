import type { Complaint } from "../domain/errors.ts";
import type { Texts } from "./texts.ts";

/** How a check may come out; with `skipped` nothing can be said. */
export const CHECK_STATES = ["ok", "warning", "failure", "skipped"] as const;
export type CheckState = (typeof CHECK_STATES)[number];

/** What `doctor` looks at, in the order in which it tells; the group stands before the dot. */
export const DOCTOR_CHECKS = [
  "configuration.settings",
  "configuration.contract",
  "configuration.factors",
  "configuration.mapping",
  "configuration.layout",
  "configuration.report-folder",
  "configuration.spool-folder",
  "keys.secret",
  "keys.usable",
  "keys.certificate",
  "store.opens",
  "store.schema",
  "store.integrity",
  "store.durability",
  "store.space",
  "connections.sftp",
  "connections.legacy-api",
  "connections.status-api",
  "connections.clock",
  "connections.timers",
  "webhook.reachable",
  "webhook.subscription",
  "webhook.deliveries",
  "schedule.nightly",
  "schedule.last-run",
  "schedule.workers",
  "schedule.pull",
] as const;
export type DoctorCheck = (typeof DOCTOR_CHECKS)[number];

/** A text of `texts/…json`, by its name there. */
export type SaidText = keyof Texts["doctor"]["says"];

/** What was found, before it is put into words. */
export interface Examined {
  readonly check: DoctorCheck;
  /** Which of several: a setting, a feed, a customer. */
  readonly subject: string | null;
  readonly state: CheckState;
  readonly said: { readonly text: SaidText; readonly values: Readonly<Record<string, string>> } | Complaint;
}

/** One line of what `doctor` prints. */
export interface CheckResult {
  readonly check: DoctorCheck;
  readonly subject: string | null;
  readonly state: CheckState;
  readonly value: string;
  /** `null` where nothing has to be done, as is `todo`. */
  readonly expected: string | null;
  readonly todo: string | null;
}

/** What `doctor` prints. */
export interface DoctorReport {
  readonly checks: readonly CheckResult[];
  readonly counts: Readonly<Record<CheckState, number>>;
}
