import { createServer } from 'node:http';

/** A service that keeps its requests and answers as it is told to; by default it accepts every event. */
export async function fakeService(answer = accept) {
  const requests = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ method: request.method, url: request.url, headers: request.headers, body, events: body ? JSON.parse(body) : [] });
    await answer(response, requests.at(-1), requests.length);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    requests,
    url: `http://127.0.0.1:${server.address().port}`,
    ids: () => requests.flatMap(request => request.events.map(event => event.eventId)),
    close: () => new Promise(resolve => { server.close(resolve); server.closeAllConnections(); }),
  };
}

export const json = (response, status, value, headers = {}) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));

export const accept = (response, request) => json(response, 202, { results: request.events.map(event => ({ eventId: event.eventId, status: 'accepted' })) });
