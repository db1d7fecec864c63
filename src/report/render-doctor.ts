import { EXIT } from "../domain/errors.ts";
import type { CheckResult, CheckState, DoctorReport, Examined } from "./doctor-data.ts";
import { CHECK_STATES } from "./doctor-data.ts";
import type { Lang } from "./texts.ts";
import { fillText, getTexts } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const LONGEST = 400;
const MARKS: Readonly<Record<CheckState, string>> = { ok: "✓", warning: "!", failure: "✗", skipped: "–" };

/**
 * Puts what was found into words.
 *
 * @param secrets what must never be shown, wherever it may have got to
 */
export function toDoctorReport(
  examined: readonly Examined[],
  secrets: readonly string[],
  lang: Lang,
): DoctorReport {
  const shown = (text: string): string =>
    toVisibleText(
      secrets.reduce((left, secret) => left.replaceAll(secret, "(…)"), text),
      LONGEST,
    );
  const checks = examined.map(({ check, subject, state, said }): CheckResult => {
    const [value = "", expected, todo] = toParts(said, subject, lang).map(shown);
    return {
      check,
      subject: subject === null ? null : shown(subject),
      state,
      value,
      expected: expected ?? null,
      todo: todo ?? null,
    };
  });
  const count = (state: CheckState): number => checks.filter((one) => one.state === state).length;
  return {
    checks,
    counts: {
      ok: count("ok"),
      warning: count("warning"),
      failure: count("failure"),
      skipped: count("skipped"),
    },
  };
}

function toParts(said: Examined["said"], subject: string | null, lang: Lang): readonly string[] {
  if (!("text" in said)) {
    const { place, value, expected, todo } = said;
    // The subject stands before it already.
    const isSaid = subject !== null && `${place}:`.startsWith(`${subject}:`);
    const rest = isSaid ? place.slice(subject.length).replace(/^: /, "") : place;
    return [rest === "" ? value : `${rest}: ${value}`, expected, todo];
  }
  const { says } = getTexts(lang).doctor;
  // Split before it is filled in: a value may hold an arrow.
  return says[said.text].split(" → ").map((part) => fillText(part, said.values));
}

/** For people: a line for each check, aligned, under the heading of its group. */
export function renderDoctorText({ checks, counts }: DoctorReport, lang: Lang): string {
  const { doctor } = getTexts(lang);
  const nameOf = ({ check, subject }: CheckResult): string =>
    subject === null ? doctor.checks[check] : `${doctor.checks[check]} ${subject}`;
  const width = Math.max(0, ...checks.map((one) => nameOf(one).length));
  const lines: string[] = [];
  let heading = "";
  for (const one of checks) {
    const group = doctor.groups[groupOf(one)];
    if (group !== heading) lines.push(...(heading === "" ? [] : [""]), group);
    heading = group;
    const said = [one.value, one.expected, one.todo].filter((part) => part !== null).join(" → ");
    lines.push(`  ${MARKS[one.state]} ${nameOf(one).padEnd(width)}  ${said}`);
  }
  const figures = CHECK_STATES.filter((state) => counts[state] > 0)
    .map((state) => `${MARKS[state]} ${counts[state]} ${doctor.states[state]}`)
    .join("   ");
  return [...lines, "", figures].map((line) => `${line}\n`).join("");
}

function groupOf({ check }: CheckResult): keyof ReturnType<typeof getTexts>["doctor"]["groups"] {
  return check.split(".", 1)[0] as ReturnType<typeof groupOf>;
}

/** 1 when anything is wrong; warnings are no more than that. */
export function toDoctorExitCode({ counts }: DoctorReport): number {
  return counts.failure > 0 ? EXIT.differences : EXIT.fine;
}
