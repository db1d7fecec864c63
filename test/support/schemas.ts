import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const FOLDER = new URL("../../config/schemas/", import.meta.url);

const ajv = new Ajv2020({ allErrors: true, validateFormats: false });
for (const file of readdirSync(FOLDER))
  ajv.addSchema(JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")));

/** What is wrong with a command's JSON output by its schema in `config/schemas`; nothing when it is right. */
export function listSchemaErrors(name: string, value: unknown): string[] {
  const validate = ajv.getSchema(`${name}.schema.json`);
  if (validate === undefined) throw new Error(`no schema ${name}`);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
