import type { Channel } from "../domain/channel.ts";
import type { FindingKind, RaisedFinding } from "../domain/finding.ts";
import type { Observation } from "../domain/observation.ts";
import { compareText } from "../domain/observation.ts";
import type { Episode, UnitedObservation } from "./episode.ts";
import { toFindingId } from "./finding-id.ts";
import type { ParcelObservations } from "./parcel-observations.ts";
import type { ReconcileSettings } from "./settings.ts";
import type { Moment, Settlement } from "./settle.ts";
import { severityOf } from "./severity.ts";

/** What every draft is made from beside its episodes. */
export interface Context {
  readonly parcel: ParcelObservations;
  readonly settings: ReconcileSettings;
  readonly moment: Moment;
  /** When each channel last told something new of the parcel, or listed it; those that never did are left out. */
  readonly lastWords: ReadonlyMap<Channel, number>;
  /** Legacy observations whose code means no status. */
  readonly notices: readonly Observation[];
}

/** What distinguishes one kind of finding from another when it is raised. */
export interface Draft {
  readonly kind: FindingKind;
  readonly subject: string;
  readonly occurredAt: number | null;
  readonly settlement: Settlement;
  readonly isFinal?: boolean;
  readonly status?: string | null;
  readonly legacyStatus?: string | null;
  readonly newStatus?: string | null;
  readonly code?: string | null;
  readonly field?: string | null;
  readonly deltaSeconds?: number | null;
  readonly legacyAt?: number | null;
  readonly newAt?: number | null;
  readonly legacyEpisodes?: number;
  readonly newEpisodes?: number;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** More would bloat the store; `trace` shows all. */
export const MOST_SOURCES = 4;

/** The sources of episodes: the observations that they begin with. */
export function sourcesOf(...episodes: readonly Episode[]): { readonly sources: readonly object[] } {
  const sources = episodes.flatMap(({ observations }) => observations[0]?.witnesses ?? []);
  return { sources: sources.slice(0, MOST_SOURCES).map(toSource) };
}

/**
 * The channels that do not tell of what happened at a moment, though they spoke
 * of the parcel later: what whoever looks for the fault has to know.
 *
 * @param elsewhere what tells of the same at another moment: who does so does not leave it out
 */
export function spokeLaterOf(
  { lastWords, settings }: Context,
  at: number,
  episodes: readonly Episode[],
  elsewhere: readonly UnitedObservation[] = [],
): { readonly spokeLater?: readonly Channel[] } {
  const witnesses = new Set(
    [...episodes.flatMap(({ observations }) => observations), ...elsewhere].flatMap(({ witnesses }) =>
      witnesses.map(({ channel }) => channel),
    ),
  );
  const spokeLater = [...lastWords].flatMap(([channel, spokeAt]) =>
    spokeAt > at + settings.toleranceMs && !witnesses.has(channel) ? [channel] : [],
  );
  return spokeLater.length === 0 ? {} : { spokeLater };
}

/** The codes without a status that the old side reported at a moment. */
export function noticesOf(
  { notices, settings }: Context,
  at: number,
): { readonly notices?: readonly string[] } {
  const codes = new Set(
    notices.flatMap((one) => (Math.abs(one.at - at) <= settings.toleranceMs ? [one.code] : [])),
  );
  return codes.size === 0 ? {} : { notices: [...codes].sort(compareText) };
}

/** Where to look: the way from a figure down to the raw line. */
export function toSource({ channel, code, intake, line, laterAt, nonexistentTime }: Observation): object {
  return {
    channel,
    code,
    intake,
    line,
    ...(laterAt === null ? {} : { ambiguousTime: true }),
    ...(nonexistentTime ? { nonexistentTime: true } : {}),
  };
}

/** Makes findings of drafts: gives each its id and severity. Drafts that would share an id are told apart by their order. */
export function raise(drafts: readonly Draft[], { parcel, settings }: Context): RaisedFinding[] {
  const taken = new Set<string>();
  return drafts.map((draft) => {
    let ordinal = 0;
    let id = toFindingId(draft.kind, parcel.barcode, draft.subject, draft.occurredAt, ordinal);
    while (taken.has(id)) {
      ordinal += 1;
      id = toFindingId(draft.kind, parcel.barcode, draft.subject, draft.occurredAt, ordinal);
    }
    taken.add(id);
    const status = draft.status ?? null;
    return {
      id,
      kind: draft.kind,
      barcode: parcel.barcode,
      severity: severityOf(draft.kind, status, draft.isFinal ?? false, settings.severities),
      status,
      legacyStatus: draft.legacyStatus ?? null,
      newStatus: draft.newStatus ?? null,
      code: draft.code ?? null,
      field: draft.field ?? null,
      deltaSeconds: draft.deltaSeconds ?? null,
      legacyAt: draft.legacyAt ?? null,
      newAt: draft.newAt ?? null,
      ...draft.settlement,
      legacyEpisodes: draft.legacyEpisodes ?? 0,
      newEpisodes: draft.newEpisodes ?? 0,
      evidence: draft.evidence,
    };
  });
}
