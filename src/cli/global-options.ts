import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import type { Clock } from "../clock.ts";
import { makeFixedClock, systemClock } from "../clock.ts";
import { readConfig } from "../config.ts";
import { parseInstant } from "../domain/instant.ts";

/** The flags that every command takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly database?: string;
  /** UTC epoch milliseconds. */
  readonly now?: number;
  readonly format: "text" | "json" | "jsonl";
  readonly lang: "en" | "nl";
  readonly quiet?: boolean;
}

/** Adds the global flags; they may stand before or after the command's name. */
export function addGlobalOptions(command: Command): Command {
  return command
    .option("--config <file>", "settings (default: config/trackbridge.yml, if there is one)")
    .option(
      "--database <url>",
      "the store, sqlite:PATH or postgres://… (default: the configured one, sqlite:trackbridge.db)",
    )
    .option("--now <ISO-8601>", "sets the clock for the whole run, such as 2026-03-21T06:30:00Z", parseMoment)
    .addOption(
      new Option("--format <format>", "how results are printed; jsonl where rows are listed")
        .choices(["text", "json", "jsonl"])
        .default("text"),
    )
    .addOption(new Option("--lang <language>", "language of texts").choices(["en", "nl"]).default("en"))
    .option("--quiet", "no progress, no notes");
}

/** The clock of the run: the machine's, or the one that `--now` sets. */
export function toClock({ now }: GlobalOptions): Clock {
  return now === undefined ? systemClock : makeFixedClock(now);
}

/** The store that is worked on: the one given, or the configured one. */
export function toDatabaseUrl({ database, config }: GlobalOptions): string {
  return database ?? readConfig(config).database;
}

/** A whole number from 1. */
export function parseCount(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1.");
  return Number(text);
}

/** An instant, as UTC epoch milliseconds. */
export function parseMoment(text: string): number {
  try {
    return parseInstant(text, "command line");
  } catch {
    throw new InvalidArgumentError(
      "expected an ISO 8601 instant with offset or Z, such as 2026-03-21T06:30:00Z.",
    );
  }
}
