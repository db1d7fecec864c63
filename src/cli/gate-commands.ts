import type { Command } from "commander";
import type { AddCommand } from "./add-command.ts";

/** The commands about the decision to switch. */
export function addGateCommands(command: AddCommand): void {
  const gate = command(
    "gate",
    "go, no go or not proven over many days, by the gate's policy, as the last run left it",
  )
    .option("--policy <file>", "another policy than the configured one")
    .addHelpText("after", GATE_HELP)
    .action(async (_options, self: Command) =>
      (await import("./commands/gate.ts")).gate(self.optsWithGlobals()),
    );
  command("sign", "records that somebody signs the gate as it stands; two people must", gate)
    .requiredOption("--by <name>", "who signs")
    .requiredOption("--role <role>", "as what")
    .option("--note <text>", "a remark")
    .option("--against-advice <reason>", "why, when the verdict is not go")
    .action(async (_options, self: Command) =>
      (await import("./commands/gate-sign.ts")).gateSign(self.optsWithGlobals()),
    );
  command("signatures", "lists who signed what, and whether it is what stands now", gate)
    .option("--verify", "check that nothing was changed, taken out or cut off; exits 1 when something was")
    .action(async (_options, self: Command) =>
      (await import("./commands/gate-signatures.ts")).gateSignatures(self.optsWithGlobals()),
    );
}

const GATE_HELP = `
It judges what the last run left, and evaluates nothing anew: all who sign have the same before them. Run
\`trackbridge reconcile\` first where data came in since.

Exit codes: 0 go · 1 no go · 2 usage, configuration or run error · 3 not proven · 130 interrupted`;
