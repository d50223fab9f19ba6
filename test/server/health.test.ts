import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../src/errors.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { makeApp, startApp } from '../helpers/app.ts';

class UnreadyStore extends MemoryStore {
  override async ready(): Promise<void> {
    throw new StoreUnavailableError({ cause: new Error('redis://db.internal is down') });
  }

  override async read(): Promise<never> {
    throw new Error('Liveness reads nothing.');
  }
}

describe('/health and /ready', () => {
  it('say ok while the server can serve', async () => {
    const { origin } = await startApp();
    for (const path of ['/health', '/ready']) {
      const response = await fetch(origin + path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toEqual({ status: 'ok' });
    }
  });

  it('tell a store that is not available from a process that is not alive', async () => {
    const { server, logged } = makeApp({ store: () => new UnreadyStore() });
    const health = await server.fetch(new Request('http://x/health'));
    const ready = await server.fetch(new Request('http://x/ready'));
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable' }]);
    expect(logged).toEqual([]);
  });

  it('turn to not ready, and stay alive, once the server closes', async () => {
    const { server } = makeApp();
    await server.close();
    expect((await server.fetch(new Request('http://x/health'))).status).toBe(200);
    expect((await server.fetch(new Request('http://x/ready'))).status).toBe(503);
  });

  it('answer HEAD without a body, and nothing else', async () => {
    const { origin } = await startApp();
    for (const path of ['/health', '/ready']) {
      const head = await fetch(origin + path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const refused = await fetch(origin + path, { method });
        expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      }
    }
  });
});
