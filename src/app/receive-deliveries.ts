import { UsageError } from "../domain/errors.ts";
import { appendPayloads } from "../intake/save-intakes.ts";
import { makePayloadParser } from "../sources/import-payloads.ts";
import type { ReceivedDelivery, Receiver } from "../sources/webhook/receiver.ts";
import { makeReceiver } from "../sources/webhook/receiver.ts";
import type { GuardListener } from "./guard-deliveries.ts";
import { openGuard } from "./guard-deliveries.ts";
import type { App } from "./open-app.ts";

/** A server that takes deliveries. */
export interface Receiving {
  /** Where the carrier is to send them. */
  readonly url: string;
  /** Takes no more, and ends once everything taken is saved and answered. */
  readonly close: () => Promise<void>;
}

export interface ReceivingListener extends Omit<GuardListener, "onTls"> {
  /** Told the HTTP status of every answer. */
  readonly onAnswer: (status: number) => void;
  /** Told why deliveries could not be saved; the carrier is told to come again. */
  readonly onFailure: (error: unknown) => void;
  /** Told of each connection that ended before anything was asked, because TLS was not agreed on. */
  readonly onHandshakeFailure: () => void;
}

/**
 * Starts to take webhook deliveries. What is answered with 200 lies durably in
 * the inbox; settling it is left to others.
 *
 * @throws UsageError without a secret, key or certificate that is needed, or
 *   when the address cannot be listened at
 */
export async function receiveDeliveries(
  app: App,
  { onAnswer, onFailure, onHandshakeFailure, ...guardListener }: ReceivingListener,
): Promise<Receiving> {
  const { contract, config, clock } = app;
  const { host, port, path } = config.serve;
  const save = makeDeliverySaver(app);
  let receiver: Receiver | undefined;
  const guard = await openGuard(contract.webhook.verifiers, config.serve, clock, {
    ...guardListener,
    onTls: (tls) => receiver?.renewTls(tls),
  });
  receiver = makeReceiver({
    path,
    verifiers: guard.verifiers,
    tls: guard.tls,
    onHandshakeFailure,
    deliveryIdHeader: contract.webhook.deliveryIdHeader,
    now: clock,
    onAnswer,
    save: (deliveries) =>
      save(deliveries).catch((error: unknown) => {
        onFailure(error);
        throw error;
      }),
  });
  const close = async (): Promise<void> => {
    guard.close();
    await receiver.close();
  };
  try {
    const url = (await receiver.listen(port, host)) + path;
    return { url, close };
  } catch (cause) {
    await close();
    if (!(cause instanceof Error && "syscall" in cause && "code" in cause)) throw cause;
    throw new UsageError(
      {
        place: "serve.host and serve.port",
        value: `${host}:${port} (${cause.code})`,
        expected: "an address of this machine, and a port that is free and may be used",
        todo: "correct them in the configuration, or stop what uses the port",
      },
      { cause },
    );
  }
}

/** Makes what appends deliveries to the inbox: all of them durably, or none. */
export function makeDeliverySaver({
  store,
  contract,
  config,
}: App): (deliveries: readonly ReceivedDelivery[]) => Promise<void> {
  const parse = makePayloadParser("webhook", { contract, legacyZone: config.zone });
  return async (deliveries) => {
    const payloads = deliveries.map(({ body, receivedAt, deliveryId }) =>
      parse(
        body,
        { channel: "webhook", name: deliveryId, receivedAt, httpStatus: null },
        `delivery ${deliveryId}`,
      ),
    );
    await appendPayloads(store, "webhook", payloads);
  };
}
