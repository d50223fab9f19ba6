import { useEffect, useState } from 'react';

/** A value that follows another, but no more often than this, in milliseconds. */
export function useSlow<T>(value: T, ms: number): T {
  const [slow, setSlow] = useState({ value, at: 0 });
  useEffect(() => {
    if (value === slow.value) return;
    const timer = setTimeout(() => setSlow({ value, at: Date.now() }), Math.max(0, slow.at + ms - Date.now()));
    return () => clearTimeout(timer);
  }, [value, slow, ms]);
  return slow.value;
}
