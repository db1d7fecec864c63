import type { Command } from "commander";
import { Option } from "commander";
import type { AddCommand } from "./add-command.ts";
import { parseCount, parseMoment } from "./global-options.ts";

/** The commands for whoever sets everything up, and sees that it stays so. */
export function addSiteCommands(command: AddCommand): void {
  command("subscribe", "prepares what the carrier needs to set up the webhook, once; and records that it has")
    .option("--url <https://…>", "where the carrier is to deliver: how serve is reached from outside")
    .option("--record", "record that the carrier has set it up")
    .option("--by <name>", "with --record: who says so")
    .addOption(
      new Option("--at <ISO-8601>", "with --record: since when (default: now)").argParser(parseMoment),
    )
    .option(
      "--replace",
      "with --record: in the place of the one that is recorded, which stays in the history",
    )
    .option("--reason <text>", "with --replace: why")
    .option("--show", "what is recorded")
    .addHelpText("after", SUBSCRIBE_HELP)
    .action(async (_options, self: Command) =>
      (await import("./commands/subscribe.ts")).subscribe(self.optsWithGlobals()),
    );

  command(
    "doctor",
    "checks that everything is in place: settings, keys, store, connections, webhook, schedule",
  )
    .option("--offline", "ask nobody: only what can be seen from here")
    .option("--quiet-hours <number>", "for so many hours no delivery need come", parseCount, 24)
    .addHelpText("after", DOCTOR_HELP)
    .action(async (_options, self: Command) =>
      (await import("./commands/doctor.ts")).doctor(self.optsWithGlobals()),
    );
}

const SUBSCRIBE_HELP = `
The carrier offers nothing that could be called to subscribe: its people set the webhook up, once, free of charge.
  trackbridge subscribe --url https://hooks.example.nl/webhooks/tracking          a letter, ready to send
  trackbridge subscribe --url https://… --record --by "A. Jansen"                 once they have done so
From then on doctor tells when deliveries do not come. Secrets are never printed: they go another way.

Exit codes: 0 fine · 2 usage or configuration error, or recorded already`;

const DOCTOR_HELP = `
Nothing is changed. Of the carrier's services one harmless question each is asked, with every factor.

Exit codes: 0 nothing is wrong (there may be things to look at) · 1 something is · 2 the settings cannot be read`;
