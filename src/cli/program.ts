import { Command, Option } from "commander";
import { PULLS } from "../app/feeds/pulls.ts";
import { readVersion } from "../app/version.ts";
import { CHANNELS } from "../domain/channel.ts";
import { FINDING_KINDS, FINDING_STATES } from "../domain/finding.ts";
import { PARCEL_VERDICTS } from "../domain/verdict.ts";
import type { AddCommand } from "./add-command.ts";
import { addGateCommands } from "./gate-commands.ts";
import { addGlobalOptions, parseCount } from "./global-options.ts";
import { addSiteCommands } from "./site-commands.ts";

const EXIT_CODES = `
Exit codes: 0 fine · 1 differences · 2 usage, configuration or run error · 3 not proven · 130 interrupted

A first look:      trackbridge demo
Your own files:    trackbridge import legacy-scan scans/*.csv
                   trackbridge import webhook deliveries.jsonl
                   trackbridge reconcile
                   trackbridge report --out report`;

/** The command line. Each command's code is loaded when it is called. */
export function makeProgram(): Command {
  const program = addGlobalOptions(new Command("trackbridge"))
    .description(
      "Reads a carrier's old scan files and its new tracking data side by side, translates the old codes " +
        "through an event-mapping table, and reports every discrepancy.",
    )
    .addHelpText("after", EXIT_CODES)
    .version(readVersion(), "--version")
    .configureOutput({ outputError: () => {} })
    .exitOverride();

  const command = (spec: string, description: string, parent: Command = program): Command =>
    addGlobalOptions(parent.command(spec)).description(description).exitOverride();

  command(
    "demo",
    "a simulated carrier, the whole job against it, and what it found; changes nothing of yours",
  )
    .option("--seed <number>", "which simulated world", parseCount, 1)
    .option("--parcels <number>", "how many parcels", parseCount, 400)
    .option("--out <folder>", "where the report goes", "trackbridge-demo")
    .action(async (_options, self: Command) =>
      (await import("./commands/demo.ts")).demo(self.optsWithGlobals()),
    );

  const importing = program
    .command("import")
    .description("takes in exported data from disk exactly as if it had come over the wire")
    .exitOverride();
  for (const channel of CHANNELS) {
    const one = command(`${channel} <file...>`, IMPORTS[channel], importing);
    if (channel === "legacy-scan") {
      one
        .option("--layout <name>", "name or path of the files' layout (default: the configured one)")
        .option("--received-at <ISO-8601>", "when files without a time in their name were received");
    }
    one.action(async (files: string[], _options, self: Command) =>
      (await import("./commands/import.ts")).importCommand(channel, files, self.optsWithGlobals()),
    );
  }

  command("pull", "fetches from every configured source once: scan files over SFTP, the old API, the new API")
    .addOption(new Option("--feed <feed...>", "only these").choices(PULLS))
    .addHelpText("after", PULL_HELP)
    .action(async (_options, self: Command) =>
      (await import("./commands/pull.ts")).pull(self.optsWithGlobals()),
    );

  command("run", "the nightly job in one command: pull, reconcile, gate, report")
    .option("--out <folder>", "where the report goes", "report")
    .addHelpText("after", RUN_HELP)
    .action(async (_options, self: Command) =>
      (await import("./commands/run.ts")).run(self.optsWithGlobals()),
    );

  command("reconcile", "evaluates what changed since the last run, and says go, no go or not proven")
    .option("--full", "evaluate everything")
    .action(async (_options, self: Command) =>
      (await import("./commands/reconcile.ts")).reconcile(self.optsWithGlobals()),
    );

  command("findings", "lists findings")
    .addOption(new Option("--state <state...>", "only in these states").choices(FINDING_STATES))
    .addOption(new Option("--kind <kind...>", "only of these kinds").choices(FINDING_KINDS))
    .option("--barcode <barcode>", "only of this parcel")
    .action(async (_options, self: Command) =>
      (await import("./commands/findings.ts")).findings(self.optsWithGlobals()),
    );

  command("families", "lists findings by what they share: whose fault, since when, and what to do").action(
    async (_options, self: Command) =>
      (await import("./commands/families.ts")).families(self.optsWithGlobals()),
  );

  command("parcels", "lists parcels with their verdict")
    .addOption(new Option("--verdict <verdict>", "only these").choices(PARCEL_VERDICTS))
    .action(async (_options, self: Command) =>
      (await import("./commands/parcels.ts")).parcels(self.optsWithGlobals()),
    );

  command("trace <barcode>", "one parcel, both sides side by side, down to the raw line")
    .option("--raw", "with the raw content of every intake")
    .action(async (barcode: string, _options, self: Command) =>
      (await import("./commands/trace.ts")).trace(barcode, self.optsWithGlobals()),
    );

  command("report", "evaluates what changed and writes the report: HTML, CSV and JSON")
    .requiredOption("--out <folder>", "where the files go")
    .action(async (_options, self: Command) =>
      (await import("./commands/report.ts")).report(self.optsWithGlobals()),
    );

  command("speed", "how fast the feeds are: delays, what the new feed gains, and whose clock is off")
    .addHelpText("after", SPEED_HELP)
    .action(async (_options, self: Command) =>
      (await import("./commands/speed.ts")).speed(self.optsWithGlobals()),
    );

  command("noise", "what the two old channels disagree on between themselves, against what the new feed does")
    .addHelpText("after", NOISE_HELP)
    .action(async (_options, self: Command) =>
      (await import("./commands/noise.ts")).noise(self.optsWithGlobals()),
    );

  command(
    "worker",
    "runs the nightly reconciliation and report when they are due, together with other workers",
  )
    .option("--once", "do what is due now, or help whoever does, and end")
    .addHelpText("after", WORKER_HELP)
    .action(async (_options, self: Command) =>
      (await import("./commands/worker.ts")).worker(self.optsWithGlobals()),
    );

  command("serve", "receives webhook deliveries into the store; workers settle them")
    .addHelpText("after", SERVE_HELP)
    .action(async (_options, self: Command) =>
      (await import("./commands/serve.ts")).serve(self.optsWithGlobals()),
    );

  addSiteCommands(command);
  addGateCommands(command);

  const mapping = program.command("mapping").description("works on the event-mapping table").exitOverride();
  command("lint", "checks the mapping table", mapping).action(async (_options, self: Command) =>
    (await import("./commands/mapping-lint.ts")).mappingLint(self.optsWithGlobals()),
  );

  addCutoverCommands(command);
  addContractCommands(program, command);
  addLayoutCommands(program, command);
  addDbCommands(program, command);
  return program;
}

/** The commands about the migration itself. */
function addCutoverCommands(command: (spec: string, description: string) => Command): void {
  command(
    "cutover",
    "where the migration is by its calendar, and how the new feed does without the old one; exits 1 when that is unusual",
  ).action(async (_options, self: Command) =>
    (await import("./commands/cutover.ts")).cutover(self.optsWithGlobals()),
  );
  command(
    "rehearse",
    "had the new feed led from a day on: which customer messages would have gone wrong; exits 1 when it would have been rolled back",
  )
    .requiredOption("--date <day>", "the day, such as 2026-03-10, in Europe/Amsterdam")
    .option("--wave <id>", "only a wave of the calendar (default: everybody)")
    .addHelpText("after", REHEARSE_HELP)
    .action(async (_options, self: Command) =>
      (await import("./commands/rehearse.ts")).rehearse(self.optsWithGlobals()),
    );
}

/** The commands about the contract with the new services. */
function addContractCommands(program: Command, command: AddCommand): void {
  const contract = program
    .command("contract")
    .description("works on the contract: where the fields of the new services stand")
    .exitOverride();
  command(
    "check <file> <payload...>",
    "says field by field what a contract finds in payloads; exits 1 when a needed field or a code is missing",
    contract,
  )
    .addOption(
      new Option("--service <service>", "whose payloads they are (default: seen from them)").choices([
        "webhook",
        "status-api",
      ]),
    )
    .addHelpText("after", CONTRACT_CHECK_HELP)
    .action(async (file: string, payloads: string[], _options, self: Command) =>
      (await import("./commands/contract-check.ts")).contractCheck(file, payloads, self.optsWithGlobals()),
    );
}

/** The commands about the layouts of scan files. */
function addLayoutCommands(program: Command, command: AddCommand): void {
  const layout = program.command("layout").description("works on the layouts of scan files").exitOverride();
  command("check <file>", "shows how a scan file is read; exits 1 when rows are set aside", layout)
    .option("--layout <name>", "name or path of the file's layout (default: the configured one)")
    .option("--rows <number>", "how many rows are shown", parseCount, 5)
    .action(async (file: string, _options, self: Command) =>
      (await import("./commands/layout-check.ts")).layoutCheck(file, self.optsWithGlobals()),
    );
  command(
    "guess <file...>",
    "proposes a layout for files of one feed, as a file to be saved; exits 1 when it is not sure of all",
    layout,
  ).action(async (files: string[], _options, self: Command) =>
    (await import("./commands/layout-guess.ts")).layoutGuess(files, self.optsWithGlobals()),
  );
}

/** The commands about the store itself. */
function addDbCommands(program: Command, command: AddCommand): void {
  const db = program
    .command("db")
    .description("works on the store itself: makes it, checks it, moves it to another database")
    .addHelpText("after", MOVING_UP)
    .exitOverride();
  command("migrate", "makes an empty database a store; one that is there already stays as it is", db)
    .option("--distributed", "spread it over the nodes of a distributed PostgreSQL (Citus), by bucket")
    .action(async (_options, self: Command) =>
      (await import("./commands/db-migrate.ts")).dbMigrate(self.optsWithGlobals()),
    );
  command(
    "verify",
    "counts and hashes every table, and holds the books against what is there; exits 1 when a check fails",
    db,
  ).action(async (_options, self: Command) =>
    (await import("./commands/db-verify.ts")).dbVerify(self.optsWithGlobals()),
  );
  command(
    "copy",
    "copies a store into an empty one, and compares them; goes on where it was interrupted; exits 1 when they differ",
    db,
  )
    .requiredOption("--from <url>", "the store that is copied; what it holds stays as it is")
    .requiredOption("--to <url>", "the store that is filled; made where there is none")
    .addHelpText("after", MOVING_UP)
    .action(async (_options, self: Command) =>
      (await import("./commands/db-copy.ts")).dbCopy(self.optsWithGlobals()),
    );
}

const CONTRACT_CHECK_HELP = `
FILE is the name of a contract that comes along (reference, example-nested), or the path of your own.
A PAYLOAD file is one JSON document, or one a line; as \`import\` takes it, or the bare body. Nothing is taken in.

A new contract, step by step:
  1. copy config/contracts/reference.yml, or example-nested.yml where that is nearer
  2. trackbridge contract check ours.yml one-delivery.json
  3. "No field reads" lists what stands elsewhere: put those paths into the file, unknown codes under codes:
  4. again, with everything you have, until the last line is content; then name the file: contract: in the settings

Only values of the contract's own fields are shown; of everything else the names.

Exit codes: 0 fine · 1 a needed field is missing or wrong somewhere, a code is unknown, a payload cannot be read, or
nothing was found · 2 usage, configuration or run error`;

const REHEARSE_HELP = `
Who is told what by which statuses: mappings/consumers.yml. When it would be rolled back: \`rollback\` in the calendar
(config/cutover.yml). Everything is judged as of now, and nothing is written.

Exit codes: 0 it would have stayed · 1 it would have been rolled back · 2 usage, configuration or run error`;

const MOVING_UP = `
From SQLite to PostgreSQL:
  trackbridge db copy --from sqlite:trackbridge.db --to postgres://me@server/trackbridge
  trackbridge reconcile --database postgres://me@server/trackbridge

The user must be able to make a schema in the database. The password may stand in the URL, or in PGPASSWORD.
?schema=NAME behind the URL keeps several stores in one database. The same command again goes on where a copy was
interrupted; nobody else can use the copy before it is whole.`;

const PULL_HELP = `
What is fetched, and where secrets are found: \`feeds\` in the settings. What was fetched before is not fetched again,
and what a pull that was stopped has left, the next one fetches. \`sweep\` asks the new API about parcels of which it
should have spoken and did not, the oldest first. One process at a time pulls on a store; another waits for its turn.

Exit codes: 0 fine · 1 rows were set aside · 2 something could not be fetched, or usage error · 130 interrupted`;

const RUN_HELP = `
Where no feed is configured it goes by what was imported and pushed.

Exit codes, by the verdict of the gate, without one of the run: 0 go · 1 no go · 3 not proven · 2 usage, configuration or
run error · 130 interrupted`;

const SPEED_HELP = `
By what the last \`reconcile\` evaluated. The delay is from the event to its receipt here: of a scan file that is when
the file was made, of exported data its receivedAt. The gain is how much earlier the new feed's word was received. What
only one feed has told so far counts too: the other is at least as late as its last sign of life. Delays that only say
when a history was imported are told as not known.

Exit codes: 0 whatever the figures · 2 usage, configuration or run error`;

const NOISE_HELP = `
By what the last \`reconcile\` evaluated: events that both the scan files and the v2 API could have told of, because both
spoke of the parcel later, on days of which no scan file is still to come. Where only one of them did, the old feed
disagrees with itself; a new feed that differs no more often than that is no worse than what you have.

Exit codes: 0 whatever the figures · 2 usage, configuration or run error`;

const WORKER_HELP = `
Start as many as you like, on one database: one runs the night's job, the others help it, and whoever is killed
or stopped is taken over from. Each business date is run once; nights that were missed are made up for by one run.
When, and where the report goes: \`worker\` in the settings. What is done is logged to standard error, as JSON.
SIGTERM and SIGINT give back what was claimed, so that others go on with it at once.

Exit codes: 0 done, or stopped by SIGTERM · 2 usage, configuration or run error · 130 interrupted`;

const SERVE_HELP = `
A delivery that is answered with 200 is on disk. Where the store is busy or failing the answer is 503 with
Retry-After, and the carrier has to come again. Start as many as you like, on one database.
Host, port, path, TLS and where secrets are found: \`serve\` in the settings. Who gets in is said by the contract's
verifiers; the shared key comes from the environment (TRACKBRIDGE_WEBHOOK_KEY) or from a file. Without \`serve.tls\` it
is plain HTTP: put what ends TLS in front of it.
SIGTERM and SIGINT take no more, answer what was taken, and end.

Exit codes: 0 stopped by SIGTERM · 2 usage, configuration or run error · 130 interrupted`;

const IMPORTS: Readonly<Record<(typeof CHANNELS)[number], string>> = {
  "legacy-scan": "scan files as they come over SFTP",
  "legacy-api": "replies of Shippingstatus v2, one a line (JSON Lines)",
  webhook: "deliveries of Tracking Webhook v1, one a line (JSON Lines)",
  "status-api": "replies of Shippingstatus v4, one a line (JSON Lines)",
};
