import type { X509Certificate } from "node:crypto";
import { Server as HttpServer } from "node:http";
import { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { TlsOptions } from "./tls.ts";

export interface ConnectionLimits {
  readonly mostHeaderBytes: number;
  /** For a client to send its headers, and its whole request; the first also for the handshake of TLS. */
  readonly headersMs: number;
  readonly requestMs: number;
  readonly keepAliveMs: number;
  readonly mostConnections: number;
  readonly mostRequestsPerConnection: number;
}

export interface ConnectionSettings {
  /** Without it the server speaks plain HTTP. */
  readonly tls?: TlsOptions | undefined;
  /** Told of each connection that TLS let nothing through of: no TLS, too old a version, no certificate. */
  readonly onHandshakeFailure?: () => void;
}

/** A server without anything that answers, and what is to be known of its connections. */
export interface Connections {
  readonly server: HttpServer;
  /** Goes on with other certificates. */
  readonly renewTls: (tls: TlsOptions) => void;
  /** Whether a connection was made under certificates that count no more: its client may count no more, either. */
  readonly isOutdated: (socket: Socket) => boolean;
}

const CHECK_SLOW_CLIENTS_MS = 1_000;

/** Makes a server. Every limit is given to Node itself: some of its own are off by default, or far away. */
export function makeConnections(
  limits: ConnectionLimits,
  { tls: firstTls, onHandshakeFailure }: ConnectionSettings,
): Connections {
  const options = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: CHECK_SLOW_CLIENTS_MS,
    maxHeaderSize: limits.mostHeaderBytes,
  };
  const server =
    firstTls === undefined
      ? new HttpServer(options)
      : new HttpsServer({ ...options, ...firstTls, handshakeTimeout: limits.headersMs });
  server.maxConnections = limits.mostConnections;
  server.maxRequestsPerSocket = limits.mostRequestsPerConnection;
  server.on("tlsClientError", (_error, socket: Socket) => {
    onHandshakeFailure?.();
    socket.destroy();
  });

  let current = 0;
  const madeUnder = new WeakMap<Socket, number>();
  server.on("secureConnection", (socket: Socket) => madeUnder.set(socket, current));
  return {
    server,
    renewTls(tls) {
      if (!(server instanceof HttpsServer)) throw new Error("this server has no TLS");
      server.setSecureContext(tls);
      current += 1;
      server.closeIdleConnections();
    },
    isOutdated: (socket) => (madeUnder.get(socket) ?? current) !== current,
  };
}

/** The client's certificate, where TLS asked for one and trusts it. */
export function certificateOf(socket: Socket): X509Certificate | null {
  return socket instanceof TLSSocket && socket.authorized ? (socket.getPeerX509Certificate() ?? null) : null;
}
