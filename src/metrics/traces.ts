import { context, type Link, type Span, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/** How many commits are remembered for the deliveries that follow them. */
const REMEMBERED = 1000;

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

  /** Remembers by which span a place was reached. */
  reached(place: string, span: Span): void {
    this.#commits.set(place, span.spanContext());
    if (this.#commits.size <= REMEMBERED) return;
    const oldest = this.#commits.keys().next();
    if (!oldest.done) this.#commits.delete(oldest.value);
  }

  /** A delivery of what led to a place, which belongs to no request: linked to the commit, where that was this process'. Call what is returned at its end. */
  delivery(place: string, attributes: Attributes): (() => void) | undefined {
    const span = this.#tracer.startSpan('arpeggio.deliver', { root: true, kind: SpanKind.PRODUCER, attributes });
    if (!span.isRecording()) return undefined;
    const commit = this.#commits.get(place);
    const link: Link | undefined = commit && { context: commit };
    if (link) span.addLink(link);
    return () => span.end();
  }
}
