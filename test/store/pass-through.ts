import type { JsonObject } from '../../src/json.ts';
import type {
  AgeQuery,
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
  StoredRecord,
  Trimmed,
} from '../../src/store/store.ts';

/** A store that leaves everything to another: what a double overrides is what it does differently. */
export class PassThrough implements Store {
  protected readonly inner: Store;

  constructor(inner: Store) {
    this.inner = inner;
  }

  read(id: string): Promise<Snapshot | null> {
    return this.inner.read(id);
  }

  readLog(id: string, after: number, isBrief?: boolean): Promise<Log> {
    return this.inner.readLog(id, after, isBrief);
  }

  commit(id: string, commit: Commit): Promise<CommitOutcome> {
    return this.inner.commit(id, commit);
  }

  commitAll(commits: readonly CommitOf[]): Promise<JointOutcome> {
    return this.inner.commitAll(commits);
  }

  findReceipt(id: string, key: string): Promise<Receipt | null> {
    return this.inner.findReceipt(id, key);
  }

  list(query: ListQuery): Promise<readonly Listed[]> {
    return this.inner.list(query);
  }

  listIdle(query: AgeQuery): Promise<readonly Listed[]> {
    return this.inner.listIdle(query);
  }

  trim(query: AgeQuery): Promise<Trimmed> {
    return this.inner.trim(query);
  }

  readRecord(name: string): Promise<StoredRecord> {
    return this.inner.readRecord(name);
  }

  writeRecord(name: string, value: JsonObject, revision: number): Promise<boolean> {
    return this.inner.writeRecord(name, value, revision);
  }

  ready(): Promise<void> {
    return this.inner.ready();
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
