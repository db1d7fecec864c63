import type { RawPart } from "../../src/store/intake-access.ts";
import { Packer, packKeyOf } from "../../src/store/pack.ts";

/** A pack of payloads, as taking them in makes it. */
export function makePack(payloads: readonly Uint8Array[]): RawPart {
  const packer = new Packer();
  for (const payload of payloads) packer.add(payload);
  return packer.finish(packKeyOf(payloads));
}
