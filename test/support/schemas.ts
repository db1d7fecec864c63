import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const FOLDER = new URL("../../config/schemas/", import.meta.url);

/** The files of `config/schemas`. */
export const SCHEMA_FILES: readonly string[] = readdirSync(FOLDER).sort();

const ajv = new Ajv2020({ allErrors: true, validateFormats: false });
for (const file of SCHEMA_FILES) ajv.addSchema(JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")));

/** A schema as it was read, by the name in its `$id`; undefined when no schema names itself so. */
export function findSchema(name: string): unknown {
  return ajv.getSchema(`${name}.schema.json`)?.schema;
}

/**
 * What is wrong with a command's JSON output by its schema; nothing when it is right.
 *
 * @param name without `.schema.json`
 * @param definition a definition in the schema, to hold the value against that alone
 */
export function listSchemaErrors(name: string, value: unknown, definition?: string): string[] {
  const place = definition === undefined ? "" : `#/$defs/${definition}`;
  const validate = ajv.getSchema(`${name}.schema.json${place}`);
  if (validate === undefined) throw new Error(`no schema ${name}${place}`);
  validate(value);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
