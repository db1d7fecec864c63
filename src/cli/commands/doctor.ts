import { examine } from "../../app/doctor/examine.ts";
import { findConfigFile, readConfig } from "../../config.ts";
import { renderDoctorText, toDoctorExitCode, toDoctorReport } from "../../report/render-doctor.ts";
import type { GlobalOptions } from "../global-options.ts";
import { toClock } from "../global-options.ts";
import { print, printJson } from "../print.ts";

interface DoctorOptions extends GlobalOptions {
  readonly offline?: boolean;
  readonly quietHours: number;
}

/** `trackbridge doctor` */
export async function doctor(options: DoctorOptions): Promise<void> {
  const config = readConfig(options.config);
  const { examined, secrets } = await examine({
    config,
    configFile: findConfigFile(options.config),
    databaseUrl: options.database ?? config.database,
    clock: toClock(options),
    isOffline: options.offline === true,
    quietHours: options.quietHours,
  });
  const report = toDoctorReport(examined, secrets, options.lang);
  if (options.format === "text") await print(renderDoctorText(report, options.lang));
  else await printJson(report);
  process.exitCode = toDoctorExitCode(report);
  // Whoever has not answered by now is not waited for; without such a one the program has ended before.
  setTimeout(() => process.exit(), GRACE_MS).unref();
}

const GRACE_MS = 1_000;
