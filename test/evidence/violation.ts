import type { Answer, Operation } from './recording.ts';

/** What a history of writes and reads must keep to. */
export type OrderRule =
  /** Each version of a life is made by one request, and each request makes one version at most. */
  | 'made once'
  /** No version is there that no request can have made. */
  | 'no phantom'
  /** A write that says it was not applied was not. */
  | 'not applied'
  /** One cursor names one state, and it is told with that state's life and version. */
  | 'one cursor'
  /** A write makes of the state it met what its verb says, and no more. */
  | 'effect'
  /** A delta leads from the state that it names to the state that it is told with. */
  | 'delta'
  /** What is seen is what was written. */
  | 'seen'
  /** Nothing older is seen, or built on, than what was answered before; nothing that was not asked for yet. */
  | 'real time'
  /** What is told to be missing was missing at some moment of the call. */
  | 'absence'
  /** A condition held where the write took effect. */
  | 'condition'
  /** A conflict tells of a position that differs from the expected one. */
  | 'conflict'
  /** A write without a delta changes nothing of what it was answered with. */
  | 'kept'
  /** A life is ended by one deletion, at its last version, and nothing follows in it. */
  | 'one end'
  /** In the end the context is what the last of its writes has left. */
  | 'final';

/** What each subscription must keep to: the validators of etcd's robustness tests, for lives, versions and cursors. */
export type WatchRule =
  | 'ordered'
  | 'unique'
  | 'gapless'
  | 'atomic'
  | 'resumable'
  | 'bookmark'
  | 'state-equal'
  | 'converged'
  | 'nothing-after-complete';

export interface Violation {
  readonly rule: OrderRule | WatchRule;
  readonly context: string;
  readonly what: string;
}

/** Collects what the rules of one context find. */
export class Findings {
  readonly violations: Violation[] = [];
  readonly #context: string;

  constructor(context: string) {
    this.#context = context;
  }

  /** Unless the condition holds, the rule is broken. Returns whether it holds. */
  insist(condition: boolean, rule: OrderRule, what: () => string): boolean {
    if (!condition) this.violations.push({ rule, context: this.#context, what: what() });
    return condition;
  }
}

/** An operation in one line, for whoever reads of a violation. */
export function short({ request, client, wish, asked, answered, answer }: Operation): string {
  const { verb, ...rest } = wish;
  const args = JSON.stringify(rest);
  const asks = args.length > 120 ? `${args.slice(0, 117)}...` : args;
  return `[${asked}-${answered} ${request} by ${client}: ${verb} ${asks} -> ${shortAnswer(answer)}]`;
}

function shortAnswer(answer: Answer): string {
  switch (answer.kind) {
    case 'read':
      return answer.context ? at(answer.context) : 'null';
    case 'synced':
      return `${answer.result.__typename} ${at(answer.result)}`;
    case 'changed':
      return answer.delta ? `made ${at(answer.delta)}` : `nothing to do at ${at(answer.context)}`;
    case 'deleted':
      return `ended ${at(answer.deleted)}`;
    case 'missing':
      return 'not found';
    case 'conflict':
      return `conflict with version ${answer.currentVersion}`;
    case 'failed':
      return `${answer.code}, applied ${answer.applied}`;
    case 'none':
      return 'no answer';
  }
}

export function at({ life, version }: { readonly life: string; readonly version: number }): string {
  return `${life} v${version}`;
}
