import { describe, expect, it } from 'vitest';
import { DocumentCache } from '../../src/server/document-cache.ts';

describe('The cache of parsed documents', () => {
  it('keeps documents by their exact text', () => {
    const cache = new DocumentCache<number>();
    cache.set('{ a }', 1);
    expect(cache.get('{ a }')).toBe(1);
    expect(cache.get('{ a } ')).toBeUndefined();
  });

  it('keeps none that is long, so that a client can not fill the memory by comments', () => {
    const cache = new DocumentCache<number>();
    cache.set('x'.repeat(8192), 1);
    cache.set('y'.repeat(8193), 2);
    expect(cache.get('x'.repeat(8192))).toBe(1);
    expect(cache.get('y'.repeat(8193))).toBeUndefined();
  });

  it('keeps the 100 that were used last', () => {
    const cache = new DocumentCache<number>();
    for (let i = 0; i < 100; i += 1) cache.set(`${i}`, i);
    expect(cache.get('0')).toBe(0);
    cache.set('100', 100);
    expect(cache.get('0')).toBe(0);
    expect(cache.get('1')).toBeUndefined();
    expect(cache.get('2')).toBe(2);
  });
});
