import type { ContractCheckReport, ContractFieldReport } from "./contract-data.ts";
import { makeFormats } from "./make-formats.ts";
import type { Lang, Plural, Texts } from "./texts.ts";
import { fillText, getTexts, toPlural } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const INDENT = "  ";
const NAME_WIDTH = 22;
const FOUND_WIDTH = 16;
const SAMPLE_WIDTH = 30;
const LONGEST = 300;

/** What `contract check` found: field by field, then codes, paths that nobody reads, and what could not be read. */
export function renderContractCheckText(report: ContractCheckReport, lang: Lang): string {
  const texts = getTexts(lang);
  const { contract } = texts;
  const { number } = makeFormats(texts);
  const count = (text: Plural, value: number) => fillText(toPlural(text, value), { count: number(value) });
  const sizes = [count(contract.payloads, report.payloads), count(contract.rows, report.rows)];
  if (report.errorReplies > 0) sizes.push(count(contract.errorReplies, report.errorReplies));
  const service = texts.channels[report.service].name;
  const lines = [
    `${fillText(contract.title, { service, contract: toVisibleText(report.contract, LONGEST) })}: ${sizes.join(", ")}`,
    ...(report.provisional ? [contract.provisional] : []),
    "",
    toRow([contract.field, contract.found, contract.sample, contract.where]),
    ...report.fields.flatMap((field) => toFieldLines(field, texts)),
  ];
  if (report.codes.length > 0) {
    lines.push("", toRow([contract.code, contract.times, contract.status]));
    for (const { code, status, count: times } of report.codes) {
      lines.push(toRow([code, number(times), status ?? `${contract.unknownCode}  ✗`]));
    }
  }
  if (report.unused.length > 0) lines.push("", contract.unused);
  for (const { path, payloads } of report.unused) {
    lines.push(`${INDENT}${toVisibleText(path, LONGEST)}  (${count(contract.inPayloads, payloads)})`);
  }
  if (report.unreadable > 0) lines.push("", `${count(contract.unreadable, report.unreadable)}  ✗`);
  for (const { message } of report.unreadableFirst) lines.push(INDENT + toVisibleText(message, LONGEST));
  const outcome = report.rows === 0 ? contract.nothing : report.isFine ? contract.fine : contract.notFine;
  return [...lines, "", outcome].map((line) => `${line.trimEnd()}\n`).join("");
}

function toFieldLines(
  { field, of, found, required, sample, paths, problems }: ContractFieldReport,
  texts: Texts,
) {
  const { contract } = texts;
  const { number } = makeFormats(texts);
  const isMissing = required && found < of;
  const lines = [
    toRow([
      field,
      fillText(contract.foundOf, { found: number(found), of: number(of) }),
      sample === null ? "–" : toVisibleText(sample, SAMPLE_WIDTH - 2),
      paths.join(" | "),
    ]),
  ];
  if (isMissing) lines.push(`${INDENT}${contract.required}: ${number(of - found)}  ✗`);
  for (const { problem, count } of problems) {
    lines.push(`${INDENT}${number(count)} × ${toVisibleText(problem, LONGEST)}`);
  }
  return lines;
}

function toRow([name = "", figure = "", sample = "", where = ""]: readonly string[]): string {
  const columns = [
    toVisibleText(name, LONGEST).padEnd(NAME_WIDTH),
    figure.padEnd(FOUND_WIDTH),
    sample.padEnd(SAMPLE_WIDTH),
    where,
  ];
  return columns.join(" ").trimEnd();
}
