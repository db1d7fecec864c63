import { constants } from "node:os";
import { CommanderError } from "commander";
import { EXIT, InputError, toMessage, UsageError } from "../domain/errors.ts";
import { makeProgram } from "./program.ts";

process.once("SIGINT", () => {
  process.stderr.write(
    "interrupted → the same command again goes on: what is in already counts as a duplicate\n",
  );
  process.exit(EXIT.interrupted);
});
// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.errno === -constants.errno.EPIPE ? process.exitCode : EXIT.usage);
});

try {
  await makeProgram().parseAsync();
} catch (error) {
  process.exitCode = toExitCode(error);
}

/** Says what went wrong, in one line where a person can mend it. */
function toExitCode(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.fine;
    // `commander.help`: nothing was asked for, and the help is printed already.
    if (error.code !== "commander.help") process.stderr.write(`${toComplaint(error)}\n`);
    return EXIT.usage;
  }
  if (error instanceof UsageError || error instanceof InputError) {
    process.stderr.write(`${error.message}\n`);
    return EXIT.usage;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return EXIT.usage;
}

function toComplaint({ message }: CommanderError): string {
  // What commander says after the first full stop is what it expected, or a suggestion.
  const [value = "", ...rest] = message
    .replace(/^error: /, "")
    .replaceAll("\n", " ")
    .split(/\. |(?= \(Did you mean)/);
  return toMessage({
    place: "command line",
    value,
    expected: rest.join(". ").trim() || "a command with its options and arguments",
    todo: "see trackbridge --help, or trackbridge COMMAND --help",
  });
}
