import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { ExamineOptions } from "../../src/app/doctor/examine.ts";
import { examine } from "../../src/app/doctor/examine.ts";
import { withStore } from "../../src/app/open-store.ts";
import { systemClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import type { DoctorCheck, DoctorReport } from "../../src/report/doctor-data.ts";
import { renderDoctorText, toDoctorReport } from "../../src/report/render-doctor.ts";
import { LANGS } from "../../src/report/texts.ts";
import type { Store } from "../../src/store/store.ts";
import { listSchemaErrors } from "./schemas.ts";

/** A folder with settings and a store, which is removed after the test. */
export interface Site {
  readonly folder: string;
  readonly databaseUrl: string;
  /** Writes a file into the folder. @returns its path */
  readonly put: (name: string, content: string, mode?: number) => string;
  readonly withStore: <Result>(work: (store: Store) => Promise<Result>) => Promise<Result>;
  /** Examines the site, as JSON shows it. Whatever is shown is held against the schema, and searched for `canaries`. */
  readonly examine: (settings: object, wish?: ExamineWish) => Promise<Shown>;
}

interface ExamineWish extends Partial<ExamineOptions> {
  /** What must never be shown. */
  readonly canaries?: readonly string[];
}

interface Shown {
  readonly report: DoctorReport;
  /** The states and values of a check's lines; `subject` narrows them down. */
  readonly of: (check: DoctorCheck, subject?: string) => readonly string[];
}

export function makeSite(): Site {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const databaseUrl = `sqlite:${join(folder, "a.db")}`;
  const put: Site["put"] = (name, content, mode = 0o600) => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode });
    return path;
  };
  return {
    folder,
    databaseUrl,
    put,
    withStore: (work) => withStore(databaseUrl, {}, ({ store }) => work(store)),
    async examine(settings, { canaries = [], ...wish } = {}) {
      // YAML reads JSON.
      const configFile = put("settings.yml", JSON.stringify(settings));
      const { examined, secrets } = await examine({
        config: readConfig(configFile),
        configFile,
        databaseUrl,
        clock: systemClock,
        isOffline: true,
        quietHours: 24,
        ...wish,
      });
      for (const lang of LANGS) {
        const report = toDoctorReport(examined, secrets, lang);
        expect(listSchemaErrors("doctor", report)).toEqual([]);
        const shown = renderDoctorText(report, lang) + JSON.stringify(report);
        for (const canary of canaries) expect(shown).not.toContain(canary);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      }
      const report = toDoctorReport(examined, secrets, "en");
      return {
        report,
        of: (check, subject) =>
          report.checks
            .filter((one) => one.check === check && (subject === undefined || one.subject === subject))
            .map(({ state, value }) => `${state}: ${value}`),
      };
    },
  };
}
