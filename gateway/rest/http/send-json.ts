import type { FastifyReply } from 'fastify';
import { type Json, stringifyJson } from '../format/json.js';

export function sendJson(reply: FastifyReply, body: Json): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(stringifyJson(body));
}
