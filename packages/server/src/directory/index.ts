/**
 * Directory: passwords that are checked by an LDAP server.
 *
 * Owns what is said to it: connections, which are encrypted and used once, filters in which no name means more than itself,
 * and what its answers mean. Leaves to others: whose password is checked there, how often, and what an entry may sign in
 * to (proofs), and accounts for those who have none (people).
 *
 * Flow: who is meant is searched for, and has to be one entry -> may this be tried? -> a bind as that entry, on another
 * connection -> yes, no, or no answer.
 */
export { createDirectory, createSubjectOf, directoryProvider, examineDirectory } from "./directory.ts";
