import type { Channel } from "../../domain/channel.ts";
import { CHANNELS_OF, sideOf } from "../../domain/channel.ts";
import type { MappingTables } from "../../mapping/translate.ts";
import { PLACES } from "../facts/parcel-facts.ts";
import type { Proportion } from "../statistics/proportion.ts";

/** What the whole store shows, against which a single finding is held. */
export interface Patterns {
  /** Parcels on which a code's episode met that status of the new side at the same moment, of all on which it was seen. */
  readonly metBy: (code: string, newStatus: string) => Proportion;
  /** Parcels on which a code's episode stood alone, of all on which it was seen. */
  readonly aloneOf: (code: string) => Proportion;
  /** Parcels on which a code's episode was agreed on, of all on which it was seen. */
  readonly agreedOf: (code: string) => Proportion;
  /** Parcels on which another code of that status was agreed on, of all on which one was seen: whether the new side tells it as we do. */
  readonly agreedByOthers: (status: string, code: string) => Proportion;
  /** Parcels on which a code without a status stood where the new side alone told that status, of all on which it was seen. */
  readonly noticedBeside: (code: string, status: string) => Proportion;
  /** Episodes of a customer that are clean, of all that were compared. */
  readonly cleanOf: (customer: string) => Proportion;
  /** Whether a channel tells a status about as often as it tells others, held against its side's other channel. */
  readonly tells: (channel: Channel, status: string) => boolean;
  /** Parcels on which the old API tells of a code's episode, of those on which the scan files do and it could. */
  readonly listedOf: (code: string) => Proportion;
  /** Whether any legacy code translates to a status. */
  readonly isReachable: (status: string) => boolean;
}

/** @param sums see `facts/sums.ts` */
export function learnPatterns(sums: ReadonlyMap<string, number>, { legacyCodes }: MappingTables): Patterns {
  const codes = new Tally();
  const notices = new Tally();
  const customers = new Tally();
  const told = new Tally();
  for (const [key, count] of sums) {
    const parts = key.split("|");
    const last = parts.at(-1) ?? "";
    if (parts[0] === "code") addCode(parts, count);
    else if (parts[0] === "notice") notices.add(parts.slice(1, -1).join("|"), last, count);
    else if (parts[0] === "lag") told.add(parts[1] ?? "", parts[2] ?? "", count);
    else if (parts[0] === "day" && parts[2] === "customer")
      customers.add(parts.slice(3, -1).join("|"), last, count);
  }

  function addCode(parts: readonly string[], count: number): void {
    // Codes may hold any character.
    const code = parts.slice(1, -2).join("|");
    const place = PLACES.find((name) => name === parts.at(-1));
    if (place === undefined) return;
    const status = parts.at(-2) ?? "";
    codes.add(code, place, count);
    if (place === "agreed" || place === "conflicting") codes.add(code, `met ${status}`, count, 0);
  }

  const codesOf = new Map<string | null, string[]>();
  for (const { code, status } of [...legacyCodes.values()].flat()) {
    codesOf.set(status, [...(codesOf.get(status) ?? []), code]);
  }
  return {
    metBy: (code, newStatus) => codes.share(code, `met ${newStatus}`),
    aloneOf: (code) => codes.share(code, "lone"),
    agreedOf: (code) => codes.share(code, "agreed"),
    agreedByOthers(status, code) {
      const others = (codesOf.get(status) ?? []).filter((other) => other !== code);
      return sum(others.map((other) => codes.share(other, "agreed")));
    },
    noticedBeside: (code, status) => notices.share(code, status),
    cleanOf: (customer) => customers.share(customer, "clean"),
    tells(channel, status) {
      const own = told.share(channel, status);
      const [other] = CHANNELS_OF[sideOf(channel)].filter((one) => one !== channel);
      if (other === undefined) return own.hits > 0;
      const others = told.share(other, status);
      // As often as by the other channel, if both told as much of everything.
      return own.hits > 0 && own.hits * others.trials >= OFTEN_ENOUGH * others.hits * own.trials;
    },
    listedOf: (code) => {
      const hits = sums.get(`witness|${code}|both`) ?? 0;
      return { hits, trials: hits + (sums.get(`witness|${code}|scan`) ?? 0) };
    },
    isReachable: (status) => codesOf.has(status),
  };
}

/** Less than a tenth of what is to be expected is as good as never. */
const OFTEN_ENOUGH = 0.1;

/** Counts by a name and what it was found to be. */
class Tally {
  readonly #all = new Map<string, number>();
  readonly #parts = new Map<string, Map<string, number>>();

  /** @param ofAll what it adds to all of that name; 0 where another call has added it */
  add(name: string, part: string, count: number, ofAll = count): void {
    this.#all.set(name, (this.#all.get(name) ?? 0) + ofAll);
    const parts = this.#parts.get(name) ?? new Map<string, number>();
    this.#parts.set(name, parts);
    parts.set(part, (parts.get(part) ?? 0) + count);
  }

  share(name: string, part: string): Proportion {
    return { hits: this.#parts.get(name)?.get(part) ?? 0, trials: this.#all.get(name) ?? 0 };
  }
}

function sum(proportions: readonly Proportion[]): Proportion {
  return proportions.reduce(
    (all, { hits, trials }) => ({ hits: all.hits + hits, trials: all.trials + trials }),
    { hits: 0, trials: 0 },
  );
}
