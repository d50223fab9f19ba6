/** What the server puts into the page. */
export interface Settings {
  readonly endpoint: string;
  readonly presencePrefix: string | null;
  /** Of the server's timestamps. */
  readonly unitMs: number;
}

const DEFAULTS: Settings = { endpoint: '/graphql', presencePrefix: null, unitMs: 1000 };

/** Where the page was not served by the server itself, as while one develops it, there are none. */
export const settings: Settings =
  (JSON.parse(document.querySelector('#settings')?.textContent ?? '{}') as { settings?: Settings | null }).settings ??
  DEFAULTS;
