import fastify from 'fastify';

// The measure of all things here: a Fastify route with a response schema that returns the body of a drawn token.
const body = JSON.parse(process.env.BODY ?? '{}');
const properties = Object.fromEntries(
  Object.entries(body).map(([name, value]) => [name, { type: typeof value === 'number' ? 'number' : 'string' }]),
);
const app = fastify({ logger: false });
app.get('/token', { schema: { response: { 200: { type: 'object', properties } } } }, async () => body);
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
