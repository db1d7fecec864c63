import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Examined } from "../../report/doctor-data.ts";
import { readLayout } from "../../sources/legacy-scan/read-layout.ts";
import { inspectStatusApi } from "../feeds/open-apis.ts";
import { lintMapping } from "../lint-mapping.ts";
import type { Outcome } from "./check.ts";
import { attempt, say, toLine } from "./check.ts";
import type { Patient } from "./patient.ts";

/** Whether what the settings name can be read, and is fit to be worked with. */
export async function checkConfiguration(patient: Patient): Promise<readonly Examined[]> {
  const { config, configFile, deadlineMs } = patient;
  const { feeds } = config;
  const layouts = new Set([config.layout, ...feeds.scanFiles.map(({ layout }) => layout ?? config.layout)]);
  return [
    toLine(
      "configuration.settings",
      null,
      configFile === null
        ? say("ok", "settings-defaults")
        : say("ok", "settings-file", { path: resolve(configFile) }),
    ),
    ...describeContract(patient),
    await attempt("configuration.mapping", null, deadlineMs, () => judgeMapping(patient)),
    ...(await Promise.all(
      [...layouts].map((layout) =>
        attempt("configuration.layout", null, deadlineMs, async () =>
          say("ok", "layout", { name: (await readLayout(layout)).name }),
        ),
      ),
    )),
    await attempt("configuration.report-folder", null, deadlineMs, () =>
      judgeFolder(config.worker.reportFolder, "shared"),
    ),
    await attempt("configuration.spool-folder", null, deadlineMs, () =>
      feeds.scanFiles.length === 0
        ? say("skipped", "not-configured")
        : judgeFolder(feeds.spoolFolder, "private"),
    ),
  ];
}

function describeContract({ config, contract }: Patient): readonly Examined[] {
  if (contract === null) return [];
  const { place: path, isProvisional, webhook } = contract;
  const verifiers = webhook.verifiers.map(({ kind }) => kind).join(", ");
  const { kinds, isMultiFactor } = inspectStatusApi({
    config: { ...config, feeds: { ...config.feeds, statusApi: undefined } },
    contract,
  });
  const factors = kinds.join(", ");
  return [
    toLine(
      "configuration.contract",
      null,
      verifiers === ""
        ? say("failure", "contract-unguarded", { path })
        : isProvisional
          ? say("warning", "contract-provisional", { path, verifiers })
          : say("ok", "contract", { path, verifiers }),
    ),
    toLine(
      "configuration.factors",
      null,
      isMultiFactor ? say("ok", "factors", { factors }) : say("warning", "factors-few", { factors }),
    ),
  ];
}

function judgeMapping({ config }: Patient): Outcome {
  const { codes, statuses, problems } = lintMapping(config);
  for (const [level, state] of [
    ["error", "failure"],
    ["warning", "warning"],
  ] as const) {
    const found = problems.filter((problem) => problem.level === level);
    const [first] = found;
    if (first === undefined) continue;
    const values = { count: found.length, line: first.line };
    return say(state, level === "error" ? "mapping-errors" : "mapping-warnings", values);
  }
  return say("ok", "mapping", { codes, statuses });
}

const OTHERS_MAY = 0o077;

/** One that is not there yet is judged by where it will be made. */
async function judgeFolder(folder: string, kind: "shared" | "private"): Promise<Outcome> {
  const path = resolve(folder);
  const { nearest, mode } = await findNearest(path);
  try {
    await access(nearest, constants.W_OK | constants.X_OK);
  } catch {
    return say("failure", "folder-closed", { path: nearest });
  }
  if (nearest !== path) return say("ok", "folder-to-come", { path });
  const isOpen = process.getuid !== undefined && (mode & OTHERS_MAY) !== 0;
  // Fetching refuses such a folder.
  if (kind === "private" && isOpen) return say("failure", "folder-open", { path });
  return say("ok", "folder", { path });
}

async function findNearest(path: string): Promise<{ readonly nearest: string; readonly mode: number }> {
  try {
    return { nearest: path, mode: (await stat(path)).mode };
  } catch (error) {
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || above === path) throw error;
    return findNearest(above);
  }
}
