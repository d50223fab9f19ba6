import { type Findings, short } from '../violation.ts';
import { type Claims, mayHaveApplied, type Request } from './claims.ts';
import { explain, type Step } from './explain.ts';
import type { Gap } from './gap.ts';

/** The requests of one context that may have done what nobody was told to have done, each once at most. */
export class Suspects {
  /** Writes whose outcome nobody knows: it is no fault of theirs. */
  readonly #unknown: Set<Request>;
  readonly #settled: Request[];
  readonly #refused: readonly Request[];

  constructor({ requests, made, ended }: Pick<Claims, 'requests' | 'made' | 'ended'>) {
    const settled = new Set([...made, ...ended].map(({ request }) => request));
    this.#unknown = new Set(requests.filter((one) => !settled.has(one) && mayHaveApplied(one)));
    this.#settled = [...settled];
    this.#refused = requests.filter((one) => !settled.has(one) && !this.#unknown.has(one));
  }

  get likely(): readonly Request[] {
    return [...this.#unknown];
  }

  spend(request: Request): void {
    this.#unknown.delete(request);
    this.#settled.push(request);
  }

  /** Who filled a gap: an unknown outcome, else whoever must not have, which is a violation; null where nobody can have. */
  accuse(gap: Gap, findings: Findings, where: string): readonly Step[] | null {
    const steps = explain(gap, this.likely) ?? explain(gap.withoutLeaps(), this.likely);
    for (const { request } of steps ?? []) this.spend(request);
    if (steps) return steps;
    const twice = explain(gap.withoutLeaps(), [...this.#unknown, ...this.#settled]);
    const culprit = twice?.find(({ request }) => !this.#unknown.has(request));
    if (culprit) {
      findings.insist(false, 'made once', () => `${where} repeats ${describe(culprit.request)}`);
      return twice;
    }
    const untrue = explain(gap.withoutLeaps(), [...this.#unknown, ...this.#refused]);
    const liar = untrue?.find(({ request }) => !this.#unknown.has(request));
    if (liar) {
      findings.insist(false, 'not applied', () => `${where} was made by ${describe(liar.request)}`);
      return untrue;
    }
    findings.insist(false, 'no phantom', () => `nobody made ${where}, nor what follows up to version ${gap.to}`);
    return null;
  }

  /** A deletion whose outcome nobody knows. */
  ender(isPossible: (request: Request) => boolean): Request | undefined {
    const found = this.likely.find((one) => one.write.verb === 'delete' && isPossible(one));
    if (found) this.spend(found);
    return found;
  }
}

function describe({ attempts }: Request): string {
  return attempts.map(short).join(' and ');
}
