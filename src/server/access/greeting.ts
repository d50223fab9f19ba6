import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Credentials, KnownViewer } from '../../access/viewer.ts';
import { UnauthenticatedError } from '../../errors.ts';
import type { AccessControl } from './access-control.ts';
import { credentialsOfPayload } from './credentials.ts';

interface Greeted {
  readonly socket: WebSocket;
  credentials?: Credentials | undefined;
  viewer?: KnownViewer;
}

/** As RFC 6455's registry has it: try again later. */
const TRY_AGAIN_CODE = 1013;

/**
 * Makes out who has opened a socket, by what its `connection_init` brings or, without any, its handshake. False where the socket is closed: as
 * 4401, which clients do not come back from, where it is nobody. Once the viewer expires or is revoked it is closed as 4403, from which they come back,
 * with a new token.
 */
export async function greet(
  access: AccessControl,
  connection: Greeted,
  payload: unknown,
  onFailure: (error: unknown) => void,
): Promise<boolean> {
  const { socket, credentials = {} } = connection;
  // They are not held as long as there is the socket.
  connection.credentials = undefined;
  try {
    const viewer = await access.viewerOf(credentialsOfPayload(payload) ?? credentials);
    connection.viewer = viewer;
    if (socket.readyState !== socket.OPEN) return false;
    const cancel = access.atEnd(viewer, () => expire(socket));
    socket.once('close', cancel);
    return true;
  } catch (error) {
    if (error instanceof UnauthenticatedError) {
      socket.close(CloseCode.Unauthorized, 'Unauthorized');
    } else {
      onFailure(error);
      socket.close(TRY_AGAIN_CODE, 'Try again later');
    }
    return false;
  }
}

/** As 4403, from which clients come back with a new token. Nothing is sent after it. */
export function expire(socket: WebSocket): void {
  socket.close(CloseCode.Forbidden, 'Forbidden');
}
