import type { Command } from "commander";

/** Adds a command with the global flags. */
export type AddCommand = (spec: string, description: string, parent?: Command) => Command;
