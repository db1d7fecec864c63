import { CHANNELS } from "../../domain/channel.ts";
import type { EpisodeFact, ParcelFacts } from "./parcel-facts.ts";
import { PLACES, STANDINGS } from "./parcel-facts.ts";

type EncodedEpisode = [
  place: number,
  standing: number,
  legacyStatus: number,
  newStatus: number,
  at: number,
  delta: number | null,
  lags: (number | null)[],
  hadBothWitnesses: 0 | 1,
  ...codes: string[],
];

type EncodedNotice = [code: string, ...beside: number[]];

/**
 * Writes and reads the facts of parcels, as JSON. Statuses are their places in
 * the table: facts are read under the same tables only, because other tables
 * have everything evaluated anew.
 */
export function makeFactCodec(statusNames: Iterable<string>): {
  readonly encode: (facts: ParcelFacts) => string;
  readonly decode: (text: string) => ParcelFacts;
} {
  const names = [...statusNames];
  const numbers = new Map(names.map((name, i) => [name, i]));
  const toNumber = (status: string | null): number => (status === null ? -1 : (numbers.get(status) ?? -1));
  const encodeEpisode = (fact: EpisodeFact): EncodedEpisode => [
    PLACES.indexOf(fact.place),
    STANDINGS.indexOf(fact.standing),
    toNumber(fact.legacyStatus),
    toNumber(fact.newStatus),
    fact.at,
    fact.delta,
    CHANNELS.map((channel) => fact.lags[channel]),
    fact.hadBothWitnesses ? 1 : 0,
    ...(fact.code === null ? [] : [fact.code, ...fact.furtherCodes]),
  ];
  const decodeEpisode = ([
    place,
    standing,
    legacy,
    newSide,
    at,
    delta,
    lags,
    both,
    code,
    ...furtherCodes
  ]: EncodedEpisode): EpisodeFact => {
    const [scan = null, api = null, webhook = null, pull = null] = lags;
    return {
      place: PLACES[place] ?? "lone",
      standing: STANDINGS[standing] ?? "open",
      legacyStatus: names[legacy] ?? null,
      newStatus: names[newSide] ?? null,
      code: code ?? null,
      furtherCodes,
      at,
      delta,
      lags: { "legacy-scan": scan, "legacy-api": api, webhook, "status-api": pull },
      hadBothWitnesses: both === 1,
    };
  };
  return {
    encode: ({ customer, product, episodes, knownDifferences, notices }) =>
      JSON.stringify([
        customer,
        product,
        episodes.map(encodeEpisode),
        ...knownDifferences,
        ...notices.map(({ code, beside }) => [code, ...beside.map(toNumber)]),
      ]),
    decode(text) {
      const [customer, product, episodes, ...rest] = JSON.parse(text) as [
        string | null,
        string | null,
        EncodedEpisode[],
        ...(string | EncodedNotice)[],
      ];
      return {
        customer,
        product,
        knownDifferences: rest.filter((one) => typeof one === "string"),
        notices: rest
          .filter((one) => typeof one !== "string")
          .map(([code, ...beside]) => ({ code, beside: beside.map((number) => names[number] ?? "") })),
        episodes: episodes.map(decodeEpisode),
      };
    },
  };
}
