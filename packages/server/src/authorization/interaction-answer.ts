import type Provider from "oidc-provider";
import type { Clock } from "../config/ports.ts";
import { amrOf } from "../proofs/index.ts";
import { interactionKind, recordHash } from "./adapter.ts";
import { codeOf, codeRecord, findCode } from "./grants/code.ts";
import { lifetimes } from "./lifetimes.ts";
import type { AnsweredInteraction, Answerer, AuthorizationStorage, Consent } from "./ports.ts";
import { wayToApp } from "./way-to-app.ts";

export type Interaction = Awaited<ReturnType<Provider["interactionDetails"]>>;

export interface AnswerDeps {
	readonly storage: AuthorizationStorage;
	readonly clock: Clock;
	/** 32 bytes, for nothing else; codes are made under it. */
	readonly secretKey: Uint8Array;
	/** Names this server in the answer. @see https://www.rfc-editor.org/rfc/rfc9207 */
	readonly issuer: string;
}

/** What a person says to a request, with the scope they grant or the error that tells the app. */
export type GivenAnswer =
	| {
			readonly decision: "granted";
			readonly consent: Consent;
			readonly scope: string;
			/** How strong the proof was, as the app is told. */
			readonly acr: string;
			/** Reference of the request to replace an identity to which this is a yes. */
			readonly approves?: string;
	  }
	| {
			readonly decision: "refused";
			readonly by: Answerer;
			readonly error: string;
			readonly description: string;
	  };

/** What is kept with the request: enough to say the same again, and no code. */
type KeptAnswer = { readonly browser: string } & (
	| { readonly decision: "granted" }
	| { readonly decision: "refused"; readonly error: string; readonly description: string }
);

/**
 * Answers a request once: its row, and the code that the answer makes, change in one transaction. The row stays for a
 * minute with the answer, so that whoever gave it can be given it again. `too-late`: another answer was first, or
 * the request ran out. `signed-out`: the browser was, since its form was taken; nothing is answered in its person's name.
 */
export function answerOnce(
	deps: AnswerDeps,
	asked: Interaction,
	given: GivenAnswer,
): Promise<AnsweredInteraction | "too-late" | "signed-out"> {
	const [kind, idHash, now] = [interactionKind, recordHash(asked.uid), deps.clock()];
	return deps.storage.write(async (unit) => {
		const { engineRecords } = unit;
		const row = await engineRecords.find(kind, idHash);
		if (row === undefined) return "too-late";
		if (!(await unit.browserSessions.isSignedIn(answererOf(given), now))) return "signed-out";
		if (!(await engineRecords.consume({ kind, idHash, now }))) return "too-late";
		const kept = keep(given);
		const payload = JSON.stringify({ ...(JSON.parse(row.payload) as object), result: kept });
		const expiresAt = now + lifetimes.answeredSeconds * 1000;
		await engineRecords.put({ kind, idHash, payload, expiresAt });
		if (given.decision === "granted") {
			const stay = await unit.upstreamStays.ofBrowser(given.consent.browser);
			await engineRecords.put(newCode(deps, asked, { ...given, stay, now }));
		}
		// The app cannot have come for its tokens: nobody was told the code yet.
		return tell(deps, asked, kept, { used: false });
	});
}

export function answererOf(given: GivenAnswer): Answerer {
	return given.decision === "granted" ? given.consent : given.by;
}

function keep(given: GivenAnswer): KeptAnswer {
	const { browser } = answererOf(given);
	if (given.decision === "granted") return { decision: "granted", browser };
	const { error, description } = given;
	return { decision: "refused", browser, error, description };
}

function newCode(
	{ secretKey }: AnswerDeps,
	asked: Interaction,
	given: Extract<GivenAnswer, { decision: "granted" }> & {
		readonly stay: string | undefined;
		readonly now: number;
	},
) {
	const { accountId, generation, provedAt, provedHow } = given.consent;
	const [clientId, redirectUri] = [text(asked, "client_id"), text(asked, "redirect_uri")];
	const [challenge, nonce] = [text(asked, "code_challenge"), text(asked, "nonce")];
	if (clientId === undefined || redirectUri === undefined || challenge === undefined)
		throw new Error("an interaction was started without what its code is bound to");
	const bound = { accountId, generation, clientId, redirectUri, challenge, scope: given.scope };
	const told = {
		authTime: Math.floor(provedAt / 1000),
		amr: amrOf(provedHow),
		acr: given.acr,
		...(given.approves !== undefined && { approves: given.approves, from: given.consent.address }),
		...(nonce === undefined ? {} : { nonce }),
		...(given.stay !== undefined && { stay: given.stay }),
	};
	return codeRecord(codeOf(asked.uid, secretKey), { ...bound, ...told }, given.now);
}

/**
 * The answer that this browser session gave. Undefined where there is none, and for every other browser session: the
 * address holds a code.
 */
export async function answerTo(
	deps: AnswerDeps,
	asked: Interaction,
	browser: string,
): Promise<AnsweredInteraction | undefined> {
	const kept = asked.result as KeptAnswer | undefined;
	if (kept === undefined || kept.browser !== browser) return undefined;
	if (kept.decision === "refused") return tell(deps, asked, kept, { used: false });
	const code = codeOf(asked.uid, deps.secretKey);
	return tell(deps, asked, kept, { used: (await findCode(deps.storage, code))?.spent ?? true });
}

function tell(
	deps: AnswerDeps,
	asked: Interaction,
	kept: KeptAnswer,
	{ used }: Pick<AnsweredInteraction, "used">,
): AnsweredInteraction {
	const way = { redirectUri: text(asked, "redirect_uri") ?? "", responseMode: text(asked, "response_mode") };
	const always = { state: text(asked, "state"), iss: deps.issuer };
	const { decision } = kept;
	const said =
		decision === "refused"
			? { error: kept.error, error_description: kept.description }
			: { code: codeOf(asked.uid, deps.secretKey) };
	return { uid: asked.uid, decision, url: wayToApp(way, { ...said, ...always }), used };
}

/** A parameter of the app's request. The engine leaves empty ones out. */
export function text(asked: Interaction, name: string): string | undefined {
	const value = asked.params[name];
	return typeof value === "string" ? value : undefined;
}
