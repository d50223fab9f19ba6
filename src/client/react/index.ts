export type { ContextState } from '../entry.ts';
export { ArpeggioProvider, type ArpeggioProviderProps, useArpeggio } from './provider.ts';
export { useReplica } from './use-replica.ts';
export type { IsEqual } from './use-selected.ts';
export { useSuspenseReplica } from './use-suspense-replica.ts';
