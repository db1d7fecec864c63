import { toIsoUtc } from "../domain/instant.ts";
import { readTraffic } from "../intake/save-traffic.ts";
import type { Drift } from "../reconcile/find-drift.ts";
import { findDrift } from "../reconcile/find-drift.ts";
import type { DriftReport } from "../report/contract-data.ts";
import { SERVICES } from "../sources/check-payloads.ts";
import type { Contract } from "../sources/contract.ts";
import type { FieldPlaces } from "../sources/field-places.ts";
import type { App } from "./open-app.ts";

/** So many notices are told; the oldest first, because later ones may follow from them. */
const MOST_TOLD = 50;

/** What is different in the payloads of both new services from what was usual under the contract. */
export async function listDrift({
  store,
  contract,
  tables,
}: Pick<App, "store" | "contract" | "tables">): Promise<readonly DriftReport[]> {
  const all: DriftReport[] = [];
  for (const service of SERVICES) {
    const places = placesOf(contract, service);
    const traffic = await readTraffic(store.feedStates, contract.name, service);
    all.push(
      ...findDrift(traffic, tables.wireCodes[service]).map((drift) => toReport(drift, service, places)),
    );
  }
  return all.slice(0, MOST_TOLD);
}

function placesOf({ webhook, statusApi }: Contract, service: DriftReport["service"]): FieldPlaces {
  return service === "webhook" ? webhook.places : statusApi.places;
}

function toReport(drift: Drift, service: DriftReport["service"], places: FieldPlaces): DriftReport {
  const pathOf = (field: string): string =>
    places
      .filter((place) => place.field === field)
      .flatMap(({ paths }) => paths)
      .join(" | ");
  const { what, firstSeenAt, count, sample } = drift;
  return {
    service,
    what,
    path: what === "gone" ? pathOf(drift.field) : what === "code" ? pathOf("code") : drift.path,
    field: what === "gone" ? drift.field : null,
    value: what === "gone" ? null : what === "code" ? drift.code : drift.kind,
    usual: what === "type" ? drift.usualKinds.join(", ") : null,
    usualRate: what === "gone" ? drift.usual : null,
    rate: what === "gone" ? drift.now : null,
    firstSeenAt: toIsoUtc(firstSeenAt),
    count,
    sample: sample === null ? null : (JSON.parse(sample) as unknown),
  };
}
