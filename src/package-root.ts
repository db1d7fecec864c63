import { fileURLToPath } from "node:url";

/** The folder that holds `mappings` and `config`: the checkout, or the installed package. */
export const PACKAGE_ROOT = fileURLToPath(new URL("..", import.meta.url));
