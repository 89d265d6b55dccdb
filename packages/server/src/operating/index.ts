/**
 * Operating: what the operator of the server may do with people's accounts.
 *
 * Owns the deeds, each one transaction with its line in the person's security log; nothing here asks for a password.
 * Leaves to others: accounts themselves (people), devices (sessions), how an operator types or sends what they want (cli).
 */
export { createAdministrators } from "./administrators.ts";
export { createInvite, type InviteProblem } from "./invite.ts";
export { createOperatorLinks } from "./operator-links.ts";
export { createOperatorPeople, type OperatorPeople } from "./operator-people.ts";
export { type StandingFactors, standingFactors } from "./standing-factors.ts";
