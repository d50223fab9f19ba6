import { type ReactElement, useEffect, useState } from 'react';

type Answer = 'ok' | 'unavailable' | 'unreachable';

const WORDS: { readonly [answer in Answer]: string } = {
  ok: 'The store answers, and changes are heard of.',
  unavailable: 'The store does not answer, or changes are not heard of.',
  unreachable: 'The server can not be reached.',
};
const AGAIN_MS = 3000;

/** What load balancers are told by `/ready`. */
export function Health(): ReactElement {
  const [answer, setAnswer] = useState<Answer>();
  useEffect(() => {
    let isOver = false;
    const look = async (): Promise<void> => {
      const next = await fetch('/ready').then(
        ({ ok }) => (ok ? 'ok' : 'unavailable'),
        () => 'unreachable' as const,
      );
      if (!isOver) setAnswer(next);
    };
    void look();
    const timer = setInterval(() => void look(), AGAIN_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, []);
  return (
    <section className="card" aria-labelledby="health">
      <h2 id="health">Store</h2>
      <p role="status" className={`state ${answer === 'ok' ? 'live' : 'failed'}`}>
        {answer ? WORDS[answer] : 'Loading…'}
      </p>
    </section>
  );
}
