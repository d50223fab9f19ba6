import { createElement as h, startTransition } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { createClient } from '../../../src/client/index.ts';
import { ArpeggioProvider } from '../../../src/client/react/index.ts';
import { renders, type SceneName, sceneOf } from './scenes.ts';

const gate: { open?: () => void } = {};
const isOpen = new Promise<void>((resolve) => {
  gate.open = resolve;
});
const url = `ws://${location.host}/graphql`;
/** Connects only once the test lets it. */
const client = createClient({ url: () => isOpen.then(() => url) });
/** The ids of all watches, those that were closed at once too. */
const watched: string[] = [];
const { watch } = client;
client.watch = (id) => {
  watched.push(id);
  return watch.call(client, id) as ReturnType<typeof client.watch<never>>;
};
const container = document.querySelector('#root') ?? document.body;
const errors: string[] = [];
let root: Root | undefined;

function pageOf(name: SceneName, props: { readonly id: string }) {
  return h(ArpeggioProvider, { client }, sceneOf(name, props));
}

/** What the tests do with the page. */
const stage = {
  client,
  renders,
  watched,
  errors,
  connect: () => gate.open?.(),
  show(name: SceneName, props: { readonly id: string }): void {
    root ??= createRoot(container, { onCaughtError: () => {} });
    root.render(pageOf(name, props));
  },
  /** As something that may wait, and be interrupted. */
  showLater(name: SceneName, props: { readonly id: string; readonly n: number }): void {
    startTransition(() => root?.render(pageOf(name, props)));
  },
  hydrate(html: string, name: SceneName, props: { readonly id: string }): void {
    container.innerHTML = html;
    root = hydrateRoot(container, pageOf(name, props), { onRecoverableError: (error) => errors.push(String(error)) });
  },
  unmount(): void {
    root?.unmount();
    root = undefined;
  },
};

export type Stage = typeof stage;

Object.assign(globalThis, { stage });
