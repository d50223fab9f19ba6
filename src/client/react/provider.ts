'use client';

import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react';
import type { ArpeggioClient } from '../client.ts';

const ClientContext = createContext<ArpeggioClient | undefined>(undefined);

export interface ArpeggioProviderProps {
  /** Made once, outside of rendering. Whoever made it closes it: the provider does not. */
  readonly client: ArpeggioClient;
  readonly children?: ReactNode;
}

/** Hands a client to all hooks below. */
export function ArpeggioProvider({ client, children }: ArpeggioProviderProps): ReactElement {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/**
 * The client, to write with.
 *
 * @throws Error where there is no `ArpeggioProvider` above
 */
export function useArpeggio(): ArpeggioClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error('There is no ArpeggioProvider above this component.');
  return client;
}
