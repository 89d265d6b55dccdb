/**
 * Operating: what the operator of the server may do with people's accounts.
 *
 * Owns the deeds, each one transaction with its line in the person's security log; nothing here asks for a password.
 * Leaves to others: accounts themselves (people), devices (sessions), how an operator types or sends what they want (cli).
 */
export { type Administrators, createAdministrators } from "./administrators.ts";
export { displayNameFault, longestDisplayName } from "./display-name.ts";
export { createInvite, type Invite, type InviteProblem } from "./invite.ts";
export { createMakeAccount, type MakeAccount } from "./make-account.ts";
export { createOperatorAddresses, type OperatorAddresses } from "./operator-addresses.ts";
export { createOperatorIdentities, type OperatorIdentities } from "./operator-identities.ts";
export { createOperatorLinks, type OperatorLinks } from "./operator-links.ts";
export { createOperatorPeople, type OperatorPeople } from "./operator-people.ts";
export { createOperatorRequests, type OperatorRequests } from "./operator-requests.ts";
export { createOperatorSessions, type OperatorSessions } from "./operator-sessions.ts";
export type * from "./ports.ts";
export { createPrograms } from "./programs.ts";
export { type StandingFactors, standingFactors } from "./standing-factors.ts";
