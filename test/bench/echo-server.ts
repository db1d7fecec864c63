/** The bare framework, for comparison: gives each body back. Prints its address. */
import Fastify from "fastify";

const server = Fastify();
server.removeAllContentTypeParsers();
server.addContentTypeParser("*", { parseAs: "buffer" }, async (_request: unknown, body: Buffer) => body);
server.post("/echo", async (request, reply) => reply.type("application/json").send(request.body));
console.log(`${await server.listen({ host: "127.0.0.1", port: 0 })}/echo`);
