import type { Config } from "../../config.ts";
import type { SecretPlace } from "../../secrets.ts";
import { readSecrets } from "../../secrets.ts";
import type { Contract } from "../../sources/contract.ts";
import type { Patient } from "./patient.ts";

/** A secret that the settings name. */
export interface NamedSecret {
  readonly setting: string;
  readonly place: SecretPlace;
  /** `rotating`: may be two while it is being changed, a line each. */
  readonly kind: "single" | "rotating";
}

const OF_SCAN_FILES = ["password", "privateKey", "passphrase"] as const;
const OF_STATUS_API = [
  "apiKey",
  "clientSecret",
  "privateKey",
  "certificate",
  "certificateKey",
  "totpSecret",
] as const;

/** Every secret that the settings name; of those of `serve`, the ones that the contract's verifiers want. */
export function listSecrets({ feeds, serve }: Config, contract: Contract | null): readonly NamedSecret[] {
  const found: NamedSecret[] = [];
  const add = (
    setting: string,
    place: SecretPlace | undefined,
    kind: NamedSecret["kind"] = "single",
  ): void => {
    if (place !== undefined) found.push({ setting, place, kind });
  };
  for (const one of feeds.scanFiles) {
    for (const name of OF_SCAN_FILES) add(`feeds.scanFiles ${one.name} ${name}`, one[name]);
  }
  add("feeds.legacyApi.apiKey", feeds.legacyApi?.apiKey);
  for (const name of OF_STATUS_API) add(`feeds.statusApi.${name}`, feeds.statusApi?.[name]);
  for (const name of new Set(
    contract?.webhook.verifiers.flatMap((rule) => ("secret" in rule ? rule.secret : [])),
  )) {
    // One that is not set is told by the check of `serve` as a whole.
    if (Object.hasOwn(serve.secrets, name)) add(`serve.secrets.${name}`, serve.secrets[name], "rotating");
  }
  add("serve.tls.passphrase", serve.tls?.passphrase);
  if (serve.tls !== undefined) add("serve.tls.privateKey", { file: serve.tls.privateKey });
  return found;
}

/** Shorter ones stand in ordinary words. */
const LEAST_LENGTH = 6;

/** The secrets themselves, line by line, for taking them out of whatever is shown. */
export function readAllSecrets({ config, contract, apis }: Patient): readonly string[] {
  return listSecrets(config, contract)
    .flatMap(({ setting, place }) => {
      try {
        return readSecrets(place, setting, apis.environment ?? process.env);
      } catch {
        // That it is not there is told elsewhere.
        return [];
      }
    })
    .filter((secret) => secret.length >= LEAST_LENGTH);
}
