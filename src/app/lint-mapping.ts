import { join } from "node:path";
import type { Config } from "../config.ts";
import type { MappingProblem } from "../mapping/check-mapping.ts";
import { checkMapping } from "../mapping/check-mapping.ts";
import { readMappingFiles } from "../mapping/load-tables.ts";
import { mappingFolderOf } from "./open-app.ts";

/** What `mapping lint` prints. */
export interface MappingLint {
  readonly file: string;
  readonly codes: number;
  readonly statuses: number;
  readonly problems: readonly MappingProblem[];
}

/**
 * Every problem of the mapping table at once.
 *
 * @throws UsageError when the tables cannot be read at all
 */
export function lintMapping(config: Config): MappingLint {
  const folder = mappingFolderOf(config);
  const { rows, statuses } = readMappingFiles(folder);
  return {
    file: join(folder, "legacy-codes.csv"),
    codes: rows.length,
    statuses: statuses.size,
    problems: checkMapping(rows, statuses),
  };
}
