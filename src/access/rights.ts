import { type Action, allows, EVERYTHING, hiddenOf, patternsOf } from './policy.ts';
import { type Range, rangesOf } from './ranges.ts';
import type { Authorize, KnownViewer } from './viewer.ts';

/** What one viewer may: by the policy, and by `authorize` too where there is one. */
export class Rights {
  readonly viewer: KnownViewer;
  readonly #authorize: Authorize | undefined;

  constructor(viewer: KnownViewer, authorize?: Authorize) {
    this.viewer = viewer;
    this.#authorize = authorize;
  }

  /** Whether what it may can change while it is there. */
  get canChange(): boolean {
    return this.#authorize !== undefined;
  }

  async may(action: Action, id: string = EVERYTHING): Promise<boolean> {
    if (!this.mayEver(action, id)) return false;
    // Whatever else than true a function may return is no permission.
    return this.#authorize ? (await this.#authorize(this.viewer, action, id)) === true : true;
  }

  /** By the policy alone. */
  mayEver(action: Action, id: string): boolean {
    return allows(this.viewer.policy, action, id);
  }

  /** Where those ids are that it may ever read. */
  readable(prefix: string): readonly Range[] {
    return rangesOf(patternsOf(this.viewer.policy, 'read'), prefix);
  }

  /** The paths that are not to be seen of a context; each a list of keys. */
  hiddenIn(id: string): readonly (readonly string[])[] {
    return hiddenOf(this.viewer.policy, id);
  }

  /** Equal for all who are told the same of a context, for as long as they are there; null where it must be asked of each. */
  scopeOf(id: string): string | null {
    if (this.canChange || !this.mayEver('read', id)) return null;
    const hidden = new Set(this.hiddenIn(id).map((path) => JSON.stringify(path)));
    return ['reads', ...[...hidden].sort()].join(' ');
  }
}
