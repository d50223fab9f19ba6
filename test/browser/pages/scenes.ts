import { Component, createElement as h, type ReactElement, type ReactNode, StrictMode, Suspense } from 'react';
import { type ContextState, useArpeggio, useReplica, useSuspenseReplica } from '../../../src/client/react/index.ts';

export type Numbers = { readonly a?: number; readonly b?: number };
type Shown = { readonly id: string };

/** How often each component has rendered, by its name. */
export const renders: Record<string, number> = {};

function count(name: string): void {
  renders[name] = (renders[name] ?? 0) + 1;
}

function All({ id }: Shown): ReactElement {
  count('all');
  const { status, value, version } = useReplica<Numbers>(id);
  return h('p', { id: 'all' }, `${status} ${version} ${JSON.stringify(value)}`);
}

function JustA({ id }: Shown): ReactElement {
  count('a');
  return h(
    'p',
    { id: 'a' },
    useReplica(id, ({ value }: ContextState<Numbers>) => value?.a),
  );
}

/** What it selects is another object each time, and equal by its own measure. */
function ParityOfB({ id }: Shown): ReactElement {
  count('parity');
  const { isEven } = useReplica(
    id,
    ({ value }: ContextState<Numbers>) => ({ isEven: (value?.b ?? 0) % 2 === 0 }),
    (before, next) => before.isEven === next.isEven,
  );
  return h('p', { id: 'parity' }, isEven ? 'even' : 'odd');
}

/** What it selects is another object each time, and nothing says that they are equal. */
function Fresh({ id }: Shown): ReactElement {
  count('fresh');
  const { value } = useReplica(id, (state: ContextState<Numbers>) => ({ value: state.value }));
  return h('p', { id: 'fresh' }, JSON.stringify(value));
}

function Suspending({ id }: Shown): ReactElement {
  const a = useSuspenseReplica(id, (state: ContextState<Numbers>) => `${state.status} ${state.value?.a}`);
  return h('p', { id: 'suspending' }, a);
}

interface Caught {
  readonly error: { readonly code?: string } | undefined;
}

class Boundary extends Component<{ readonly children: ReactNode }, Caught> {
  override state: Caught = { error: undefined };

  static getDerivedStateFromError(error: Caught['error']): Caught {
    return { error };
  }

  override render(): ReactNode {
    const again = (): void => this.setState({ error: undefined });
    const { error } = this.state;
    return error ? h('button', { type: 'button', id: 'failed', onClick: again }, error.code) : this.props.children;
  }
}

function Field({ id }: Shown): ReactElement {
  const client = useArpeggio();
  const text = useReplica(id, ({ value }: ContextState<{ readonly text?: string }>) => value?.text ?? '');
  return h('input', {
    id: 'field',
    value: text,
    onChange: ({ target }) => void client.update(id, { text: target.value }),
  });
}

/** Takes long to render, so that there is time for changes while others like it are rendered. */
function Slow({ id, n }: Shown & { readonly n: number }): ReactElement {
  const version = useReplica(id, (state) => state.version);
  const end = performance.now() + 3;
  while (performance.now() < end);
  return h('p', { className: 'slow', 'data-n': n }, String(version));
}

const scenes = {
  selections: (props: Shown) => [h(All, props), h(JustA, props), h(ParityOfB, props), h(Fresh, props)],
  all: (props: Shown) => [h(All, props)],
  strict: (props: Shown) => [h(StrictMode, null, h(All, props), h(JustA, props))],
  suspending: (props: Shown) => [
    h(StrictMode, null, h(Boundary, null, h(Suspense, { fallback: h('i', null, 'Waiting.') }, h(Suspending, props)))),
  ],
  slow: (props: Shown & { readonly n?: number }) =>
    Array.from({ length: 10 }, (_, key) => h(Slow, { key, n: 0, ...props })),
  field: (props: Shown) => [h(Field, props)],
  nothing: (_: Shown) => [],
} as const;

export type SceneName = keyof typeof scenes;

/** The children of the page's root. */
export function sceneOf(name: SceneName, props: Shown): ReactElement {
  return h('main', null, ...scenes[name](props));
}
