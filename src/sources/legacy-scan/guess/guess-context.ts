import type { SentAt } from "./guess-pattern.ts";

/** What a guess goes by besides the file's rows. */
export interface GuessContext {
  /** Whether the mapping table has a row for a code (normalised). */
  readonly isKnownCode: (code: string) => boolean;
  /** Groups of digits in the files' names. */
  readonly nameNumbers: readonly string[];
  readonly sent: SentAt;
}
