import { randomUUID } from "node:crypto";
import { StoreBroken, UsageError } from "../domain/errors.ts";
import type { RawDelivery } from "../intake/incoming.ts";
import { spoolBatches, toSpoolBatch } from "../intake/spool-deliveries.ts";
import type { Receiver } from "../sources/webhook/receiver.ts";
import { makeReceiver } from "../sources/webhook/receiver.ts";
import { makeCheckpointer } from "./checkpointer.ts";
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
  /** Told why the store's log could not be written back, which loses nothing that was saved. */
  readonly onCheckpointFailure: (error: unknown) => void;
  /** Told of each connection that ended before anything was asked, because TLS was not agreed on. */
  readonly onHandshakeFailure: () => void;
}

/**
 * Starts to take webhook deliveries. What is answered with 200 lies durably in
 * the spool; reading it is left to others. Once the store's disk or file has
 * failed, nothing is answered with 200 any more until a person has looked and
 * started anew: what a disk that has failed once says later proves nothing.
 *
 * @throws UsageError without a secret, key or certificate that is needed, or
 *   when the address cannot be listened at
 */
export async function receiveDeliveries(
  app: App,
  { onAnswer, onFailure, onCheckpointFailure, onHandshakeFailure, ...guardListener }: ReceivingListener,
): Promise<Receiving> {
  const { contract, config, clock } = app;
  const { host, port, path } = config.serve;
  const save = makeDeliverySaver(app);
  let broken: StoreBroken | undefined;
  let receiver: Receiver | undefined;
  const guard = await openGuard(contract.webhook.verifiers, config.serve, clock, {
    ...guardListener,
    onTls: (tls) => receiver?.renewTls(tls),
  });
  const checkpointer = makeCheckpointer(app, (error) => {
    onCheckpointFailure(error);
    if (error instanceof StoreBroken) broken = error;
  });
  receiver = makeReceiver({
    path,
    verifiers: guard.verifiers,
    tls: guard.tls,
    onHandshakeFailure,
    deliveryIdHeader: contract.webhook.deliveryIdHeader,
    now: clock,
    onAnswer,
    save: async (deliveries) => {
      try {
        if (broken !== undefined) throw broken;
        await save(deliveries);
        checkpointer?.onSaved();
      } catch (error) {
        if (error !== broken) onFailure(error);
        if (error instanceof StoreBroken) broken = error;
        throw error;
      }
    },
  });
  const close = async (): Promise<void> => {
    guard.close();
    await receiver.close();
    await checkpointer?.close();
  };
  try {
    // The thread is there before the first delivery is.
    await save([]);
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

/**
 * Makes what keeps deliveries as they came: all of them durably, or none. A
 * thread does it where there are threads: while one waits for the disk, this
 * one goes on receiving.
 */
export function makeDeliverySaver({
  store,
  threads,
}: Pick<App, "store" | "threads">): (deliveries: readonly RawDelivery[]) => Promise<void> {
  const receiver = randomUUID();
  return async (deliveries) => {
    const batches = deliveries.length === 0 ? [] : [toSpoolBatch(receiver, deliveries)];
    if (threads === null) await spoolBatches(store, batches);
    else await Array.fromAsync(threads.submit({ kind: "spool", batches }));
  };
}
