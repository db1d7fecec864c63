// Makes `dist` for the packed package: JavaScript from `src`, and every other file as it is, at the same depth,
// so that what is found relative to the package's root is found from both.
import { execSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("../../", import.meta.url)));
rmSync("dist", { recursive: true, force: true });
execSync("tsc --project config/tools/tsconfig.build.json", { stdio: ["ignore", 2, 2] });
cpSync("src", "dist", { recursive: true, filter: (path) => ![".ts", ".mjs"].includes(extname(path)) });
