import { readFile, stat } from "node:fs/promises";
import { InputError } from "../domain/errors.ts";
import { getOwn, isObject, toText } from "./compile-path.ts";
import { readPayloadBlocks } from "./import-payloads.ts";
import { MOST_BODY_BYTES, parseJson } from "./parse-json.ts";
import { linesOf } from "./read-json-lines.ts";

/** A payload from a file that somebody wants to be looked at. */
export type FilePayload =
  | {
      readonly kind: "body";
      readonly place: string;
      readonly body: unknown;
      /** By the wrapper around it; `null`: it stands alone. */
      readonly service: "webhook" | "status-api" | null;
    }
  /** An error reply of an API: no contract speaks of it. */
  | { readonly kind: "error-reply"; readonly place: string }
  | { readonly kind: "unreadable"; readonly place: string; readonly problem: InputError };

/**
 * Reads the payloads of a file: one JSON document, or JSON Lines; each a bare
 * body, or wrapped as `import` takes it.
 *
 * @throws UsageError when the file cannot be read
 */
export async function* readPayloadFile(path: string): AsyncGenerator<FilePayload> {
  const size = await stat(path).then(
    (info) => info.size,
    () => 0,
  );
  let whole: FilePayload | undefined;
  if (size > 0 && size <= MOST_BODY_BYTES) {
    whole = toPayload(await readFile(path).catch(() => new Uint8Array(0)), path);
    if (whole.kind !== "unreadable") {
      yield whole;
      return;
    }
  }
  let hasReadable = false;
  const unreadable: FilePayload[] = [];
  for await (const block of readPayloadBlocks(path)) {
    for (const { line, bytes } of linesOf(block)) {
      const payload = toPayload(bytes, `${path} line ${line}`);
      // Of a document that is cut, single lines may be JSON; they are no payloads.
      const isLine =
        payload.kind !== "unreadable" && (payload.kind === "error-reply" || isContainer(payload.body));
      hasReadable ||= isLine;
      if (hasReadable) {
        yield* unreadable.splice(0);
        yield payload;
      } else if (unreadable.length < MOST_HELD) unreadable.push(payload);
    }
  }
  if (!hasReadable) yield whole ?? toPayload(new Uint8Array(0), path);
}

/** So many unreadable lines at the beginning are told one by one, once a readable one follows. */
const MOST_HELD = 1000;

function isContainer(body: unknown): boolean {
  return isObject(body) || (Array.isArray(body) && body.length > 0);
}

function toPayload(bytes: Uint8Array, place: string): FilePayload {
  let value: unknown;
  try {
    value = parseJson(bytes, place);
  } catch (problem) {
    if (!(problem instanceof InputError)) throw problem;
    return { kind: "unreadable", place, problem };
  }
  if (getOwn(value, "receivedAt") === undefined || !isObject(value)) {
    return { kind: "body", place, body: value, service: null };
  }
  const httpStatus = toText(value.httpStatus);
  if (httpStatus !== null && httpStatus !== "200") return { kind: "error-reply", place };
  if (!Object.hasOwn(value, "body")) return { kind: "body", place, body: value, service: null };
  const service = httpStatus === null ? "webhook" : "status-api";
  return { kind: "body", place, body: value.body, service };
}
