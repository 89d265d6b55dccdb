/**
 * Resume: where a person was going, and what comes before they are there.
 *
 * Owns the closed list of pages one can be on the way to (`Resume`), its one encoding, which is the page's own address
 * (`addressOf`, `parseResume`), whom an app means by a `login_hint`, and the order of what is asked of a person on the way
 * (`nextStep`). Pure, without I/O.
 * Leaves to others: who somebody is (people), what a page shows and may do (account).
 */
export { addressOf, parseResume } from "./address.ts";
export { otherAccount } from "./login-hint.ts";
export { type Asked, addressOfStep, nextStep, type Recognised } from "./next-step.ts";
export { front, type Resume } from "./resume.ts";
