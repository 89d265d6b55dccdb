/**
 * Moving: people who come from a Synapse that signed them in itself, or from a MAS beside it, with their names,
 * passwords, devices and tokens.
 *
 * Owns what becomes of everybody (pure, from rows there to ours, with the reason for whoever cannot come as they
 * are), where a move stands, who is served meanwhile (nobody), and the report. Leaves to storage the rows at both ends,
 * to sessions what a token is, to proofs how a password is compared, to the commands what the operator reads.
 *
 * Flow: settings of there -> source -> a plan for each person -> pass: what has changed is written -> switch -> settle.
 */
export { goBack } from "./back.ts";
export type { BackReport } from "./back-report.ts";
export type { Opening, Unseal } from "./first-token.ts";
export { createMoveGate } from "./gate.ts";
export { readSynapseSettings, type SynapseSettings } from "./homeserver-yaml.ts";
export { synapseLeftovers } from "./leftovers.ts";
export {
	type AskHere,
	type Comparison,
	compareTokens,
	comparisonText,
	sampleOf,
	sampleText,
} from "./live.ts";
export { goBackToMas } from "./mas/back-mas.ts";
export { type MasSettings, readMasSettings } from "./mas/mas-yaml.ts";
export { planMas } from "./mas/plan-mas.ts";
export { settingsFromMas } from "./mas/settings-file.ts";
export { pass, survey } from "./pass.ts";
export { stopping } from "./plan-person.ts";
export { type PlannedSource, planSynapse } from "./planned.ts";
export { acceptable, isAcceptable, type Reason, reasons } from "./reasons.ts";
export { type Report, reportCsv, reportJson, reportText } from "./report.ts";
export { movingRetention } from "./retention.ts";
export { createPasswordSchemes } from "./schemes.ts";
export { createSealPair, createUnseal, publicOfSeal } from "./seal.ts";
export { changeMove, type MoveState, readMove, settle, writeMove } from "./state.ts";
export { wayBackOf } from "./way-back.ts";
