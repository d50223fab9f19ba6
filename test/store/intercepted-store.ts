import type {
  Commit,
  CommitOf,
  CommitOutcome,
  JointOutcome,
  Listed,
  ListQuery,
  Log,
  Receipt,
  Snapshot,
  Store,
} from '../../src/store/store.ts';
import { PassThrough } from './pass-through.ts';

export type Around = <T>(call: keyof Store, proceed: () => Promise<T>) => Promise<T>;

/** A store whose every call passes through `around`, where a test counts, delays, fails or lets others go first. */
export class InterceptedStore extends PassThrough {
  around: Around;

  constructor(inner: Store, around: Around = (_call, proceed) => proceed()) {
    super(inner);
    this.around = around;
  }

  override read(id: string): Promise<Snapshot | null> {
    return this.around('read', () => this.inner.read(id));
  }

  override readLog(id: string, after: number, isBrief?: boolean): Promise<Log> {
    return this.around('readLog', () => this.inner.readLog(id, after, isBrief));
  }

  override commit(id: string, commit: Commit): Promise<CommitOutcome> {
    return this.around('commit', () => this.inner.commit(id, commit));
  }

  override commitAll(commits: readonly CommitOf[]): Promise<JointOutcome> {
    return this.around('commitAll', () => this.inner.commitAll(commits));
  }

  override findReceipt(id: string, key: string): Promise<Receipt | null> {
    return this.around('findReceipt', () => this.inner.findReceipt(id, key));
  }

  override list(query: ListQuery): Promise<readonly Listed[]> {
    return this.around('list', () => this.inner.list(query));
  }
}
