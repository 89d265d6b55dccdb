/**
 * Doctor: whether everything around the server is as it has to be, and if not, which line is wrong.
 *
 * Owns the checks, what each asks and how it judges, the report, and the proof that the server knows doctor by. Changes nothing anywhere and shows no secret.
 * Leaves to others: the settings (config), requests to other servers (http), and the data (the operator's commands).
 *
 * Flow: settings -> `Setup` -> every question at once -> each check judges what came back -> `Result`s -> report. A
 * check behind one that found a problem is left out, so that one fault has one message.
 */
export { createAsk } from "./ask.ts";
export { createAskToken } from "./ask-token.ts";
export { findClosedThere } from "./closed-there.ts";
export { examine, type Result } from "./examine.ts";
export { isBesideSynapse } from "./finding.ts";
export type { Ask, DataState, MailState } from "./ports.ts";
export { isProof } from "./proof.ts";
export { report } from "./report.ts";
export { type Setup, setupOf } from "./setup.ts";
