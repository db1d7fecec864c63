import { migrateStore } from "../../app/migrate-store.ts";
import { renderMigrateText } from "../../report/render-store-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { toDatabaseUrl } from "../global-options.ts";
import { print, printJson } from "../print.ts";

/** `trackbridge db migrate` */
export async function dbMigrate(options: GlobalOptions & { readonly distributed?: boolean }): Promise<void> {
  const report = await migrateStore(toDatabaseUrl(options), { distributed: options.distributed ?? false });
  if (options.format === "text") await print(renderMigrateText(report, options.lang));
  else await printJson(report);
}
