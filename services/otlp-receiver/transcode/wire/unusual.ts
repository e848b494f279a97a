/**
 * Thrown (as this one object, which costs no stack trace) when a request holds anything that needs a second look: bytes that
 * are no protobuf, an item that must be refused, a form that no exporter sends. The request is then transcoded by the
 * reference, which is slower and has the words for every refusal. So both paths agree by construction on whatever is wrong.
 */
export const UNUSUAL: unique symbol = Symbol('unusual request');
