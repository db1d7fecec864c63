import type { ContractCheckOptions } from "../../app/check-contract.ts";
import { checkContract } from "../../app/check-contract.ts";
import { readConfig } from "../../config.ts";
import { EXIT } from "../../domain/errors.ts";
import { renderContractCheckText } from "../../report/render-contract-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { print, printJson } from "../print.ts";

/** `trackbridge contract check FILE PAYLOAD…` */
export async function contractCheck(
  contract: string,
  paths: readonly string[],
  options: GlobalOptions & Pick<ContractCheckOptions, "service">,
): Promise<void> {
  const { service } = options;
  const report = await checkContract(readConfig(options.config), { contract, paths, service });
  if (options.format === "text") await print(renderContractCheckText(report, options.lang));
  else await printJson(report);
  if (!report.isFine) process.exitCode = EXIT.differences;
}
