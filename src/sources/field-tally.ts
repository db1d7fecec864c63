import { InputError, toVisible } from "../domain/errors.ts";
import type { FieldPlace } from "./field-places.ts";

/** What was found at the places of one field. */
export interface FieldCheck {
  readonly field: string;
  readonly level: FieldPlace["level"];
  readonly required: boolean;
  /** Where the contract looks, from the payload's root. */
  readonly paths: readonly string[];
  /** How often it was looked for, and found as it must be. */
  readonly of: number;
  readonly found: number;
  /** The first value, made visible and cut; `null`: none was found. */
  readonly sample: string | null;
  /** What stood there instead, most frequent first; a place with nothing is no problem of its own. */
  readonly problems: readonly { readonly problem: string; readonly count: number }[];
}

const LONGEST_SAMPLE = 60;
const MOST_PROBLEMS = 10;

/** Counts what is found of one field. */
export class FieldTally {
  readonly #place: FieldPlace;
  readonly #problems = new Map<string, number>();
  #of = 0;
  #found = 0;
  #sample: string | null = null;

  constructor(place: FieldPlace) {
    this.#place = place;
  }

  /**
   * Notes what was found.
   *
   * @param read gives the value as text; what it throws for an input that is wrong is counted
   * @returns the value, `null` where there is none or a wrong one
   */
  add(read: () => string): string | null {
    this.#of += 1;
    try {
      const text = read();
      this.#found += 1;
      this.#sample ??= toVisible(text, LONGEST_SAMPLE);
      return text;
    } catch (problem) {
      if (!(problem instanceof InputError)) throw problem;
      if (problem.code !== "FIELD_MISSING")
        this.#note(`${problem.code}: ${toVisible(problem.complaint.value)}`);
      return null;
    }
  }

  #note(problem: string): void {
    if (this.#problems.size < MOST_PROBLEMS || this.#problems.has(problem)) {
      this.#problems.set(problem, (this.#problems.get(problem) ?? 0) + 1);
    }
  }

  finish(): FieldCheck {
    const { field, level, isRequired, paths } = this.#place;
    return {
      field,
      level,
      required: isRequired,
      paths,
      of: this.#of,
      found: this.#found,
      sample: this.#sample,
      problems: [...this.#problems]
        .map(([problem, count]) => ({ problem, count }))
        .sort((a, b) => b.count - a.count),
    };
  }
}
