import { once } from "node:events";
import { toStableJson } from "../report/render-json.ts";

/** Writes to standard output and waits where the reader is slower. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

/** A value as one JSON document. */
export async function printJson(value: unknown): Promise<void> {
  await print(`${toStableJson(value, 2)}\n`);
}

/** Rows as one JSON array, an element a line. */
export async function printJsonArray(pages: AsyncIterable<readonly unknown[]>): Promise<void> {
  let separator = "[\n";
  for await (const page of pages) {
    if (page.length === 0) continue;
    await print(separator + page.map((row) => toStableJson(row, 0)).join(",\n"));
    separator = ",\n";
  }
  await print(separator === "[\n" ? "[]\n" : "\n]\n");
}

/** Rows as JSON Lines. */
export async function printJsonLines(pages: AsyncIterable<readonly unknown[]>): Promise<void> {
  for await (const page of pages) {
    if (page.length > 0) await print(`${page.map((row) => toStableJson(row, 0)).join("\n")}\n`);
  }
}

/** A note for the person who watches; not part of the output. */
export function note(text: string, { quiet }: { readonly quiet?: boolean }): void {
  if (!quiet) process.stderr.write(`${text}\n`);
}
