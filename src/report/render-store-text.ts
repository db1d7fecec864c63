import { makeFormats } from "./make-formats.ts";
import type { CheckReport, CopyReport, MigrateReport, VerifyReport } from "./store-data.ts";
import { STORE_CHECKS } from "./store-data.ts";
import type { Lang, Texts } from "./texts.ts";
import { fillText, getTexts, toPlural } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const INDENT = "  ";
const TABLE_WIDTH = 18;
const FIGURE_WIDTH = 14;
/** More of a hash than anybody compares by eye; JSON has all of it. */
const HASH_DIGITS = 16;
const CHECK_WIDTH = 56;
const LONGEST_URL = 300;

/** What `db migrate` made, or found. */
export function renderMigrateText(
  { database, schemaVersion, isDistributed }: MigrateReport,
  lang: Lang,
): string {
  const { store } = getTexts(lang);
  const name = toVisibleText(database, LONGEST_URL);
  const lines = [fillText(store.ready, { database: name, version: String(schemaVersion) })];
  return toText(isDistributed ? [...lines, store.distributed] : lines);
}

/** What `db verify` found: tables, checks, and whether the store is sound. */
export function renderVerifyText(report: VerifyReport, lang: Lang): string {
  const texts = getTexts(lang);
  const { store } = texts;
  const { number } = makeFormats(texts);
  const lines = [toVisibleText(report.database, LONGEST_URL), ""];
  if (report.tables.length > 0) {
    lines.push(toRow(store.table, [store.rows], store.hash));
    for (const { table, rows, hash } of report.tables)
      lines.push(toRow(table, [number(rows)], toShort(hash)));
    lines.push("");
  }
  for (const check of STORE_CHECKS) {
    const ofCheck = report.checks.filter((one) => one.check === check);
    if (ofCheck.length > 0) lines.push(...toCheckLines(ofCheck, store.checks[check], texts));
  }
  for (const message of report.damage) lines.push(`${INDENT}${toVisibleText(message, LONGEST_URL)}`);
  if (report.waiting > 0) {
    const count = number(report.waiting);
    lines.push(fillText(toPlural(store.waiting, report.waiting), { count }));
  }
  return toText([...lines, "", report.isSound ? store.sound : store.unsound]);
}

function toCheckLines(checks: readonly CheckReport[], name: string, texts: Texts): string[] {
  const { store, channels } = texts;
  const { number } = makeFormats(texts);
  const failed = checks.filter(({ expected, found }) => expected !== found);
  const outcome = failed.length === 0 ? store.holds : store.fails;
  return [
    `${name.padEnd(CHECK_WIDTH)}${outcome}`,
    ...failed.flatMap(({ channel, expected, found }) => {
      if (channel === null) return [];
      const figures = fillText(store.found, { expected: number(expected), found: number(found) });
      return [`${INDENT}${channels[channel].name}: ${figures}`];
    }),
  ];
}

/** What `db copy` came to: tables side by side, and whether the copy is whole. */
export function renderCopyText({ from, to, tables, parts, isSame }: CopyReport, lang: Lang): string {
  const texts = getTexts(lang);
  const { store } = texts;
  const { number } = makeFormats(texts);
  const lines = [
    `${toVisibleText(from.database, LONGEST_URL)} → ${toVisibleText(to.database, LONGEST_URL)}`,
    "",
    toRow(store.table, [store.source, store.copy], store.hash),
  ];
  for (const { table, from: source, to: target, isSame: same } of tables) {
    const outcome = same ? `${toShort(source.hash)}  ${store.same}` : store.differs;
    lines.push(toRow(table, [number(source.rows), number(target.rows)], outcome));
  }
  const { all, copied, before, differing, changedInSource } = parts;
  lines.push("", fillText(store.parts, { all: number(all), copied: number(copied), before: number(before) }));
  if (isSame) {
    const database = toVisibleText(to.database, LONGEST_URL);
    return toText([...lines, store.copied, fillText(store.goOn, { database })]);
  }
  const figures = { count: number(differing), changed: number(changedInSource) };
  lines.push(fillText(toPlural(store.differing, differing), figures));
  return toText([...lines, parts.hadEnded ? store.apart : store.again]);
}

function toRow(name: string, figures: readonly string[], last: string): string {
  const cells = figures.map((figure) => figure.padStart(FIGURE_WIDTH)).join("");
  return `${name.padEnd(TABLE_WIDTH)}${cells}  ${last}`;
}

function toShort(hash: string): string {
  return hash.slice(0, HASH_DIGITS);
}

function toText(lines: readonly string[]): string {
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}
