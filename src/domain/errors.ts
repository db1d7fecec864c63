import type { InputCode } from "./input-codes.ts";

/** What a command's exit code says. A contract: scripts branch on it. */
export const EXIT = {
  fine: 0,
  differences: 1,
  usage: 2,
  notProven: 3,
  interrupted: 130,
} as const;

/** The parts of every message: *place: value → what was expected → what to do*. */
export interface Complaint {
  /** File and line, setting, or request that is wrong. */
  readonly place: string;
  /** The offending value as it was met; shortened and made visible for display. */
  readonly value: string;
  readonly expected: string;
  readonly todo: string;
}

const LONGEST_VALUE = 120;

/** Controls, marks that turn the direction of writing, zero-width and unassigned characters, line separators. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Every code unit as `\uXXXX`, the form that JSON reads back. */
export function toEscapes(text: string): string {
  return Array.from(
    { length: text.length },
    (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");
}

/** Makes invisible characters visible, and long values short, so that no input can rewrite a terminal or a log. */
export function toVisible(text: string, longest: number = LONGEST_VALUE): string {
  const shown = text.replace(INVISIBLE, toEscapes);
  return shown.length > longest ? `${shown.slice(0, longest)}…` : shown;
}

/** One line, by the recipe *place: value → expected → what to do*. */
export function toMessage({ place, value, expected, todo }: Complaint): string {
  return `${toVisible(place, 300)}: ${toVisible(value)} → ${expected} → ${todo}`;
}

/**
 * Outside text that cannot be read. The row, line or payload is set aside in
 * quarantine with this message; the rest goes on.
 */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly code: InputCode;
  readonly complaint: Complaint;

  constructor(code: InputCode, complaint: Complaint, options?: ErrorOptions) {
    super(toMessage(complaint), options);
    this.code = code;
    this.complaint = complaint;
  }
}

/**
 * A wrong setting, path, argument or store: nothing was done. The command line
 * prints the message as one line and exits with {@link EXIT.usage}.
 */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
  readonly complaint: Complaint;

  constructor(complaint: Complaint, options?: ErrorOptions) {
    super(toMessage(complaint), options);
    this.complaint = complaint;
  }
}

/** The store's disk or file has failed: nothing that is written from now on can be trusted until a person has looked. */
export class StoreBroken extends UsageError {
  override readonly name = "StoreBroken";
}

/** Others keep the store to themselves, or it cannot be reached: the same again, a little later, may succeed. */
export class StoreBusy extends UsageError {
  override readonly name = "StoreBusy";
}
