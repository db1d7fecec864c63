import type { Config } from "../config.ts";
import { UsageError } from "../domain/errors.ts";
import { readMappingFiles } from "../mapping/load-tables.ts";
import type { ContractCheckReport } from "../report/contract-data.ts";
import type { PayloadChecker, Service } from "../sources/check-payloads.ts";
import { isFine, makePayloadChecker, SERVICES } from "../sources/check-payloads.ts";
import { readContract } from "../sources/contract.ts";
import { readPayloadFile } from "../sources/read-payload-file.ts";
import { toWireCodes } from "../sources/wire-codes.ts";
import { mappingFolderOf } from "./open-app.ts";

export interface ContractCheckOptions {
  /** Name of a shipped contract, or a file's path. */
  readonly contract: string;
  /** Files of payloads: one JSON document each, or JSON Lines. */
  readonly paths: readonly string[];
  /** Whose payloads they are; `undefined`: it is clear from them. */
  readonly service: Service | undefined;
}

const MOST_TOLD = 20;

/**
 * Holds payloads against a contract, field by field. Looks only; no store is
 * opened.
 *
 * @throws UsageError when the contract or a file cannot be read, or it is not
 *   clear whose payloads they are
 */
export async function checkContract(
  config: Config,
  { contract: nameOrPath, paths, service }: ContractCheckOptions,
): Promise<ContractCheckReport> {
  const contract = await readContract(nameOrPath);
  const codes = toWireCodes(contract, [...readMappingFiles(mappingFolderOf(config)).statuses.keys()]);
  const checkers: Readonly<Record<Service, PayloadChecker>> = {
    webhook: makePayloadChecker("webhook", contract, codes.webhook),
    "status-api": makePayloadChecker("status-api", contract, codes["status-api"]),
  };
  const wrapped = new Set<Service>();
  const told: { place: string; message: string }[] = [];
  let unreadable = 0;
  let errorReplies = 0;
  for (const path of paths) {
    for await (const payload of readPayloadFile(path)) {
      switch (payload.kind) {
        case "body":
          if (payload.service !== null) wrapped.add(payload.service);
          // Both look: whose they are may be clear only in the end.
          for (const one of service === undefined ? SERVICES : [service]) checkers[one].add(payload.body);
          break;
        case "error-reply":
          wrapped.add("status-api");
          errorReplies += 1;
          break;
        case "unreadable":
          unreadable += 1;
          if (told.length < MOST_TOLD) told.push({ place: payload.place, message: payload.problem.message });
          break;
      }
    }
  }
  const check = checkers[service ?? guessService(checkers, wrapped, paths)].finish();
  return {
    contract: contract.name,
    file: contract.place,
    provisional: contract.isProvisional,
    ...check,
    errorReplies,
    unreadable,
    unreadableFirst: told,
    isFine: isFine(check) && unreadable === 0,
  };
}

/** By the wrappers where all agree, else by whose fields are there. */
function guessService(
  checkers: Readonly<Record<Service, PayloadChecker>>,
  wrapped: ReadonlySet<Service>,
  paths: readonly string[],
): Service {
  const [only] = wrapped;
  if (only !== undefined && wrapped.size === 1) return only;
  const speaking = SERVICES.filter((service) =>
    checkers[service]
      .finish()
      .fields.some(({ field, found }) => ["barcode", "code", "items"].includes(field) && found > 0),
  );
  const [guess] = speaking;
  if (guess !== undefined && speaking.length === 1) return guess;
  throw new UsageError({
    place: paths.join(", "),
    value: speaking.length === 0 ? "neither service's fields" : "fields of both services",
    expected: "payloads of one service whose barcodes or codes stand where the contract says",
    todo: "say whose they are: --service webhook, or --service status-api",
  });
}
