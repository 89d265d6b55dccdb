import { type AccountId, holdLifetimes } from "@countersign/core";
import type { SecurityEvent } from "../audit/ports.ts";
import { createAccounts } from "./accounts.ts";
import { createAddressRecords } from "./addresses.ts";
import { createAdministered } from "./administered/administered.ts";
import { createAgreedTerms } from "./agreed-terms.ts";
import { createBegunRegistrations } from "./begun-registrations.ts";
import { createBegunSignIns } from "./begun-sign-ins.ts";
import { createBrowserSessionRecords } from "./browser-sessions.ts";
import { createChallengeRecords } from "./challenges.ts";
import { createClients } from "./clients.ts";
import { createOneTimeCodeRecords, createRecoveryCodeRecords } from "./codes.ts";
import { createDeviceAuthorizations } from "./device-authorizations.ts";
import { createClientDataUnit } from "./embedded/client-data-unit.ts";
import { createHolds } from "./embedded/holds.ts";
import { createEmbeddedUnit } from "./embedded/unit.ts";
import { createEngineRecords } from "./engine-records.ts";
import { createEvents } from "./events.ts";
import { createFactorLosses } from "./factor-losses.ts";
import type { StorageSettings } from "./homeserver-kind.ts";
import { createKeptDevices } from "./kept-devices.ts";
import { createMailTasks } from "./mail/tasks.ts";
import { createMovedRecords } from "./moving/moved-records.ts";
import { createNoticeRecords, tellOf } from "./notices.ts";
import { createPasskeyRecords } from "./passkeys.ts";
import { createPasswordLinkRecords } from "./password-links.ts";
import type { Queries } from "./prepared.ts";
import { createProgramRecords } from "./programs.ts";
import { createRecoveryRecords } from "./recovery.ts";
import { createRefusals } from "./refusals.ts";
import { createRegistrationTokenRecords } from "./registration-tokens.ts";
import { createResetRequests } from "./reset-requests.ts";
import { createSecondFactors } from "./second-factors.ts";
import { createSessionEnds } from "./session-ends.ts";
import { createSessionFacts } from "./session-facts.ts";
import { createSessionRecords } from "./sessions.ts";
import { createSettings } from "./settings.ts";
import { createSlices } from "./slices.ts";
import { createSsoRequests } from "./sso-requests.ts";
import { createHoldsBeside } from "./synapse/holds.ts";
import { createSynapseUnit } from "./synapse/unit.ts";
import { createTokenRecords } from "./tokens.ts";
import { createAccountLinks, createUpstreamArrivals, createUpstreamSignIns } from "./upstream.ts";
import { createUpstreamEnds, createUpstreamStays } from "./upstream-stays.ts";

/**
 * Every repository, bound to one connection or one transaction.
 * @param settings where people's devices and keys live, and with them what ending a session does there
 * @param changed called for each account that a write concerns; told on after the commit
 */
export function createUnit(
	{ db, lookup }: Queries,
	{ homeserver, keptMs = holdLifetimes.keptMs, noticed = [] }: StorageSettings,
	changed: (accountId: AccountId) => void,
) {
	const embedded = createEmbeddedUnit(db, changed);
	const synapse = createSynapseUnit(db, changed);
	const clientData = createClientDataUnit(db);
	const mailTasks = createMailTasks(db, changed);
	const heldBeside = createHoldsBeside(db, { changed, keptMs });
	const tell = async (event: SecurityEvent) => {
		if (!noticed.includes(event.kind)) return;
		await tellOf(db, (letter) => mailTasks.add(event.accountId, letter, event.at), event);
	};
	return {
		...embedded,
		...synapse,
		homeserver: homeserver === "embedded" ? embedded.homeserver : synapse.homeserver,
		...clientData,
		holds:
			homeserver === "embedded"
				? createHolds(db, {
						keptMs,
						stream: embedded.stream,
						accountData: clientData.accountData,
						removeDevice: embedded.homeserver.removeDevice,
					})
				: heldBeside,
		heldBeside,
		accountLinks: createAccountLinks(db),
		accounts: createAccounts(db),
		administered: createAdministered(db),
		agreedTerms: createAgreedTerms(db),
		begunRegistrations: createBegunRegistrations(db),
		begunSignIns: createBegunSignIns(db),
		browserSessions: createBrowserSessionRecords(db),
		challenges: createChallengeRecords(db),
		addresses: createAddressRecords(db),
		events: createEvents(db, tell),
		factorLosses: createFactorLosses(db),
		keptDevices: createKeptDevices(db),
		mailTasks,
		notices: createNoticeRecords(db),
		moved: createMovedRecords(db),
		oneTimeCodes: createOneTimeCodeRecords(db),
		passkeys: createPasskeyRecords(db),
		recoveryCodes: createRecoveryCodeRecords(db),
		secondFactors: createSecondFactors(db),
		passwordLinks: createPasswordLinkRecords(db),
		programs: createProgramRecords(db),
		recovery: createRecoveryRecords(db),
		registrationTokens: createRegistrationTokenRecords(db),
		refusals: createRefusals(db, tell),
		requests: createResetRequests(db),
		sessionEnds: createSessionEnds(db),
		sessionFacts: createSessionFacts(db),
		sessions: createSessionRecords(db),
		settings: createSettings(db),
		slices: createSlices(db),
		tokens: createTokenRecords(db, lookup),
		clients: createClients(db, lookup),
		engineRecords: createEngineRecords(db),
		deviceAuthorizations: createDeviceAuthorizations(db),
		ssoRequests: createSsoRequests(db),
		upstreamArrivals: createUpstreamArrivals(db),
		upstreamSignIns: createUpstreamSignIns(db),
		upstreamStays: createUpstreamStays(db),
		upstreamEnds: createUpstreamEnds(db),
	};
}

export type Unit = ReturnType<typeof createUnit>;
