import type { Contract } from "../../sources/contract.ts";
import type { LegacyApiClient } from "../../sources/legacy-api/client.ts";
import type { StatusApiClient } from "../../sources/status-api/client.ts";
import type { Store } from "../../store/store.ts";
import type { OpenApi } from "../feeds/open-apis.ts";
import { openLegacyApi, openStatusApi } from "../feeds/open-apis.ts";
import type { Patient } from "./patient.ts";

/** Shippingstatus v2 by the settings, for a question that is not a pull. */
export function openOldApi(patient: Patient): Promise<OpenApi<LegacyApiClient>> {
  const { config, apis } = patient;
  return openLegacyApi({ config, store: toBystander(patient) }, toImpatient(apis));
}

/** Shippingstatus v4, likewise. */
export function openNewApi(patient: Patient, contract: Contract): Promise<OpenApi<StatusApiClient>> {
  const { config, apis } = patient;
  return openStatusApi({ config, contract, store: toBystander(patient) }, toImpatient(apis));
}

function toImpatient(apis: Patient["apis"]): Patient["apis"] {
  return { patience: "little", ...apis };
}

/**
 * Knows the pace that pulls keep to, and saves nothing: a pull that goes on at
 * the same time has the last word about it.
 */
function toBystander({ store }: Patient): Pick<Store, "feedStates" | "transaction"> {
  return {
    feedStates: store?.feedStates ?? { find: async () => undefined, list: async () => [] },
    transaction: async () => undefined as never,
  };
}
