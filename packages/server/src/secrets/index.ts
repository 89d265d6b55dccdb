/**
 * Secrets: what is kept of those that we make, and of nothing that a person chose.
 *
 * Owns the one hash under which cookies, links, tokens and secrets of programs are stored and found again. Leaves to
 * others: passwords and what people type, which can be guessed (proofs), and what is derived under a key (each its own).
 */
export { secretHash } from "./secret-hash.ts";
