import { createServer, type ServerResponse } from 'node:http';
import { listening, type Start, telling } from './side.ts';

/** No GraphQL at all: one chunk, written to every response. */
export const rawHttp: Start = async (changes) => {
  const responses = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n');
    responses.add(response.once('close', () => responses.delete(response)));
  });
  const update = telling(changes, (event) => {
    const chunk = Buffer.from(`event: next\ndata: ${JSON.stringify({ data: { contextChanged: event } })}\n\n`);
    for (const response of responses) response.write(chunk);
  });
  return { url: await listening(server), update };
};
