import {
  context,
  isSpanContextValid,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';

/** How many commits are remembered for the deliveries that follow them. */
const REMEMBERED = 1000;

/** As W3C's Trace Context has it, https://www.w3.org/TR/trace-context/#traceparent-header. */
const TRACEPARENT = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2}) (.+)$/;

type Attributes = { readonly [name: string]: string | number };

/**
 * Spans for what a server does, by OpenTelemetry's API: whoever wants them registers an SDK before the server is made. Without one nothing
 * is remembered, and a span costs what asking for it does. No span holds an id, a variable, or anything of a context.
 */
export class Traces {
  readonly #tracer = trace.getTracer('arpeggio');
  /** The spans of the latest commits, by the places that they led to. */
  readonly #commits = new Map<string, SpanContext>();

  /** Runs within a span of its own, which fails where the promise does, or where `hasFailed` says so of its result. */
  within<T>(
    name: string,
    attributes: Attributes,
    run: (span: Span | undefined) => T | Promise<T>,
    hasFailed: (result: T) => boolean = () => false,
  ): T | Promise<T> {
    const span = this.#tracer.startSpan(name, { attributes });
    if (!span.isRecording()) return run(undefined);
    const ended = (isFailed: boolean): void => {
      // The words of errors quote what callers gave.
      if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };
    return context.with(trace.setSpan(context.active(), span), () => {
      try {
        const result = run(span);
        if (!(result instanceof Promise)) {
          ended(hasFailed(result));
          return result;
        }
        return result.then(
          (value) => {
            ended(hasFailed(value));
            return value;
          },
          (error) => {
            ended(true);
            throw error;
          },
        );
      } catch (error) {
        ended(true);
        throw error;
      }
    });
  }

  /** Remembers by which span a place was reached. What is returned makes other processes remember it, where it is kept at all. */
  reached(place: string, span: Span): string | undefined {
    const reachedBy = span.spanContext();
    this.#remember(place, reachedBy);
    const { traceId, spanId, traceFlags } = reachedBy;
    if ((traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')} ${place}`;
  }

  /** What `reached` has returned elsewhere; anything else is of no use. */
  heard(told: string): void {
    const [, traceId = '', spanId = '', flags = '', place = ''] = TRACEPARENT.exec(told) ?? [];
    const reachedBy = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
    if (isSpanContextValid(reachedBy) && !this.#commits.has(place)) this.#remember(place, reachedBy);
  }

  #remember(place: string, reachedBy: SpanContext): void {
    this.#commits.set(place, reachedBy);
    if (this.#commits.size <= REMEMBERED) return;
    const oldest = this.#commits.keys().next();
    if (!oldest.done) this.#commits.delete(oldest.value);
  }

  /** A delivery of what led to a place, which belongs to no request: linked to the commit, where that was traced. Call what is returned at its end. */
  delivery(place: string, attributes: Attributes): (() => void) | undefined {
    const span = this.#tracer.startSpan('arpeggio.deliver', { root: true, kind: SpanKind.PRODUCER, attributes });
    if (!span.isRecording()) return undefined;
    const commit = this.#commits.get(place);
    if (commit) span.addLink({ context: commit });
    return () => span.end();
  }
}
