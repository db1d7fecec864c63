import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { makeProgram } from "../src/cli/program.ts";
import { readConfig } from "../src/config.ts";
import { FINDING_KINDS } from "../src/domain/finding.ts";
import { INPUT_CODES } from "../src/domain/input-codes.ts";
import { RETRYABLE_STATUSES } from "../src/sources/http-retry.ts";
import { VERIFIER_RULE } from "../src/sources/verifier-rule.ts";
import { RECEIVER_LIMITS } from "../src/sources/webhook/receiver.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const scripts = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  }
).scripts;

describe("the README", () => {
  it("lists exactly the codes for which anything is set aside, with their meaning", () => {
    const listed = [...readme.matchAll(/^\| `([A-Za-z_]+)` \| (.+) \|$/gm)]
      .map(([, code, meaning]) => [code, meaning])
      .filter(([code]) => code === "event_id_conflict" || /^[A-Z_]+$/.test(code ?? ""));
    expect(listed).toEqual(Object.entries(INPUT_CODES));
  });

  it("names every kind of finding", () => {
    const section = readme.slice(readme.indexOf("\n## Findings"), readme.indexOf("\n## Verdicts"));
    const named = new Set([...section.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name));
    expect(FINDING_KINDS.filter((kind) => !named.has(kind))).toEqual([]);
  });

  it("names every command", () => {
    const section = readme.slice(readme.indexOf("\n## Commands"), readme.indexOf("\n## Settings"));
    const names = ({ commands }: Command, before = ""): string[] =>
      commands.flatMap((one) =>
        one.commands.length === 0 || one.name() === "import"
          ? [before + one.name()]
          : names(one, `${before}${one.name()} `),
      );
    const all = names(makeProgram());
    expect(all).toContain("worker");
    expect(all.filter((name) => !new RegExp(`\\| .*\`${name}[ \`]`).test(section))).toEqual([]);
  });

  it("lists the settings of worker and serve with their defaults", () => {
    const { worker, serve } = readConfig(undefined);
    const settings = Object.entries({ worker, serve }).flatMap(([group, values]) =>
      Object.entries({ ...values }).map(([name, value]) => [`${group}.${name}`, value]),
    );
    const listed = [...readme.matchAll(/^\| `((?:worker|serve)\.[A-Za-z]+)` \| (?:`(.*?)` )?\| /gm)].map(
      ([, name, value]) => [name, value === undefined ? null : parse(value)],
    );
    expect(listed).toEqual([...settings, ["serve.jwks", null], ["serve.tls", null]]);
  });

  it("names every verifier with its keys, and the limits of the receiver", () => {
    const section = readme.slice(readme.indexOf("\n## The webhook"), readme.indexOf("\n## Moving up"));
    for (const { shape } of VERIFIER_RULE.options) {
      const row = section.split("\n").find((line) => line.startsWith(`| \`${shape.kind.value}\` |`));
      const names = Object.keys(shape).filter((name) => !["kind", "secret"].includes(name));
      expect(names.filter((name) => !row?.includes(`\`${name}\``))).toEqual([]);
    }
    const {
      mostBodyBytes,
      mostHeaders,
      mostHeaderBytes,
      headersMs,
      requestMs,
      mostConnections,
      mostWaiting,
    } = RECEIVER_LIMITS;
    expect(section.replaceAll("\n", " ")).toContain(
      `a body of ${mostBodyBytes / 1024} KiB (413), not packed (415); ${mostHeaders} headers in ${mostHeaderBytes / 1024} KiB (431); ` +
        `${headersMs / 1000} s for headers, ${requestMs / 1000} s for the whole request (408); ` +
        `${mostConnections.toLocaleString("en")} connections; ${mostWaiting.toLocaleString("en")} deliveries`,
    );
  });

  it("names exactly the statuses of replies that are asked for again", () => {
    const section = readme.slice(readme.indexOf("\n| is repeated |"), readme.indexOf("\nNot repeated:"));
    const named = [...section.matchAll(/^\| ([0-9, ]+) \|/gm)].flatMap(([, list]) => list?.split(",") ?? []);
    expect(named.map(Number)).toEqual([...RETRYABLE_STATUSES]);
  });

  it("names only npm scripts that there are", () => {
    const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
    expect(named).toContain("demo");
  });
});
