/** Limits of a server that waits for nobody long, in milliseconds. */
export const shortPatience = { headersMs: 400, requestMs: 800, idleMs: 400, handshakeMs: 1000 } as const;
