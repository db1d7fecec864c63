import type { GuessDecision, LayoutGuessReport } from "./layout-guess.ts";
import { makeFormats } from "./make-formats.ts";
import type { Lang, Texts } from "./texts.ts";
import { fillText, getTexts } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const BYTES_OF_A_MEGABYTE = 1024 * 1024;
const LONGEST_VALUE = 120;
const MOST_FILES = 5;

/**
 * What `layout guess` proposes: a layout's file that can be saved and used as
 * it is, with all there is to say about it as remarks in it.
 */
export function renderLayoutGuessText(report: LayoutGuessReport, lang: Lang): string {
  const texts = getTexts(lang);
  const { parts, decisions } = report;
  const isOf = (key: string, { about }: GuessDecision): boolean =>
    about === key || about.startsWith(`${key}.`);
  const lines = [...toHeadLines(report, texts).map(toRemark), ""];
  for (const { key, yaml } of parts) {
    lines.push(...decisions.filter((one) => isOf(key, one)).map((one) => toRemark(toReason(one, texts))));
    lines.push(...yaml.trimEnd().split("\n"));
  }
  const left = decisions.filter((one) => parts.every(({ key }) => !isOf(key, one)));
  if (left.length > 0) lines.push(toRemark(texts.layoutGuess.left));
  lines.push(...left.map((one) => toRemark(toReason(one, texts))));
  return lines.map((line) => `${line}\n`).join("");
}

function toHeadLines(report: LayoutGuessReport, texts: Texts): string[] {
  const { layoutGuess } = texts;
  const { number } = makeFormats(texts);
  const { files, shipped, proof, isWhole, sampleBytes, decisions } = report;
  const names = files.slice(0, MOST_FILES).map((file) => toVisibleText(file, LONGEST_VALUE));
  const lines = [
    fillText(layoutGuess.head, { files: names.join(", ") + (files.length > MOST_FILES ? ", …" : "") }),
  ];
  const [best] = shipped;
  if (best !== undefined) {
    const values = { layout: best.layout, rows: number(best.rows), accepted: number(best.accepted) };
    lines.push(
      fillText(best.accepted === best.rows ? layoutGuess.shipped : layoutGuess.shippedPartly, values),
    );
  }
  if (!isWhole) {
    lines.push(fillText(layoutGuess.beginning, { megabytes: number(sampleBytes / BYTES_OF_A_MEGABYTE) }));
  }
  if (proof === null) lines.push(layoutGuess.proofNone);
  else {
    const { rows, accepted, parcels, earliest, latest, codes, reasons } = proof;
    const unmapped = codes
      .filter(({ meaning }) => meaning === "unmapped")
      .reduce((sum, one) => sum + one.rows, 0);
    const more = fillText(layoutGuess.proofParcels, {
      parcels: number(parcels),
      from: earliest ?? "",
      to: latest ?? "",
      unmapped: number(unmapped),
    });
    const sum = fillText(layoutGuess.proof, { accepted: number(accepted), rows: number(rows) });
    lines.push(accepted === 0 ? sum : `${sum} ${more}`);
    for (const { code, rows: count, firstLine } of reasons) {
      lines.push(fillText(layoutGuess.proofAside, { count: number(count), code, line: String(firstLine) }));
    }
  }
  const open = decisions.filter(({ confidence }) => confidence === "unsure").map(({ about }) => about);
  if (open.length > 0) lines.push(fillText(layoutGuess.open, { what: [...new Set(open)].join(", ") }));
  return lines;
}

function toReason(
  { about, value, confidence, reason, values }: GuessDecision,
  { layoutGuess }: Texts,
): string {
  const shown = Object.entries(values).map(([key, one]) => [key, toVisibleText(String(one), LONGEST_VALUE)]);
  const text = layoutGuess.reasons[reason as keyof typeof layoutGuess.reasons];
  const what = value === null || about === value ? about : `${about} ${toVisibleText(value, LONGEST_VALUE)}`;
  return `${layoutGuess.confidences[confidence]}: ${what}: ${fillText(text, Object.fromEntries(shown))}`;
}

function toRemark(text: string): string {
  return `# ${text}`;
}
